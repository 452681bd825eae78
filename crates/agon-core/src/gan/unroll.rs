use std::collections::VecDeque;

use burn::optim::GradientsParams;
use burn::prelude::Tensor;

use super::inner::Inner;
use crate::{AdversarialLoss, Discriminator, Error, Optimizer, Result, Sample, Scored, derivative, random, weights};

/// The generator answers the discriminator as it will be after `K` steps on the same batch.
///
/// ```text
/// theta_(k+1) = theta_k + s(g_0, .., g_k),    g_k = grad L_D(theta_k, x)          the steps, of generated samples x
/// min_x  L_G(theta_K, x)   and, through the steps,   min_x  -L_D(theta_K(x), x)   what the generator descends
///
/// lambda_K = -g_K;  for k = K-1, .., 0:    gamma = sum_(j >= k) <lambda_(j+1), ds_j/dg_k>
///                                          dL/dx <- dL/dx + d/dx <gamma, g_k>
///                                          lambda_k = lambda_(k+1) + H_k gamma
/// ```
///
/// Both products with `gamma` come from one pair of gradients at `theta_k +- e gamma`. For plain steps, `s_k =
/// -lr g_k` and `gamma = -lr lambda`. The discriminator itself takes its ordinary step. Penalties do not take part in
/// the inner steps. The discriminator's constraints hold after each of them, and are left out of the derivative.
///
/// `-L_D` is the whole game, of which `L_G` is most often but the part with generated samples. In an ordinary step what
/// the discriminator pays for real samples has no gradient for the generator; through the steps it has, and without it
/// a generator that has the data would not be at rest. In words: the discriminator's next `K` steps stand in a row
/// beside the game, the generator is judged at the end of it, and gradients come back through all of them, of which the
/// discriminator's own step knows nothing.
///
/// # Example
/// ```
/// use agon_core::{Discriminator, Gan, Generator, Unroll};
///
/// /// Any game, whose generator foresees five steps of its discriminator.
/// fn unrolled<G: Generator, D: Discriminator<Input = G::Output>>(gan: Gan<G, D>) -> Gan<G, D> {
///     gan.unrolled(Unroll::own(5))
/// }
/// ```
///
/// # References
/// Metz, Poole, Pfau and Sohl-Dickstein 2017, "Unrolled generative adversarial networks", arXiv:1611.02163. The theory
/// has plain steps; the authors' demonstration has those of the discriminator's Adam, and descends the whole game as
/// here; its ring of eight places its modes with both ends of the circle, so that two of them are one. Implementations
/// that foresee plain steps ([`new`](Self::new)), or take the foreseen discriminator as given
/// ([`first_order`](Self::first_order)), are found as well.
#[doc(alias = "unrolled GAN")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unroll {
    steps: usize,
    rate: Option<f64>,
    through: bool,
}

/// What the generator descends, and what it foresees.
pub(super) struct Foreseen {
    /// What has the gradient for the generator.
    pub surrogate: Tensor<1>,
    /// The generator's loss by the foreseen discriminator.
    pub value: Tensor<1>,
}

impl Unroll {
    /// Foresees `steps` plain gradient steps with this learning rate and differentiates through them.
    pub const fn new(steps: usize, learning_rate: f64) -> Self {
        Self {
            steps,
            rate: Some(learning_rate),
            through: true,
        }
    }

    /// Foresees `steps` steps of the discriminator's own optimizer, from what it remembers on, and differentiates
    /// through them.
    ///
    /// The optimizer must treat every entry of a gradient apart from all others, as gradient descent, Adam and
    /// RMSprop do, and step at every update. A decay of weights is left out of its derivative.
    pub const fn own(steps: usize) -> Self {
        Self {
            steps,
            rate: None,
            through: true,
        }
    }

    /// Takes the foreseen discriminator as given: the cheap form, without the gradient through the steps.
    pub const fn first_order(mut self) -> Self {
        self.through = false;
        self
    }

