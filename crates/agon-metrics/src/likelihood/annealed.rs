use burn::prelude::Tensor;

use super::hamiltonian::{Chains, normal, see};
use crate::error::{Error, Result, enough, ensure};
use crate::random::stream;
use crate::{Figure, Goal, Interval, Origin, Protocol, Rows};

/// Annealed importance sampling: the log-likelihood of data under a decoder with Gaussian noise.
///
/// For `p(z) = N(0, 1)` and `p(x | z) = N(decoder(z), noise^2)`, chains walk from the prior to the posterior
/// of each sample through
///
/// ```text
/// f_t(z) = p(z) p(x | z)^beta_t,    0 = beta_0 < .. < beta_T = 1
/// log w  = sum over t of (beta_t - beta_(t-1)) log p(x | z_(t-1))
/// log p(x) >= E log mean over chains of w
/// ```
///
/// by Hamiltonian Monte Carlo. The estimate is a lower bound on average, and the tighter the more steps there
/// are. [`bounds`](Self::bounds) says how tight: on samples of the model itself, whose codes are known, chains
/// also walk back from the posterior, which bounds the log-likelihood from above.
///
/// Codes are `[chains x samples, latent]`, all side by side on the device of the data; give it as many samples
/// at once as fit there.
///
/// # Pitfalls
/// - The likelihood depends on `noise` more than on anything else: fit it on held-out data, as one would a
///   bandwidth, and say it.
/// - Bounds that meet on the model's samples say nothing of data that is unlike them.
/// - The decoder is differentiated for its codes only: freeze its weights (`no_grad()`), or they are
///   differentiated in vain.
///
/// # Shapes
/// Decoder: `[n, latent]` to `[n, width]`. Data: `[n, width]`.
///
/// # Errors
/// Of settings that cannot work, of data that is not finite, of a decoder whose output does not fit or is not
/// finite.
///
/// # Example
/// A decoder that does nothing, so that `p(x) = N(0, 1 + noise^2)`:
/// ```
/// use agon_metrics::AnnealedImportanceSampling;
/// use burn::prelude::*;
///
/// let ais = AnnealedImportanceSampling::new(|codes| codes, 1, 1.0, 7).chains(8).steps(40).leaps(3);
/// let data = Tensor::<2>::from_data([[0.5], [-1.0]], &Device::default());
/// let found = ais.log_likelihoods(&data)?;
/// let exact = |x: f64| -0.25 * x * x - 0.5 * (2.0 * std::f64::consts::TAU).ln();
/// assert!((found[0] - exact(0.5)).abs() < 0.1 && (found[1] - exact(-1.0)).abs() < 0.1);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Neal 2001, "Annealed importance sampling"; Wu et al. 2017, "On the quantitative analysis of decoder-based
/// generative models", arXiv:1611.04273 (16 chains, 10,000 steps, 10 leaps); Grosse et al. 2015,
/// arXiv:1511.02543 (bounds from both sides).
#[derive(Debug, Clone)]
pub struct AnnealedImportanceSampling<D> {
    decoder: D,
    latent: usize,
    noise: f64,
    chains: usize,
    steps: usize,
    leaps: usize,
    step: f64,
    seed: u64,
}

/// What samples of the model itself say of how tight an estimate is: means over samples, in nats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// The log-likelihood is at least this, on average over runs.
    pub lower: f64,
    /// The log-likelihood is at most this, on average over runs.
    pub upper: f64,
}

impl<D: Fn(Tensor<2>) -> Tensor<2>> AnnealedImportanceSampling<D> {
    /// Of a decoder of codes of this width, with noise of this deviation: 16 chains of 1000 steps of 10 leaps.
    pub fn new(decoder: D, latent: usize, noise: f64, seed: u64) -> Self {
        Self {
            decoder,
            latent,
            noise,
            chains: 16,
            steps: 1000,
            leaps: 10,
            step: 0.1,
            seed,
        }
    }

    /// With so many chains for each sample.
    pub fn chains(mut self, chains: usize) -> Self {
        self.chains = chains;
        self
    }

    /// With so many steps from the prior to the posterior.
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// With so many leaps of the Hamiltonian in each step.
    pub fn leaps(mut self, leaps: usize) -> Self {
        self.leaps = leaps;
        self
    }

    /// With leaps of this size to begin with; each chain adapts its own.
    pub fn step_size(mut self, size: f64) -> Self {
        self.step = size;
        self
    }

    /// The log-likelihood of each sample: a lower bound, on average over runs.
    ///
    /// # Errors
    /// As the type says.
    pub fn log_likelihoods(&self, data: &Tensor<2>) -> Result<Vec<f64>> {
        self.check()?;
        Rows::from_tensor(Origin::Real, data)?;
        let data = data.clone().without_autodiff();
        let chains = [self.chains * data.dims()[0], self.latent];
        let codes = normal(&mut stream(self.seed, 0), chains, &data);
        let weights = self.walk(&data, codes, false)?;
        Ok(self.log_means(&weights, data.dims()[0]))
    }

