use agon_core::{Constraint, Error, Result};
use burn::module::{Module, ModuleMapper, Param};
use burn::prelude::Tensor;

/// Every weight is cut back to `[-c, c]` after each update.
///
/// The crudest way to bound a critic's slope. It applies to trainable parameters only: running statistics
/// and frozen weights stay as they are.
///
/// # Example
/// ```
/// use agon_core::Constraint;
/// use agon_losses::WeightClip;
/// use burn::nn::LinearConfig;
/// use burn::prelude::*;
///
/// let device = Device::default().autodiff();
/// let critic = WeightClip(0.01).enforce(LinearConfig::new(4, 1).init(&device));
/// assert!(critic.weight.val().abs().max().into_scalar::<f32>() <= 0.01);
/// ```
///
/// # References
/// Arjovsky, Chintala, Bottou 2017, "Wasserstein GAN", arXiv:1701.07875 (c = 0.01).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightClip(pub f64);

impl<M: Module> Constraint<M> for WeightClip {
    fn check(&self) -> Result<()> {
        Error::unless_above_zero("bound of WeightClip", self.0)
    }

    fn enforce(&self, network: M) -> M {
        network.map(&mut Clip(self.0))
    }
}

struct Clip(f64);

impl ModuleMapper for Clip {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !param.is_require_grad() {
            return param;
        }
        param.map(|weight| {
            let strategy = weight.gradient_checkpointing_strategy();
            let clipped = Tensor::from_inner(weight.inner().clamp(-self.0, self.0));
            match strategy {
                Some(strategy) => clipped.with_gradient_checkpointing_strategy(strategy),
                None => clipped,
            }
            .require_grad()
        })
    }
}

#[cfg(test)]
mod tests {
    use agon_core::Constraint;
    use burn::module::Module;
    use burn::nn::BatchNormConfig;
    use burn::prelude::Device;

    use super::WeightClip;
    use crate::testing::values;

    #[test]
    fn buffers_and_frozen_weights_stay() {
        let device = Device::default().autodiff();
        let norm = WeightClip(0.1).enforce(BatchNormConfig::new(2).init(&device));
        assert_eq!(values(norm.gamma.val()), [f64::from(0.1f32); 2]);
        assert!(norm.gamma.is_require_grad());
        assert_eq!(values(norm.running_var.value_sync()), [1.0; 2]);
        let frozen = WeightClip(0.1).enforce(BatchNormConfig::new(2).init(&device).no_grad());
        assert_eq!(values(frozen.gamma.val()), [1.0; 2]);
    }
}
