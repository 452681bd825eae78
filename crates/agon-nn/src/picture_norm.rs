use burn::module::Module;
use burn::prelude::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::{BatchNorm, InstanceNorm, batch_norm, instance_norm};

/// Which normalization follows the layers of a network of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PictureNorm {
    /// Over the pixels of each picture, without scale and shift: what is the same all over a picture is lost.
    Instance,
    /// Over the pixels of the batch, with a scale, drawn from `N(1, 0.02)`, and a shift.
    Batch,
}

impl PictureNorm {
    /// Builds the layer.
    pub fn init(self, channels: usize, device: &Device) -> PictureNormLayer {
        match self {
            Self::Instance => PictureNormLayer::Instance(instance_norm(channels, device)),
            Self::Batch => PictureNormLayer::Batch(batch_norm(channels, 0.02, device)),
        }
    }
}

/// A normalization of pictures.
///
/// # Shapes
/// `[batch, channels, height, width]` to the same.
#[derive(Module, Debug)]
pub enum PictureNormLayer {
    /// See [`PictureNorm::Instance`].
    Instance(InstanceNorm),
    /// See [`PictureNorm::Batch`].
    Batch(BatchNorm),
}

impl PictureNormLayer {
    /// Normalizes pictures.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Instance(norm) => norm.forward(x),
            Self::Batch(norm) => norm.forward(x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_keeps_what_tells_its_pictures_apart() {
        let device = Device::default().autodiff();
        let pictures = Tensor::<4>::from_data([[[[1.0, 1.0]]], [[[3.0, 3.0]]]], &device);
        let made = |norm: PictureNorm| -> Vec<f32> {
            let made = norm.init(1, &device).forward(pictures.clone());
            made.inner().try_into_vec_as().unwrap()
        };
        assert!(made(PictureNorm::Instance).iter().all(|v| v.abs() < 1e-3));
        let apart = made(PictureNorm::Batch);
        for (v, expected) in apart.iter().zip([-1.0, -1.0, 1.0, 1.0]) {
            assert!((v - expected).abs() < 0.1, "{apart:?}");
        }
    }
}