    /// How tight the estimate is, on so many samples of the model itself, on the device of (and in the
    /// precision of) `like`.
    ///
    /// # Errors
    /// As the type says.
    pub fn bounds(&self, samples: usize, like: &Tensor<2>) -> Result<Bounds> {
        self.check()?;
        enough("bounds of a likelihood", Origin::Fake, 1, samples)?;
        let like = like.clone().without_autodiff();
        let mut random = stream(self.seed, 2);
        let codes = normal(&mut random, [samples, self.latent], &like);
        let made = (self.decoder)(codes.clone()).without_autodiff();
        let data = made.clone() + normal(&mut random, made.dims(), &like) * self.noise;
        let lower = self.log_likelihoods(&data)?;
        let back = self.walk(&data, codes.repeat_dim(0, self.chains), true)?;
        let upper = self.log_means(&back, samples);
        let mean = |values: &[f64]| values.iter().sum::<f64>() / samples as f64;
        Ok(Bounds {
            lower: mean(&lower),
            upper: -mean(&upper),
        })
    }

    /// The mean log-likelihood of data, with its interval over samples.
    ///
    /// # Errors
    /// As the type says, and of less than two samples.
    pub fn evaluate(&self, data: &Tensor<2>) -> Result<Vec<Figure>> {
        enough("a mean likelihood", Origin::Real, 2, data.dims()[0])?;
        let values = self.log_likelihoods(data)?;
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let protocol = Protocol::new()
            .with("noise", self.noise)
            .with("chains", self.chains)
            .with("steps", self.steps)
            .with("leaps", self.leaps);
        Ok(vec![
            Figure::new("AIS log-likelihood", mean)
                .of(values.len(), 0)
                .goal(Goal::Highest)
                .interval(Interval::normal(mean, (variance / n).sqrt()))
                .spread(variance.sqrt())
                .protocol(protocol),
        ])
    }

    /// `log w` of each chain, chains of one sample apart by the number of samples.
    fn walk(&self, data: &Tensor<2>, codes: Tensor<2>, back: bool) -> Result<Vec<f64>> {
        let data = data.clone().repeat_dim(0, self.chains);
        let look = |codes| see(&self.decoder, &data, self.noise, codes);
        let random = stream(self.seed, 1 + 2 * u64::from(back));
        let first = look(codes.clone())?;
        let mut weights = first.log_likelihood.zeros_like();
        let mut chains = Chains::new(codes, first, (self.step, self.leaps), random);
        for step in 1..=self.steps {
            // Back, the chains first move and then weigh; there, they weigh and then move.
            if back {
                let (from, to) = (self.beta(self.steps + 1 - step), self.beta(self.steps - step));
                chains.advance(from, &look)?;
                weights = weights + chains.look.log_likelihood.clone() * (to - from);
            } else {
                let (from, to) = (self.beta(step - 1), self.beta(step));
                weights = weights + chains.look.log_likelihood.clone() * (to - from);
                chains.advance(to, &look)?;
            }
        }
        let weights = weights
            .try_into_vec_as::<f64>()
            .map_err(|error| Error::Device(error.to_string()))?;
        match weights.iter().position(|weight| !weight.is_finite()) {
            None => Ok(weights),
            Some(chain) => Err(Error::Diverged {
                what: "annealed importance sampling".to_owned(),
                reason: format!(
                    "the weight of chain {chain} is {}; is the decoder finite?",
                    weights[chain]
                ),
            }),
        }
    }

    /// The schedule: a sigmoid from -4 to 4, which goes slowly at both ends.
    fn beta(&self, step: usize) -> f64 {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let at = 8.0 * step as f64 / self.steps as f64 - 4.0;
        let (low, high) = (sigmoid(-4.0), sigmoid(4.0));
        (sigmoid(at) - low) / (high - low)
    }

    /// `log mean w` of the chains of each sample.
    fn log_means(&self, weights: &[f64], samples: usize) -> Vec<f64> {
        let of = |sample: usize| weights.iter().skip(sample).step_by(samples);
        let log_mean = |sample: usize| {
            let largest = of(sample).copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = of(sample).map(|weight| (weight - largest).exp()).sum();
            largest + (sum / self.chains as f64).ln()
        };
        (0..samples).map(log_mean).collect()
    }

