use agon_core::{AdversarialLoss, Error, Memory, Result};
use burn::prelude::Tensor;

/// Any loss, with labels that are not quite certain.
///
/// ```text
/// D: l(r, alpha) + l(f, beta),    l(v, p) = p l(v, real) + (1 - p) l(v, fake)
/// ```
///
/// `alpha`: the probability that a real sample is labelled real (0.9, usually); `beta`: the probability that
/// a generated one is (0 when smoothing one side only). The generator's loss stays as it is.
///
/// The optimal discriminator of the logistic losses becomes `s(v) = (alpha p + beta q) / (p + q)`, with `p`
/// the density of the data and `q` that of the samples. With `beta > 0` the numerator holds `q`: where there
/// is no data the samples still look a little real and nothing draws them away, hence the advice to smooth
/// one side only. For [`LeastSquares`](super::LeastSquares) the targets move, and the optimum with them:
/// `v = (p (a + alpha (b - a)) + q (a + beta (b - a))) / (p + q)`. For losses linear in the scores, the
/// smoothing only scales: [`Wasserstein`](super::Wasserstein) by `2 alpha - 1` on the real side.
///
/// Losses that compare real with generated scores (the relativistic ones, for example) have no label per
/// sample; there `w L(r, f) + (1 - w) L(f, r)` with `w = (1 + alpha - beta) / 2` mixes the contest with its
/// mirror image. For the relativistic pair loss that moves the optimal difference of scores from infinity
/// on separable data to `log(w / (1 - w))`.
///
/// # Shapes
/// As the loss.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::{LabelSmoothing, NonSaturating};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let sure = Tensor::<2>::full([4, 1], 20.0, &device);
/// let smooth = LabelSmoothing::one_sided(NonSaturating, 0.9);
/// let loss: f32 = smooth.discriminator(sure.clone(), -sure).into_scalar();
/// assert!((loss - 2.0).abs() < 1e-5);
/// ```
///
/// # References
/// Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498, section 3.4.
#[derive(Debug, Clone)]
pub struct LabelSmoothing<L> {
    loss: L,
    alpha: f64,
    beta: f64,
}

impl<L: AdversarialLoss> LabelSmoothing<L> {
    /// Real samples are labelled real with probability `alpha`, generated ones never.
    pub const fn one_sided(loss: L, alpha: f64) -> Self {
        Self::two_sided(loss, alpha, 0.0)
    }

    /// Real samples are labelled real with probability `alpha`, generated ones with probability `beta`.
    pub const fn two_sided(loss: L, alpha: f64, beta: f64) -> Self {
        Self { loss, alpha, beta }
    }

    fn mirrored(&self, forward: Tensor<1>, mirror: Tensor<1>) -> Tensor<1> {
        let weight = (1.0 + self.alpha - self.beta) / 2.0;
        forward * weight + mirror * (1.0 - weight)
    }
}

impl<L: AdversarialLoss> AdversarialLoss for LabelSmoothing<L> {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        let labelled = |scores: &Tensor<2>, p| self.loss.labelled(scores.clone(), p);
        match (labelled(&real, self.alpha), labelled(&fake, self.beta)) {
            (Some(on_real), Some(on_fake)) => on_real + on_fake,
            _ => self.mirrored(
                self.loss.discriminator(real.clone(), fake.clone()),
                self.loss.discriminator(fake, real),
            ),
        }
    }

    fn generator(&self, fake: Tensor<2>, real: Option<Tensor<2>>) -> Tensor<1> {
        self.loss.generator(fake, real)
    }

    fn generator_needs_real(&self) -> bool {
        self.loss.generator_needs_real()
    }

    fn discriminator_at(&self, real: Tensor<2>, fake: Tensor<2>, samples: (Tensor<2>, Tensor<2>)) -> Tensor<1> {
        if !self.loss.needs_samples() {
            return self.discriminator(real, fake);
        }
        let swapped = (samples.1.clone(), samples.0.clone());
        self.mirrored(
            self.loss.discriminator_at(real.clone(), fake.clone(), samples),
            self.loss.discriminator_at(fake, real, swapped),
        )
    }

    fn needs_samples(&self) -> bool {
        self.loss.needs_samples()
    }

    fn labelled(&self, scores: Tensor<2>, real: f64) -> Option<Tensor<1>> {
        self.loss.labelled(scores, real * self.alpha + (1.0 - real) * self.beta)
    }

    fn check(&self) -> Result<()> {
        Error::unless_part("alpha of LabelSmoothing", self.alpha)?;
        Error::unless_part("beta of LabelSmoothing", self.beta)?;
        self.loss.check()
    }

    fn sign_of_real(&self) -> Option<f64> {
        self.loss.sign_of_real()
    }

    fn advance(&mut self, real: Tensor<2>, fake: Tensor<2>) {
        self.loss.advance(real, fake);
    }

    fn memory(&self) -> Memory {
        self.loss.memory()
    }

    fn recall(&mut self, memory: &Memory) {
        self.loss.recall(memory);
    }
}

#[cfg(test)]
mod tests {
    use super::LabelSmoothing;
    use crate::testing::{both, close};
    use crate::{LossSensitive, NonSaturating, RelativisticStandard};

    const REAL: [f64; 3] = [1.0, -0.3, 2.2];
    const FAKE: [f64; 3] = [-1.4, 0.8, 0.1];

    #[test]
    fn certain_labels_change_nothing() {
        let plain = both(&NonSaturating, &REAL, &FAKE);
        close(
            &both(&LabelSmoothing::one_sided(NonSaturating, 1.0), &REAL, &FAKE),
            &plain,
            1e-15,
        );
        let plain = both(&RelativisticStandard, &REAL, &FAKE);
        close(
            &both(&LabelSmoothing::one_sided(RelativisticStandard, 1.0), &REAL, &FAKE),
            &plain,
            1e-15,
        );
    }

    #[test]
    fn relational_losses_mix_with_their_mirror_image() {
        let loss = LossSensitive::new(0.5);
        let [forward, generator] = both(&loss, &REAL, &FAKE);
        let [mirror, _] = both(&loss, &FAKE, &REAL);
        let expected = [0.9 * forward + 0.1 * mirror, generator];
        close(
            &both(&LabelSmoothing::two_sided(loss, 0.9, 0.1), &REAL, &FAKE),
            &expected,
            1e-15,
        );
    }
}
