use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};
use burn::tensor::activation::softmax;

use crate::{Conv2d, Conv2dConfig};

/// Configuration of a [`SelfAttention2d`].
#[derive(Config, Debug)]
pub struct SelfAttention2dConfig {
    /// Channels of the pictures.
    pub channels: usize,
    /// Channels in which places are compared are so many times fewer.
    #[config(default = 8)]
    pub reduction: usize,
    /// Where weights come from.
    #[config(default = "Initializer::XavierNormal { gain: 1.0 }")]
    pub initializer: Initializer,
}

impl SelfAttention2dConfig {
    /// Builds the layer.
    pub fn init(&self, device: &Device) -> SelfAttention2d {
        let inner = (self.channels / self.reduction.max(1)).max(1);
        let pointwise = |from, to| {
            Conv2dConfig::new([from, to], [1, 1])
                .with_bias(false)
                .with_initializer(self.initializer.clone())
                .init(device)
        };
        SelfAttention2d {
            query: pointwise(self.channels, inner),
            key: pointwise(self.channels, inner),
            value: pointwise(self.channels, self.channels),
            gamma: Initializer::Zeros.init([1], device),
        }
    }
}

/// Each place of a picture sees all others.
///
/// ```text
/// y = x + gamma o,    o_j = sum_i b_ji V x_i,    b_j = softmax_i((Q x_j) . (K x_i))
/// ```
///
/// `i`, `j`: places; `Q`, `K`, `V`: kernels of one pixel; `gamma`: a learned number which starts at zero, so that the
/// network first learns from near places.
///
/// # Shapes
/// `[batch, channels, height, width]`, unchanged.
///
/// # Example
/// ```
/// use agon_nn::SelfAttention2dConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let attention = SelfAttention2dConfig::new(64).init(&device);
/// assert_eq!(attention.forward(Tensor::zeros([2, 64, 8, 8], &device)).dims(), [2, 64, 8, 8]);
/// ```
///
/// # References
/// Zhang, Goodfellow, Metaxas and Odena 2019, "Self-attention generative adversarial networks", arXiv:1805.08318. There
/// the value goes through half or an eighth of the channels and back; here, as in many implementations, it keeps them all.
#[derive(Module, Debug)]
pub struct SelfAttention2d {
    query: Conv2d,
    key: Conv2d,
    value: Conv2d,
    gamma: Param<Tensor<1>>,
}

impl SelfAttention2d {
    /// Applies it.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let shape = x.dims();
        let places = |layer: &Conv2d| layer.forward(x.clone()).flatten::<3>(2, 3);
        let likeness = places(&self.query).swap_dims(1, 2).matmul(places(&self.key));
        let weights = softmax(likeness, 2);
        let seen = places(&self.value).matmul(weights.swap_dims(1, 2)).reshape(shape);
        x + seen * self.gamma.val().unsqueeze()
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::*;

    use super::*;

    #[test]
    fn places_see_each_other_as_the_equation_says() {
        let device = Device::default();
        let config = SelfAttention2dConfig::new(1).with_initializer(Initializer::Ones);
        let layer = config.init(&device);
        let x = Tensor::<4>::from_data([[[[1.0, -0.5, 2.0]]]], &device);
        let same = layer.forward(x.clone());
        same.into_data().assert_eq(&x.to_data(), true);

        let layer = SelfAttention2d {
            gamma: Initializer::Constant { value: 0.5 }.init([1], &device),
            ..layer
        };
        let y: Vec<f32> = layer.forward(x).try_into_vec_as().unwrap();
        let x = [1.0f32, -0.5, 2.0];
        for j in 0..3 {
            let weights = x.map(|i| (x[j] * i).exp());
            let sum: f32 = weights.iter().sum();
            let seen: f32 = weights.iter().zip(x).map(|(w, i)| w / sum * i).sum();
            assert!((y[j] - x[j] - 0.5 * seen).abs() < 1e-5, "{y:?}");
        }
    }
}
