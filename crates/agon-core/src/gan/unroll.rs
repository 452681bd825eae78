use burn::optim::GradientsParams;
use burn::prelude::Tensor;

use crate::{AdversarialLoss, Discriminator, Sample, Scored, derivative, random, weights};

/// The generator answers the discriminator as it will be after `K` gradient steps on the same batch.
///
/// With `theta_(k+1) = theta_k - lr grad L_D(theta_k, x)` and `x` the generated samples, the generator
/// descends `L_G(theta_K(x), x)`, through the steps: from `lambda_K = dL_G/dtheta_K` backwards
///
/// `dL/dx <- dL/dx - lr d/dx <lambda, grad L_D(theta_k, x)>`, `lambda <- lambda - lr H_k lambda`,
///
/// where both products come from one pair of gradients at `theta_k +- e lambda`. The discriminator itself
/// takes its ordinary step. Penalties do not take part in the inner steps.
///
/// # References
/// Metz, Poole, Pfau and Sohl-Dickstein 2017, "Unrolled generative adversarial networks", arXiv:1611.02163.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unroll {
    steps: usize,
    learning_rate: f64,
    through: bool,
}

/// What the generator descends, and what it foresees.
pub(super) struct Foreseen {
    /// Its gradient for the generator is the gradient of the foreseen loss.
    pub surrogate: Tensor<1>,
    /// The foreseen loss.
    pub value: Tensor<1>,
}

impl Unroll {
    /// Foresees `steps` gradient steps with this learning rate and differentiates through them.
    pub const fn new(steps: usize, learning_rate: f64) -> Self {
        Self {
            steps,
            learning_rate,
            through: true,
        }
    }

    /// Takes the foreseen discriminator as given: the cheap form, without the gradient through the steps.
    pub const fn first_order(mut self) -> Self {
        self.through = false;
        self
    }

    pub(super) fn foresee<D: Discriminator>(
        &self,
        loss: &dyn AdversarialLoss,
        discriminator: &D,
        real: &D::Input,
        fake: &D::Input,
    ) -> Foreseen {
        let side = Side { loss, real, fake };
        let mut path = vec![weights::copy(discriminator)];
        for step in 0..self.steps {
            let (gradients, _) = side.discriminator_gradients(&path[step]);
            path.push(weights::shifted(
                weights::copy(&path[step]),
                &gradients,
                -self.learning_rate,
            ));
        }
        let (value, mut lambda, mut cotangent) = side.generator_gradients(&path[self.steps]);
        if self.through {
            for network in path[..self.steps].iter().rev() {
                let (curved, mixed) = side.second_order(network, &lambda);
                cotangent = cotangent - mixed * self.learning_rate;
                lambda = weights::sum(network, &lambda, &curved, -self.learning_rate);
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

    /// The generator's loss and its gradients for the discriminator's weights and the generated samples.
    fn generator_gradients<D: Discriminator<Input = S>>(&self, network: &D) -> (Tensor<1>, GradientsParams, Tensor<2>) {
        let rows = self.fake.rows().detach().require_grad();
        let real = self
            .loss
            .generator_needs_real()
            .then(|| network.discriminate(self.real.clone()).scores());
        let scores = network.discriminate(self.fake.with_rows(rows.clone())).scores();
        let loss = self.loss.generator(scores, real);
        let (weights, samples) = gradients(&loss, network, &rows);
        (loss.inner(), weights, samples)
    }

    /// `H lambda` and `d/dx <lambda, grad L_D>`, by a central difference of gradients along `lambda`.
    fn second_order<D: Discriminator<Input = S>>(
        &self,
        network: &D,
        lambda: &GradientsParams,
    ) -> (GradientsParams, Tensor<2>) {
        let Some(step) = derivative::weight_step(network, lambda) else {
            return (GradientsParams::new(), self.fake.rows().inner().zeros_like());
        };
        let shift = weights::times(network, weights::scaled(network, lambda, 1.0), &step);
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