    /// An error for a discriminator's optimizer that cannot be foreseen.
    pub(super) fn check(&self, optimizer: &Optimizer) -> Result<()> {
        match self.rate {
            Some(rate) => Error::unless_above_zero("the rate of foreseen steps", rate),
            None if optimizer.clips_norm() => {
                let expected = "a discriminator's optimizer that does not clip the norm of gradients";
                Err(Error::config("unrolling", expected, optimizer))
            }
            None if optimizer.accumulate > 1 => {
                let expected = "a discriminator's optimizer that steps at every update";
                Err(Error::config("unrolling", expected, optimizer))
            }
            None => Ok(()),
        }
    }

    /// The rule of the steps, where `own` is the discriminator's optimizer at its present rate.
    pub(super) fn inner(&self, own: (&Optimizer, f64)) -> Inner {
        match self.rate {
            Some(rate) => Inner::Plain(rate),
            None => Inner::Own(Box::new(own.0.clone()), own.1),
        }
    }

    /// `enforce` is what is demanded of the discriminator's weights.
    pub(super) fn foresee<D: Discriminator>(
        &self,
        mut inner: Inner,
        loss: &dyn AdversarialLoss,
        (discriminator, enforce): (&D, impl Fn(D) -> D),
        (real, fake): (&D::Input, &D::Input),
    ) -> Foreseen {
        let side = Side { loss, real, fake };
        let mut network = weights::copy(discriminator);
        let (mut path, mut steps) = (Vec::new(), Vec::new());
        for _ in 0..self.steps {
            path.push((weights::copy(&network), inner.clone()));
            let (gradients, _) = side.discriminator_gradients(&network);
            network = enforce(inner.step(network, &gradients));
            steps.push(gradients);
        }
        let (value, mut cotangent) = side.generator_pass(&network);
        if self.through {
            let (slope, _) = side.discriminator_gradients(&network);
            let mut lambdas = VecDeque::from([weights::scaled(&network, &slope, -1.0)]);
            for (k, (network, inner)) in path.iter().enumerate().rev() {
                let gamma = inner.pull_back(network, &steps[k..], &lambdas);
                let (curved, mixed) = side.second_order(network, &gamma);
                cotangent = cotangent + mixed;
                lambdas.push_front(weights::sum(network, &lambdas[0], &curved, 1.0));
            }
        }
        let surrogate = (fake.rows() * cotangent).sum();
        Foreseen { surrogate, value }
    }
}

/// One batch, and what the discriminator's and the generator's losses are on it.
struct Side<'a, S> {
    loss: &'a dyn AdversarialLoss,
    real: &'a S,
    fake: &'a S,
}

impl<S: Sample> Side<'_, S> {
    /// The gradients of the discriminator's loss for its weights and for the generated samples.
    fn discriminator_gradients<D: Discriminator<Input = S>>(&self, network: &D) -> (GradientsParams, Tensor<2>) {
        // Differences between two of these must be those of weights, not of dropout masks.
        random::replayed(&self.fake.rows().device(), || self.discriminator_pass(network))
    }

    fn discriminator_pass<D: Discriminator<Input = S>>(&self, network: &D) -> (GradientsParams, Tensor<2>) {
        let rows = self.fake.rows().detach().require_grad();
        let fake = self.fake.with_rows(rows.clone());
        let real_scores = network.discriminate(self.real.clone()).scores();
        let fake_scores = network.discriminate(fake).scores();
        let samples = (self.real.rows().detach(), rows.clone().detach());
        let loss = self.loss.discriminator_at(real_scores, fake_scores, samples);
        gradients(&loss, network, &rows)
    }

    /// The generator's loss, and its gradient for the generated samples.
    fn generator_pass<D: Discriminator<Input = S>>(&self, network: &D) -> (Tensor<1>, Tensor<2>) {
        let network = network.clone().no_grad();
        let rows = self.fake.rows().detach().require_grad();
        let real = self
            .loss
            .generator_needs_real()
            .then(|| network.discriminate(self.real.clone()).scores());
        let scores = network.discriminate(self.fake.with_rows(rows.clone())).scores();
        let loss = self.loss.generator(scores, real);
        let (_, samples) = gradients(&loss, &network, &rows);
        (loss.inner(), samples)
    }

    /// `H gamma` and `d/dx <gamma, grad L_D>`, by a central difference of gradients along `gamma`.
    fn second_order<D: Discriminator<Input = S>>(
        &self,
        network: &D,
        gamma: &GradientsParams,
    ) -> (GradientsParams, Tensor<2>) {
        let Some(step) = derivative::weight_step(network, gamma) else {
            return (GradientsParams::new(), self.fake.rows().inner().zeros_like());
        };
        let shift = weights::times(network, weights::scaled(network, gamma, 1.0), &step);
        let above = weights::shifted(weights::copy(network), &shift, 1.0);
        let below = weights::shifted(weights::copy(network), &shift, -1.0);
        let (weights_above, samples_above) = self.discriminator_gradients(&above);
        let (weights_below, samples_below) = self.discriminator_gradients(&below);
        let per_step = (step * 2.0).recip();
        let difference = weights::sum(network, &weights_above, &weights_below, -1.0);
        let curved = weights::times(network, difference, &per_step);
        let mixed = (samples_above - samples_below) * per_step.unsqueeze();
        (curved, mixed)
    }
}

