//! RankGAN: sentences are paid by their rank among real ones.

use agon_core::{Error, Result};
use burn::prelude::{Int, Tensor};
use burn::tensor::activation::log_sigmoid;

use super::reward::above_mean;
use super::{Reward, TextDiscriminator};

/// The reward of RankGAN: the rank of a sentence among real ones, by likeness to others that are real.
///
/// ```text
/// a(s | u) = cos(y_s, y_u)
/// log R(s | U, C) = mean over u of U of log [e^(gamma a(s | u)) / (e^(gamma a(s | u)) + sum over c of C of e^(gamma a(c | u)))]
/// ranker: max  mean of log R(real | U, generated) - mean of log R(generated | U, real)
/// worth = log R(s | U, real),    weight = worth - mean of the batch,    or both R(s | U, real)
/// ```
///
/// `y`: the judge's features, with dropout while it learns; `U`: references, the first half of the real batch; its
/// other half are the real sentences that are ranked and compared with. In words: SeqGAN's figure, whose discriminator
/// is a ranker: a sentence and a set to compare it with go into one network, their features are held against the
/// references', and the rank goes back to the generator.
///
/// # Example
/// ```
/// use agon_models::{LstmGeneratorConfig, RankGan, SeqGan, SeqGanConfig, TextDiscriminatorConfig};
/// use agon_nn::LstmPolicyConfig;
/// use burn::prelude::Device;
///
/// let device = Device::default().autodiff();
/// let generator = LstmGeneratorConfig::new(LstmPolicyConfig::new(50), 7).init(&device);
/// let ranker = TextDiscriminatorConfig::reduced(50, 7).init(&device);
/// let rankgan = SeqGan::new(generator, ranker, SeqGanConfig::new()).reward(RankGan::new().with_gamma(16.0));
/// ```
///
/// # References
/// Lin et al. 2017, "Adversarial ranking for language generation", arXiv:1705.11001. The paper has no baseline; since
/// its reward is negative throughout, here is one. The authors' code has a softmax of the *sum* over 16 references
/// (their `gamma` of 1 is as sharp as 16 here), and ranks generated sentences among generated ones with the same
/// beginning; Texygen's takes the mean reference. Both pay the rank itself.
#[derive(Debug, Clone)]
pub struct RankGan {
    gamma: f64,
    logarithm: bool,
}

impl RankGan {
    /// With a sharpness `gamma` of 1.
    pub const fn new() -> Self {
        Self {
            gamma: 1.0,
            logarithm: true,
        }
    }

    /// With this sharpness.
    pub const fn with_gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self
    }

    /// Pays the rank itself, which is positive and has no baseline, instead of its logarithm.
    pub const fn without_logarithm(mut self) -> Self {
        self.logarithm = false;
        self
    }

    /// `log R` of each sentence. Features `[n, f]` to `[n]`.
    fn log_rank(&self, sentences: Tensor<2>, references: Tensor<2>, others: Tensor<2>) -> Tensor<1> {
        let references = unit(references).transpose();
        let like = |features: Tensor<2>| unit(features).matmul(references.clone()) * self.gamma;
        let others = log_sum_exp(like(others));
        // log e^a / (e^a + e^b) = log sigmoid(a - b).
        log_sigmoid(like(sentences) - others).mean_dim(1).squeeze_dim(1)
    }
}

impl Default for RankGan {
    fn default() -> Self {
        Self::new()
    }
}

impl Reward for RankGan {
    fn worth(&self, judge: &TextDiscriminator, sequences: &Tensor<2, Int>, real: &Tensor<2, Int>) -> Tensor<1> {
        let (references, others) = halves(judge.features_of_many(real));
        let log = self.log_rank(judge.features_of_many(sequences), references, others);
        if self.logarithm { log } else { log.exp() }
    }

    fn weights(&self, worth: Tensor<2>) -> Tensor<2> {
        if self.logarithm { above_mean(worth) } else { worth }
    }

    fn check(&self) -> Result<()> {
        Error::unless_above_zero("the sharpness of RankGAN's ranks", self.gamma)
    }

    fn judgement(&self, judge: &TextDiscriminator, real: Tensor<2, Int>, fake: Tensor<2, Int>) -> Tensor<1> {
        let (references, real) = halves(judge.dropped_features(real));
        let fake = judge.dropped_features(fake);
        let real_rank = self.log_rank(real.clone(), references.clone(), fake.clone());
        self.log_rank(fake, references, real).mean() - real_rank.mean()
    }
}

/// `log sum e^x` of each column.
fn log_sum_exp(x: Tensor<2>) -> Tensor<2> {
    let most = x.clone().max_dim(0).detach();
    (x - most.clone()).exp().sum_dim(0).log() + most
}

/// The first half of the rows, and the rest; a single row is both.
fn halves(rows: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let n = rows.dims()[0];
    if n < 2 {
        return (rows.clone(), rows);
    }
    let half = n / 2;
    (rows.clone().narrow(0, 0, half), rows.narrow(0, half, n - half))
}

/// Each row with a length of one.
fn unit(rows: Tensor<2>) -> Tensor<2> {
    let norm = rows.clone().square().sum_dim(1).add_scalar(1e-12).sqrt();
    rows / norm
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn a_rank_is_paid_as_it_is_or_above_the_mean() {
        let worth = Tensor::<2>::from_data([[0.25], [0.75]], &Device::default());
        let weights = |reward: RankGan| reward.weights(worth.clone()).try_into_vec_as::<f32>().unwrap();
        assert_eq!(weights(RankGan::new()), [-0.25, 0.25]);
        assert_eq!(weights(RankGan::new().without_logarithm()), [0.25, 0.75]);
    }

    #[test]
    fn ranks_are_finite_however_sharp_and_few() {
        let (device, sharp) = (Device::default(), RankGan::new().with_gamma(500.0));
        let (references, others) = halves(Tensor::from_data([[1.0, 0.0]], &device));
        let sentences = Tensor::from_data([[1.0, 0.0], [0.0, 1.0]], &device);
        let ranks: Vec<f64> = sharp.log_rank(sentences, references, others).try_into_vec_as().unwrap();
        assert!(
            (ranks[0] + 2f64.ln()).abs() < 1e-4 && (ranks[1] + 500.0).abs() < 1e-2,
            "{ranks:?}"
        );
    }

    #[test]
    fn the_nearest_to_the_references_ranks_first() {
        let device = Device::default();
        let references = Tensor::from_data([[1.0, 0.0]], &device);
        let others = Tensor::from_data([[0.0, 3.0]], &device);
        let sentences = Tensor::from_data([[2.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], &device);
        let ranks: Vec<f64> = RankGan::new()
            .log_rank(sentences, references, others)
            .try_into_vec_as()
            .unwrap();
        // Against a cosine of 0: e^a / (e^a + 1).
        for (rank, a) in ranks.iter().zip([1.0_f64, 0.0, -1.0]) {
            assert!((rank - (a.exp() / (a.exp() + 1.0)).ln()).abs() < 1e-6, "{ranks:?}");
        }
    }
}
