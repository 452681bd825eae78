//! MaliGAN: samples are weighted so that they stand for the data.

use agon_core::{Error, Result};
use burn::prelude::{Int, Tensor};

use super::{Reward, TextDiscriminator};

/// The reward of MaliGAN: samples are weighted so that they stand for the data.
///
/// ```text
/// r = D / (1 - D),    weight_i = r_i / sum_j r_j - b / n
/// ```
///
/// With an optimal `D`, `r` is `p_data / p_generator`: the policy gradient is then that of maximum likelihood, on
/// the generator's own samples. `n` is the batch, `b` the baseline: 1 here; the paper raises it from 0. In the figure:
/// SeqGAN's, with other numbers on the arrow back.
///
/// # Example
/// ```
/// use agon_models::{LstmGeneratorConfig, MaliGan, SeqGan, SeqGanConfig, TextDiscriminatorConfig};
/// use agon_nn::LstmPolicyConfig;
/// use burn::prelude::Device;
///
/// let device = Device::default().autodiff();
/// let generator = LstmGeneratorConfig::new(LstmPolicyConfig::new(50), 7).init(&device);
/// let judge = TextDiscriminatorConfig::reduced(50, 7).init(&device);
/// let maligan = SeqGan::new(generator, judge, SeqGanConfig::new()).reward(MaliGan::new());
/// ```
///
/// # References
/// Che et al. 2017, "Maximum-likelihood augmented discrete generative adversarial networks", arXiv:1702.07983.
/// Texygen's code has `D` in the place of `r`; here it is the paper's. Not here: the paper's beginnings of sequences
/// that are taken from the data and learned by likelihood, with weights that are shares of each beginning's own
/// samples.
#[derive(Debug, Clone)]
pub struct MaliGan {
    baseline: f64,
}

/// `r` is kept within `e^20`, so that sums of it stay finite.
const BOUND: f64 = 20.0;

impl MaliGan {
    /// With a baseline of 1.
    pub const fn new() -> Self {
        Self { baseline: 1.0 }
    }

    /// With this baseline.
    pub const fn with_baseline(mut self, baseline: f64) -> Self {
        self.baseline = baseline;
        self
    }
}

impl Default for MaliGan {
    fn default() -> Self {
        Self::new()
    }
}

impl Reward for MaliGan {
    fn worth(&self, judge: &TextDiscriminator, sequences: &Tensor<2, Int>, _real: &Tensor<2, Int>) -> Tensor<1> {
        // D / (1 - D) = e^score.
        judge
            .scores_of_many(sequences)
            .clamp(-BOUND, BOUND)
            .exp()
            .squeeze_dim(1)
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("the baseline of MaliGAN", self.baseline)
    }

    fn weights(&self, worth: Tensor<2>) -> Tensor<2> {
        let batch = worth.dims()[0] as f64;
        worth.clone() / worth.sum_dim(0) - self.baseline / batch
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn weights_are_shares_above_the_mean_share() {
        let worth = Tensor::from_data([[1.0, 2.0], [3.0, 2.0]], &Device::default());
        let weights: Vec<f32> = MaliGan::new().weights(worth).try_into_vec_as().unwrap();
        assert_eq!(weights, [-0.25, 0.0, 0.25, 0.0]);
    }
}
