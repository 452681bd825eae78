use std::fmt;

use agon_core::{AdversarialLoss, Error, Memory, Result};
use burn::prelude::Tensor;

/// The discriminator is an autoencoder, and a controller keeps both players equally good.
///
/// ```text
/// D: E r - k E f,    G: E f,    then  k <- clamp(k + lambda (gamma E r - E f), 0, 1)
/// ```
///
/// `r`, `f`: reconstruction losses (scores, low for what looks real) of real and of generated samples; `k`:
/// how much the discriminator attends to generated samples, which follows the equilibrium
/// `E f = gamma E r`; `gamma`: the wanted ratio, low for quality and high for diversity; `lambda`: the
/// controller's gain. `k` stays on the device and is never read while training.
///
/// # Shapes
/// Scores `[batch, scores]`, losses `[1]`.
///
/// # Example
/// ```
/// use agon_core::AdversarialLoss;
/// use agon_losses::BoundaryEquilibrium;
/// use burn::prelude::*;
///
/// let energies = Tensor::<2>::ones([4, 1], &Device::default());
/// let mut loss = BoundaryEquilibrium::new(0.5).start(0.3).gain(0.1);
/// loss.advance(energies.clone(), energies);
/// let k = loss.memory().get("k").map(|k| k[0]);
/// assert!((k.unwrap_or_default() - 0.25).abs() < 1e-6);
/// ```
///
/// # References
/// Berthelot, Schumm, Metz 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks",
/// arXiv:1703.10717. Defaults: gamma 0.5 (0.3 to 0.7 there), lambda 0.001, k from 0.
#[derive(Clone)]
pub struct BoundaryEquilibrium {
    gamma: f64,
    gain: f64,
    start: f64,
    k: Option<Tensor<1>>,
}

/// Its settings alone: descriptions of runs do not change while they go on.
impl fmt::Debug for BoundaryEquilibrium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundaryEquilibrium")
            .field("gamma", &self.gamma)
            .field("gain", &self.gain)
            .finish_non_exhaustive()
    }
}

impl BoundaryEquilibrium {
    /// With this ratio `gamma`.
    pub const fn new(gamma: f64) -> Self {
        Self {
            gamma,
            gain: 1e-3,
            start: 0.0,
            k: None,
        }
    }

    /// The controller's gain `lambda`.
    pub const fn gain(mut self, gain: f64) -> Self {
        self.gain = gain;
        self
    }

    /// Where `k` starts.
    pub fn start(mut self, k: f64) -> Self {
        self.start = k;
        self.k = None;
        self
    }

    /// The measure of convergence, `E r + |gamma E r - E f|`.
    pub fn convergence(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        real.clone().mean() + (real.mean() * self.gamma - fake.mean()).abs()
    }

    /// `k` beside this tensor.
    fn k(&self, beside: &Tensor<1>) -> Tensor<1> {
        self.k.clone().unwrap_or_else(|| beside.full_like(self.start))
    }
}

impl Default for BoundaryEquilibrium {
    fn default() -> Self {
        Self::new(0.5)
    }
}

impl AdversarialLoss for BoundaryEquilibrium {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        let real = real.mean();
        let k = self.k(&real);
        real - k * fake.mean()
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        fake.mean()
    }

    fn sign_of_real(&self) -> Option<f64> {
        Some(-1.0)
    }

    fn advance(&mut self, real: Tensor<2>, fake: Tensor<2>) {
        let balance = real.detach().mean() * self.gamma - fake.detach().mean();
        let k = self.k(&balance) + balance * self.gain;
        self.k = Some(k.clamp(0.0, 1.0));
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("gamma of BoundaryEquilibrium", self.gamma)?;
        Error::unless_at_least_zero("gain of BoundaryEquilibrium", self.gain)?;
        Error::unless_part("start of BoundaryEquilibrium", self.start)
    }

    fn memory(&self) -> Memory {
        match &self.k {
            Some(k) => Memory::new().with_tensor("k", k),
            None => Memory::new().with("k", [self.start]),
        }
    }

    fn recall(&mut self, memory: &Memory) {
        if let Some(&[k]) = memory.get("k") {
            *self = self.clone().start(k);
        }
    }
}

#[cfg(test)]
mod tests {
    use agon_core::AdversarialLoss;

    use super::BoundaryEquilibrium;
    use crate::testing::{both, close, scores, value};

    #[test]
    fn the_equilibrium_moves_and_stays_in_range() {
        let mut loss = BoundaryEquilibrium::new(0.5).start(0.3).gain(0.1);
        loss.advance(scores(&[4.0, 2.0]), scores(&[1.0, 1.0]));
        assert!((loss.memory().get("k").unwrap()[0] - 0.35).abs() < 1e-12);
        close(&both(&loss, &[4.0, 2.0], &[1.0, 1.0]), &[3.0 - 0.35, 1.0], 1e-12);
        for _ in 0..100 {
            loss.advance(scores(&[0.0]), scores(&[9.0]));
        }
        assert_eq!(loss.memory().get("k").unwrap(), [0.0]);
    }

    #[test]
    fn convergence_is_quality_and_balance() {
        let loss = BoundaryEquilibrium::new(0.5);
        let at = |fake: &[f64]| value(loss.convergence(scores(&[4.0, 2.0]), scores(fake)));
        close(&[at(&[1.0, 2.0]), at(&[1.0]), at(&[3.0])], &[3.0, 3.5, 4.5], 1e-12);
    }

    #[test]
    fn what_is_recalled_goes_on_bit_for_bit() {
        let mut first = BoundaryEquilibrium::default();
        first.advance(scores(&[0.123]), scores(&[0.01]));
        let mut second = BoundaryEquilibrium::default();
        second.recall(&first.memory());
        assert_eq!(first.memory(), second.memory());
        for loss in [&mut first, &mut second] {
            loss.advance(scores(&[0.7]), scores(&[0.2]));
        }
        assert_eq!(first.memory(), second.memory());
    }
}
