use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};

/// Noise for every place of a picture, the same for all channels but for a learned factor of each.
///
/// ```text
/// y_c = x_c + b_c n
/// ```
///
/// `n`: noise, drawn by the caller from the run's seed; `b`: factors that start at zero.
///
/// # Shapes
/// `[batch, channels, height, width]` and noise `[batch, 1, height, width]` to `[batch, channels, height, width]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let x = Tensor::<4>::ones([2, 3, 4, 4], &device);
/// let same = agon_nn::NoiseInjection::new(3, &device).forward(x.clone(), x.clone().narrow(1, 0, 1));
/// assert_eq!((same - x).abs().max().into_scalar::<f32>(), 0.0);
/// ```
///
/// # References
/// Karras, Laine and Aila 2019, arXiv:1812.04948.
#[derive(Module, Debug)]
pub struct NoiseInjection {
    factors: Param<Tensor<1>>,
}

impl NoiseInjection {
    /// For so many channels.
    pub fn new(channels: usize, device: &Device) -> Self {
        Self {
            factors: Initializer::Zeros.init([channels], device),
        }
    }

    /// Adds the noise.
    pub fn forward(&self, x: Tensor<4>, noise: Tensor<4>) -> Tensor<4> {
        let channels = x.dims()[1];
        x + noise * self.factors.val().reshape([1, channels, 1, 1])
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::*;

    use super::*;

    #[test]
    fn each_channel_has_its_factor() {
        let device = Device::default();
        let layer = NoiseInjection {
            factors: Param::from_tensor(Tensor::from_data([2.0, -1.0], &device)),
        };
        let x = Tensor::<4>::from_data([[[[1.0, 2.0]], [[3.0, 4.0]]]], &device);
        let noise = Tensor::<4>::from_data([[[[0.5, -1.0]]]], &device);
        let y: Vec<f32> = layer.forward(x, noise).try_into_vec_as().unwrap();
        assert_eq!(y, [2.0, 0.0, 2.5, 5.0]);
    }
}