fn gradients<D: Discriminator>(loss: &Tensor<1>, network: &D, rows: &Tensor<2>) -> (GradientsParams, Tensor<2>) {
    let mut gradients = loss.backward();
    let samples = rows
        .grad_remove(&mut gradients)
        .unwrap_or_else(|| rows.clone().inner().zeros_like());
    (GradientsParams::from_grads(gradients, network), samples)
}

#[cfg(test)]
mod tests {
    use burn::module::{Module, Param};
    use burn::prelude::Device;
    use burn::tensor::{DType, TensorData};

    use super::*;
    use crate::gan::original::Original;
    use crate::{Adam, RmsProp, Sgd};

    #[derive(Module, Debug)]
    struct Critic {
        first: Param<Tensor<2>>,
        last: Param<Tensor<2>>,
    }

    impl Discriminator for Critic {
        type Input = Tensor<2>;
        type Output = Tensor<2>;

        fn discriminate(&self, points: Tensor<2>) -> Tensor<2> {
            points.matmul(self.first.val()).tanh().matmul(self.last.val())
        }
    }

    fn wave(shape: [usize; 2], phase: f64) -> Tensor<2> {
        let values: Vec<f64> = (0..shape[0] * shape[1])
            .map(|i| (i as f64 * 1.3 + phase).sin())
            .collect();
        let device = Device::default().autodiff();
        Tensor::from_data(TensorData::new(values, shape), (&device, DType::F64))
    }

    fn values(tensor: Tensor<2>) -> Vec<f64> {
        tensor.inner().try_into_vec_as().unwrap()
    }

    /// A game in which one loses what the other wins, so that a single function is descended.
    #[derive(Debug)]
    struct ZeroSum;

    impl AdversarialLoss for ZeroSum {
        fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
            Original.discriminator(real, fake)
        }

        fn generator(&self, fake: Tensor<2>, real: Option<Tensor<2>>) -> Tensor<1> {
            -Original.discriminator(real.unwrap(), fake)
        }

