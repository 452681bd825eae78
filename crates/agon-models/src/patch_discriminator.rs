//! PatchGAN: a discriminator that judges every patch of a picture.

use agon_core::{Discriminator, Error, Result};
use agon_nn::{Activation, Conv2d, Conv2dConfig, InstanceNorm, instance_norm};
use burn::config::Config;
use burn::module::Module;
use burn::nn::{Initializer, PaddingConfig2d};
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::built::built;

/// Configuration of a [`PatchDiscriminator`].
#[derive(Config, Debug)]
pub struct PatchDiscriminatorConfig {
    /// Channels of the pictures.
    pub channels: usize,
    /// Channels of the first layer; they double at each, up to eight times as many.
    #[config(default = 64)]
    pub width: usize,
    /// Halvings: 3 for patches of 70 pixels, 2 for 34, 1 for 16, 0 for single pixels.
    #[config(default = 3)]
    pub halvings: usize,
}

impl PatchDiscriminatorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if there are no channels, the width is zero or there are more than 16 halvings.
    pub fn try_init(&self, device: &Device) -> Result<PatchDiscriminator> {
        if self.channels * self.width == 0 || self.halvings > 16 {
            let got = format!("{} channels, width {}, {}", self.channels, self.width, self.halvings);
            let expected = "numbers above zero and at most 16 halvings";
            return Err(Error::config("a patch discriminator", expected, got));
        }
        let out = |layer: usize| self.width << layer.min(3);
        let hidden = self.strides().len() - 1;
        let layer = |(i, stride): (usize, usize)| {
            let from = if i == 0 { self.channels } else { out(i - 1) };
            let to = if i == hidden { 1 } else { out(i) };
            let (kernel, padding) = if self.halvings == 0 { (1, 0) } else { (4, 1) };
            Conv2dConfig::new([from, to], [kernel; 2])
                .with_stride([stride; 2])
                .with_padding(PaddingConfig2d::Explicit(padding, padding, padding, padding))
                .with_bias(false)
                .with_initializer(Initializer::Normal { mean: 0.0, std: 0.02 })
                .init(device)
        };
        let mut layers: Vec<Conv2d> = self.strides().into_iter().enumerate().map(layer).collect();
        // Where an instance norm follows, a bias would be taken away again.
        for (i, channels) in [(0, out(0)), (hidden, 1)] {
            layers[i].bias = Some(Initializer::Zeros.init([channels], device));
        }
        Ok(PatchDiscriminator {
            layers,
            norms: (1..hidden).map(|i| instance_norm(out(i), device)).collect(),
            config: self.clone(),
        })
    }

    /// Layer by layer; two of stride 1 follow the halvings.
    fn strides(&self) -> Vec<usize> {
        let all = [vec![2; self.halvings], vec![1; 2]].concat();
        if self.halvings == 0 { vec![1; 3] } else { all }
    }

    /// The shortest side of a picture that leaves a patch, in pixels.
    fn shortest(&self) -> usize {
        match u32::try_from(self.halvings) {
            Ok(0) => 1,
            Ok(halvings) => 2_usize.saturating_pow(halvings).saturating_mul(3),
            Err(_) => usize::MAX,
        }
    }

    /// The side of the patch that one score looks at, in pixels.
    pub fn patch(&self) -> usize {
        if self.halvings == 0 {
            return 1;
        }
        let strides = self.strides().into_iter().rev();
        strides.fold(1, |patch, stride| (patch - 1) * stride + 4)
    }
}

/// A discriminator that gives a score to each patch: whether it looks real, wherever it is.
///
/// Textures and edges are judged, large forms are not: those are left to other terms of the loss. The names of the
/// paper for patches of 70 pixels: C64, C128, C256, C512, and a convolution to one channel. Instance norm follows every
/// layer but the first and the last, leaky ReLU (0.2) every layer but the last.
///
/// # Shapes
/// `[batch, channels, height, width]` to a map of scores, `[batch, 1, rows, columns]`; losses take the mean over it.
///
/// # Panics
/// If the picture is so small that no patch is left: both sides must have at least `3 * 2^halvings` pixels, or one if
/// nothing is halved; a training ends with an error which says so.
///
/// # Example
/// ```
/// use agon_core::Discriminator;
/// use agon_models::PatchDiscriminatorConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let config = PatchDiscriminatorConfig::new(3).with_width(4);
/// assert_eq!(config.patch(), 70);
/// let scores = config.init(&device).discriminate(Tensor::zeros([2, 3, 32, 40], &device));
/// assert_eq!(scores.dims(), [2, 1, 2, 3]);
/// ```
///
/// # References
/// Isola, Zhu, Zhou and Efros 2017, arXiv:1611.07004, appendix 6.1.2 (with batch norm); Zhu et al. 2017,
/// arXiv:1703.10593 (with instance norm).
#[derive(Module, Debug)]
pub struct PatchDiscriminator {
    layers: Vec<Conv2d>,
    norms: Vec<InstanceNorm>,
    #[module(skip)]
    config: PatchDiscriminatorConfig,
}

impl PatchDiscriminator {
    /// Scores each patch.
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let [_, _, height, width] = images.dims();
        let shortest = self.config.shortest();
        assert!(
            height.min(width) >= shortest,
            "pictures for {} halvings: expected at least {shortest} pixels on each side, got {height}x{width}",
            self.config.halvings
        );
        let mut x = images;
        for (i, layer) in self.layers.iter().enumerate() {
            if i > 0 {
                x = Activation::LeakyRelu(0.2).forward(x);
            }
            x = layer.forward(x);
            if let Some(norm) = i.checked_sub(1).and_then(|i| self.norms.get(i)) {
                x = norm.forward(x);
            }
        }
        x
    }
}

impl Discriminator for PatchDiscriminator {
    type Input = Tensor<4>;
    type Output = Tensor<4>;

    fn discriminate(&self, images: Tensor<4>) -> Tensor<4> {
        self.forward(images)
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(PatchDiscriminatorConfig => PatchDiscriminator);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_have_the_sizes_of_the_paper() {
        let patch = |halvings| PatchDiscriminatorConfig::new(3).with_halvings(halvings).patch();
        assert_eq!([0, 1, 2, 3, 5].map(patch), [1, 16, 34, 70, 286]);
    }

    #[test]
    fn a_score_depends_on_its_patch_alone() {
        let device = Device::default();
        let config = PatchDiscriminatorConfig::new(1).with_width(2).with_halvings(0);
        let judge = config.init(&device);
        let scores = judge.forward(Tensor::zeros([1, 1, 3, 5], &device));
        assert_eq!(scores.dims(), [1, 1, 3, 5]);
        let without_norm = PatchDiscriminator {
            norms: Vec::new(),
            ..PatchDiscriminatorConfig::new(1)
                .with_width(2)
                .with_halvings(1)
                .init(&device)
        };
        let x = Tensor::<4>::zeros([1, 1, 40, 40], &device);
        let changed = x.clone().slice_fill([0..1, 0..1, 0..1, 0..1], 1.0);
        let difference = (without_norm.forward(x) - without_norm.forward(changed)).abs();
        let difference = difference.squeeze_dims::<2>(&[0, 1]);
        assert!(difference.clone().narrow(0, 0, 1).max().into_scalar::<f32>() > 0.0);
        assert_eq!(difference.slice([8..18, 8..18]).max().into_scalar::<f32>(), 0.0);
    }
}