    fn check(&self) -> Result<()> {
        ensure(self.latent >= 1, "the width of a code", "at least 1", self.latent)?;
        ensure(self.chains >= 1, "the number of chains", "at least 1", self.chains)?;
        ensure(self.steps >= 1, "the number of steps", "at least 1", self.steps)?;
        ensure(self.leaps >= 1, "the number of leaps", "at least 1", self.leaps)?;
        for (what, value) in [
            ("the noise of a decoder", self.noise),
            ("the size of a leap", self.step),
        ] {
            ensure(value.is_finite() && value > 0.0, what, "a positive number", value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cloud, matrix};

    /// `x = W z + b` with known columns.
    fn linear(codes: Tensor<2>) -> Tensor<2> {
        let weights = Tensor::from_data([[1.0, -0.5, 0.3], [0.2, 0.8, 0.0]], (&codes.device(), codes.dtype()));
        let bias = Tensor::from_data([[0.5, 0.0, -1.0]], (&codes.device(), codes.dtype()));
        codes.matmul(weights) + bias
    }

    /// `log N(x; b, W' W + noise^2)`, by elimination.
    fn exact(x: &[f64], noise: f64) -> f64 {
        let w = [[1.0, -0.5, 0.3], [0.2, 0.8, 0.0]];
        let mut c = [[0.0; 4]; 3];
        for i in 0..3 {
            for j in 0..3 {
                c[i][j] = w[0][i] * w[0][j] + w[1][i] * w[1][j] + if i == j { noise * noise } else { 0.0 };
            }
            c[i][3] = x[i] - [0.5, 0.0, -1.0][i];
        }
        // x' C^-1 x and log det C fall out of Gaussian elimination.
        let (mut form, mut log_det) = (0.0, 0.0);
        for pivot in 0..3 {
            log_det += c[pivot][pivot].ln();
            form += c[pivot][3] * c[pivot][3] / c[pivot][pivot];
            for row in pivot + 1..3 {
                let factor = c[row][pivot] / c[pivot][pivot];
                let above = c[pivot];
                for (x, above) in c[row].iter_mut().zip(above).skip(pivot) {
                    *x -= factor * above;
                }
            }
        }
        -0.5 * (form + log_det + 3.0 * std::f64::consts::TAU.ln())
    }

    #[test]
    fn a_linear_decoder_has_the_likelihood_it_should() {
        let noise = 0.4;
        let data = cloud(6, 3, 1, 0.0, 1.0);
        let ais = AnnealedImportanceSampling::new(linear, 2, noise, 3)
            .chains(64)
            .steps(150)
            .leaps(3);
        let found = ais.log_likelihoods(&data).unwrap();
        let rows = crate::testing::rows(&data);
        for (index, found) in found.iter().enumerate() {
            let expected = exact(&rows.row(index), noise);
            assert!((found - expected).abs() < 0.15, "{index}: {found} {expected}");
        }
    }

    #[test]
    fn bounds_hold_the_truth_between_them() {
        let ais = AnnealedImportanceSampling::new(linear, 2, 0.4, 5)
            .chains(16)
            .steps(100)
            .leaps(4);
        let bounds = ais.bounds(12, &matrix(vec![0.0], 1)).unwrap();
        let gap = bounds.upper - bounds.lower;
        assert!(gap > -0.05 && gap < 0.3, "{bounds:?}");
        let rough = AnnealedImportanceSampling::new(linear, 2, 0.4, 5)
            .chains(2)
            .steps(5)
            .leaps(2);
        let rough = rough.bounds(12, &matrix(vec![0.0], 1)).unwrap();
        assert!(rough.upper - rough.lower > gap, "{rough:?} {bounds:?}");
    }

    #[test]
    fn the_figure_is_the_mean_and_the_same_every_time() {
        let ais = AnnealedImportanceSampling::new(linear, 2, 0.5, 5)
            .chains(4)
            .steps(10)
            .leaps(2);
        let data = cloud(5, 3, 1, 0.0, 1.0);
        let values = ais.log_likelihoods(&data).unwrap();
        let figures = ais.evaluate(&data).unwrap();
        assert_eq!(figures[0].value, values.iter().sum::<f64>() / 5.0);
        assert_eq!(figures[0].real, 5);
    }

    #[test]
    fn what_cannot_work() {
        let data = cloud(5, 3, 1, 0.0, 1.0);
        let of = |noise| AnnealedImportanceSampling::new(linear, 2, noise, 5).chains(2).steps(2);
        assert!(of(0.0).log_likelihoods(&data).is_err());
        assert!(of(1.0).chains(0).log_likelihoods(&data).is_err());
        assert!(matches!(
            of(1.0).evaluate(&cloud(1, 3, 1, 0.0, 1.0)),
            Err(Error::TooFew { .. })
        ));
        let error = of(1.0).log_likelihoods(&cloud(5, 4, 1, 0.0, 1.0)).unwrap_err();
        assert!(matches!(error, Error::Shape { .. }), "{error}");
        let broken = |codes: Tensor<2>| linear(codes) * f64::NAN;
        let broken = AnnealedImportanceSampling::new(broken, 2, 1.0, 5).chains(2).steps(2);
        assert!(matches!(broken.log_likelihoods(&data), Err(Error::Diverged { .. })));
        let nan = matrix(vec![f64::NAN, 0.0, 0.0], 1);
        assert!(matches!(of(1.0).log_likelihoods(&nan), Err(Error::NotFinite { .. })));
    }
}