        fn generator_needs_real(&self) -> bool {
            true
        }
    }

    /// The gradient for the generated samples, and the largest difference to that of the foreseen loss by
    /// central differences, relative to the largest entry. The optimizer has taken a few steps before.
    fn error(unroll: Unroll, optimizer: impl Into<Optimizer>) -> f64 {
        let mut critic = Critic {
            first: Param::from_tensor(wave([2, 5], 0.2)),
            last: Param::from_tensor(wave([5, 1], 0.9)),
        };
        let (real, fake) = (wave([4, 2], 0.4), wave([4, 2], 2.0));
        let mut own = optimizer.into();
        for phase in [0.1, 0.6, 1.1] {
            let scores = critic.discriminate(wave([4, 2], phase)).sum();
            let gradients = GradientsParams::from_grads(scores.backward(), &critic);
            critic = own.step(critic, gradients, 0.02, false).0;
        }
        let foresee = |fake: &Tensor<2>| {
            let inner = unroll.inner((&own, 0.05));
            unroll.foresee(inner, &ZeroSum, (&critic, |critic| critic), (&real, fake))
        };
        let leaf = fake.clone().require_grad();
        let gradients = foresee(&leaf).surrogate.backward();
        let found = values(leaf.grad(&gradients).unwrap());
        let (mut worst, mut size) = (0.0f64, 0.0f64);
        for i in 0..8 {
            let mut bump = vec![0.0; 8];
            bump[i] = 1e-5;
            let bump = Tensor::from_data(TensorData::new(bump, [4, 2]), (&fake.device(), DType::F64));
            let value = |points: Tensor<2>| -> f64 { foresee(&points).value.into_scalar() };
            let numeric = (value(fake.clone() + bump.clone()) - value(fake.clone() - bump)) / 2e-5;
            worst = worst.max((found[i] - numeric).abs());
            size = size.max(numeric.abs());
        }
        worst / size
    }

    #[test]
    fn the_gradient_goes_through_the_steps() {
        for steps in [0, 1, 3] {
            let error = error(Unroll::new(steps, 0.7), Sgd::new(0.0));
            assert!(error < 1e-6, "{steps} steps: {error}");
        }
    }

    #[test]
    fn the_gradient_goes_through_steps_of_the_own_optimizer() {
        let rules: [Optimizer; 4] = [
            Sgd::new(0.0).into(),
            Sgd::new(0.0).momentum(0.9).into(),
            RmsProp::new(0.0).into(),
            Adam::new(0.0).betas(0.5, 0.999).into(),
        ];
        for rule in rules {
            for steps in [1, 4] {
                let name = rule.to_string();
                let error = error(Unroll::own(steps), rule.clone());
                assert!(error < 1e-5, "{steps} steps of {name}: {error}");
            }
        }
    }

    #[test]
    fn the_cheap_form_leaves_them_out() {
        assert!(error(Unroll::new(0, 0.7).first_order(), Sgd::new(0.0)) < 1e-6);
        assert!(error(Unroll::new(3, 0.7).first_order(), Sgd::new(0.0)) > 1e-2);
        assert!(error(Unroll::own(3).first_order(), Adam::new(0.0)) > 1e-3);
    }

    #[test]
    fn constraints_hold_after_foreseen_steps() {
        let critic = Critic {
            first: Param::from_tensor(wave([2, 5], 0.2)),
            last: Param::from_tensor(wave([5, 1], 0.9)),
        };
        let (real, fake) = (wave([4, 2], 0.4), wave([4, 2], 2.0).require_grad());
        let zero = |critic: Critic| {
            let size = weights::values(&critic);
            weights::shifted(critic, &size, -1.0)
        };
        for unroll in [Unroll::new(2, 0.7), Unroll::own(2)] {
            let inner = unroll.inner((&Sgd::new(0.7).into(), 0.7));
            let foreseen = unroll.foresee(inner, &Original, (&critic, zero), (&real, &fake));
            // What judges everything by 0 leaves the generator with a loss of ln 2.
            let value: f64 = foreseen.value.into_scalar();
            assert!((value - 2.0f64.ln()).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn a_generator_that_has_the_data_is_at_rest() {
        let critic = Critic {
            first: Param::from_tensor(wave([2, 5], 0.2)),
            last: Param::from_tensor(wave([5, 1], 0.9).zeros_like()),
        };
        let real = wave([4, 2], 0.4);
        for unroll in [Unroll::new(1, 0.7), Unroll::new(3, 0.7), Unroll::own(3)] {
            // By its own loss alone it would have the foreseen critic change, and be moved by that.
            let fooled = Original.generator(critic.discriminate(real.clone()), None);
            let gradients = fooled.backward();
            let change = values(critic.last.val().grad(&gradients).unwrap());
            assert!(change.iter().any(|entry| entry.abs() > 1e-3), "{change:?}");

            let fake = wave([4, 2], 0.4).require_grad();
            let inner = unroll.inner((&Sgd::new(0.7).into(), 0.7));
            let foreseen = unroll.foresee(inner, &Original, (&critic, |critic| critic), (&real, &fake));
            let gradients = foreseen.surrogate.backward();
            let moved = values(fake.grad(&gradients).unwrap());
            assert!(moved.iter().all(|entry| entry.abs() < 1e-9), "{unroll:?}: {moved:?}");
        }
    }
}
