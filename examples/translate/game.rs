//! What the games of this example have in common.

use agon::prelude::*;
use burn::module::ModuleDisplay;

/// A game that ends with a translator of pictures.
pub trait Translates: Game<Batch = (Tensor<4>, Tensor<4>)> {
    /// Whether it learns from pairs.
    const PAIRED: bool;

    /// What a program loads from its checkpoints: the map, or the maps of both ways.
    type Maps: Loadable;

    /// From A to B.
    fn there(&self, a: Tensor<4>) -> Tensor<4>;

    /// From B to A, if it learns that.
    fn back(&self, b: Tensor<4>) -> Option<Tensor<4>>;

    /// Where its networks live.
    fn device(&self) -> Device;
}

fn device_of(network: &impl Module) -> Device {
    network.devices().into_iter().next().unwrap_or_default()
}

impl<T, D> Translates for TwoWay<T, D>
where
    T: Translator<Sample = Tensor<4>> + Loadable + ModuleDisplay,
    D: Discriminator<Input = Tensor<4>> + ModuleDisplay,
{
    const PAIRED: bool = false;
    type Maps = Both<T>;

    fn there(&self, a: Tensor<4>) -> Tensor<4> {
        self.maps().b.translate(a)
    }

    fn back(&self, b: Tensor<4>) -> Option<Tensor<4>> {
        Some(self.maps().a.translate(b))
    }

    fn device(&self) -> Device {
        device_of(&self.maps())
    }
}

impl<T, D> Translates for Pix2Pix<T, D>
where
    T: Translator<Sample = Tensor<4>> + Loadable,
    D: Discriminator<Input = Tensor<4>>,
{
    const PAIRED: bool = true;
    type Maps = T;

    fn there(&self, a: Tensor<4>) -> Tensor<4> {
        self.map().translate(a)
    }

    fn back(&self, _b: Tensor<4>) -> Option<Tensor<4>> {
        None
    }

    fn device(&self) -> Device {
        device_of(&self.map())
    }
}
