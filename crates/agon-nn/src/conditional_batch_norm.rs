use burn::config::Config;
use burn::module::Module;
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};

use crate::{BatchNorm, BatchNormConfig, Linear, linear};

/// Configuration of a [`ConditionalBatchNorm`].
#[derive(Config, Debug)]
pub struct ConditionalBatchNormConfig {
    /// Channels that are normalized.
    pub features: usize,
    /// Numbers in a condition.
    pub condition: usize,
    /// How much a new batch counts in the running statistics.
    #[config(default = 0.1)]
    pub momentum: f64,
    /// Deviation of what conditions change at first. With 0 the layer is plain batch norm at first, and a discriminator
    /// that knows the condition may have won before the generator makes anything of it.
    #[config(default = 0.0)]
    pub deviation: f64,
}

impl ConditionalBatchNormConfig {
    /// Builds the layer.
    ///
    /// # Panics
    /// If there are no features, the momentum is not in `[0, 1]`, or the deviation is negative or no number.
    pub fn init(&self, device: &Device) -> ConditionalBatchNorm {
        let deviation = self.deviation;
        assert!(
            deviation.is_finite() && deviation >= 0.0,
            "conditional batch norm: expected a deviation of at least 0, got {deviation}"
        );
        let start = match self.deviation {
            0.0 => Initializer::Zeros,
            std => Initializer::Normal { mean: 0.0, std },
        };
        let change = || linear([self.condition, self.features], false, &start, device);
        ConditionalBatchNorm {
            norm: BatchNormConfig::new(self.features)
                .with_momentum(self.momentum)
                .init(device),
            scale: change(),
            shift: change(),
        }
    }
}

/// Batch normalization whose scale and shift follow a condition.
///
/// ```text
/// h' = norm(h) (1 + A y) + B y
/// ```
///
/// `norm`: batch normalization with a scale and a shift that all conditions share; `y`: the condition, a one-hot
/// class or any other vector; `A`, `B`: learned. With one-hot conditions it is a scale and a shift for each class.
///
/// # Shapes
/// `h`: `[batch, features, ..]`; `y`: `[batch, condition]`.
///
/// # Example
/// ```
/// use agon_nn::ConditionalBatchNormConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let norm = ConditionalBatchNormConfig::new(8, 10).init(&device);
/// let images = norm.forward(Tensor::<4>::ones([2, 8, 4, 4], &device), Tensor::zeros([2, 10], &device));
/// assert_eq!(images.dims(), [2, 8, 4, 4]);
/// ```
///
/// # References
/// Dumoulin, Shlens and Kudlur 2017, "A learned representation for artistic style", arXiv:1610.07629; for GANs
/// Miyato and Koyama 2018, arXiv:1802.05637.
#[derive(Module, Debug)]
pub struct ConditionalBatchNorm {
    norm: BatchNorm,
    scale: Linear,
    shift: Linear,
}

impl ConditionalBatchNorm {
    /// Normalizes, then scales and shifts each member of the batch by its condition.
    pub fn forward<const D: usize>(&self, h: Tensor<D>, condition: Tensor<2>) -> Tensor<D> {
        let mut shape = [1; D];
        shape[..2].copy_from_slice(&h.dims()[..2]);
        let scale = (self.scale.forward(condition.clone()) + 1.0).reshape(shape);
        let shift = self.shift.forward(condition).reshape(shape);
        self.norm.forward(h) * scale + shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_is_scaled_and_shifted_by_its_own_condition() {
        let device = Device::default().autodiff();
        let mut norm = ConditionalBatchNormConfig::new(2, 3).init(&device);
        let set = |values: [[f32; 2]; 3]| burn::module::Param::from_tensor(Tensor::from_data(values, &device));
        norm.scale.weight = set([[0.0, 0.0], [1.0, 2.0], [0.0, 0.0]]);
        norm.shift.weight = set([[0.0, 0.0], [0.0, 0.0], [5.0, -5.0]]);
        let h = Tensor::<3>::from_data(
            [
                [[1.0, -1.0], [2.0, 4.0]],
                [[1.0, -1.0], [2.0, 4.0]],
                [[1.0, -1.0], [2.0, 4.0]],
            ],
            &device,
        );
        let condition = Tensor::<2>::from_data([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], &device);
        let found: Vec<f32> = norm.forward(h, condition).inner().try_into_vec_as().unwrap();
        let expected = [1.0, -1.0, -1.0, 1.0, 2.0, -2.0, -3.0, 3.0, 6.0, 4.0, -6.0, -4.0];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{found} for {expected}");
        }
    }

    #[test]
    fn what_conditions_change_is_learned_from_zero() {
        let device = Device::default().autodiff();
        let norm = ConditionalBatchNormConfig::new(2, 3).init(&device);
        let h = Tensor::<1>::from_data([1.0, -1.0, 2.0, 4.0, 0.5, 3.0, -2.0, 1.0], &device).reshape([2, 2, 1, 2]);
        let condition = Tensor::<2>::from_data([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], &device);
        let wanted = Tensor::<1>::from_data([0.3, 0.1, -0.7, 0.2, 1.5, -1.0, 0.4, 0.9], &device).reshape([2, 2, 1, 2]);
        let value = |norm: &ConditionalBatchNorm| (norm.forward(h.clone(), condition.clone()) * wanted.clone()).sum();
        let gradients = value(&norm).backward();
        let found = [&norm.scale, &norm.shift].map(|layer| layer.weight.val().grad(&gradients).unwrap());
        let found = found.map(|gradient| gradient.try_into_vec_as::<f32>().unwrap());
        for i in 0..6 {
            let mut bump = [0.0f32; 6];
            bump[i] = 1e-2;
            let bump = Tensor::<1>::from_data(bump, &device).reshape([3, 2]);
            for (layer, found) in found.iter().enumerate() {
                let sides = [1.0, -1.0].map(|side| -> f32 {
                    let mut norm = norm.clone();
                    let changed = [&mut norm.scale, &mut norm.shift].into_iter().nth(layer).unwrap();
                    changed.weight = burn::module::Param::from_tensor(bump.clone() * side);
                    value(&norm).inner().into_scalar()
                });
                let numeric = (sides[0] - sides[1]) / 2e-2;
                let found = found[i];
                assert!((found - numeric).abs() < 1e-3, "{layer}, {i}: {found} for {numeric}");
            }
        }
    }

    #[test]
    fn conditions_count_from_the_start_if_asked() {
        let device = Device::default();
        let apart = |deviation| -> f32 {
            let norm = ConditionalBatchNormConfig::new(4, 3)
                .with_deviation(deviation)
                .init(&device);
            let h = norm.forward(Tensor::<3>::ones([3, 4, 2], &device), Tensor::eye(3, &device));
            (h.clone().narrow(0, 0, 1) - h.narrow(0, 1, 1))
                .abs()
                .max()
                .into_scalar()
        };
        assert_eq!(apart(0.0), 0.0);
        assert!(apart(0.5) > 0.01);
    }
}
