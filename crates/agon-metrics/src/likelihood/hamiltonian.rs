use burn::prelude::{Device, Tensor};
use burn::tensor::{DType, TensorData};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

use crate::error::{Error, Result};
use crate::random::Random;

/// How often a step of a chain should be accepted.
const TARGET: f64 = 0.65;

/// A log-likelihood and its gradient.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// `[chains, 1]`
    pub log_likelihood: Tensor<2>,
    /// `[chains, latent]`
    gradient: Tensor<2>,
}

/// Chains of Hamiltonian Monte Carlo, side by side, on the device of their data.
///
/// Each chain moves to the target `prior(z) likelihood(z)^beta` by its own step size, which grows while more
/// than 65 % of its moves were accepted lately and shrinks while less were.
#[derive(Debug)]
pub(super) struct Chains {
    /// `[chains, latent]`
    pub places: Tensor<2>,
    pub look: Look,
    steps: Tensor<2>,
    accepted: Tensor<2>,
    leaps: usize,
    random: Random,
}

impl Chains {
    pub fn new(places: Tensor<2>, look: Look, (step, leaps): (f64, usize), random: Random) -> Self {
        let column = look.log_likelihood.zeros_like();
        Self {
            places,
            look,
            steps: column.clone() + step,
            accepted: column + TARGET,
            leaps,
            random,
        }
    }

    /// One move of every chain.
    pub fn advance(&mut self, beta: f64, see: &impl Fn(Tensor<2>) -> Result<Look>) -> Result<()> {
        let momentum = normal(&mut self.random, self.places.dims(), &self.places);
        let before = energy(&self.places, &self.look, &momentum, beta);
        let (places, look, momentum) = self.leap(momentum, beta, see)?;
        let after = energy(&places, &look, &momentum, beta);
        let uniform: Vec<f64> = (0..places.dims()[0])
            .map(|_| self.random.random::<f64>().ln())
            .collect();
        let threshold = on_device(uniform, [places.dims()[0], 1], &places);
        // What is not a number is not greater, and stays where it is.
        let moves = (before - after).greater(threshold);
        let choose = |old: &Tensor<2>, new: Tensor<2>| {
            let moves = moves.clone().expand(new.dims());
            old.clone().mask_where(moves, new)
        };
        self.places = choose(&self.places, places);
        self.look.log_likelihood = choose(&self.look.log_likelihood, look.log_likelihood);
        self.look.gradient = choose(&self.look.gradient, look.gradient);
        let moved = self.accepted.zeros_like().mask_fill(moves, 1.0);
        self.accepted = self.accepted.clone() * 0.9 + moved * 0.1;
        let often = self.accepted.clone().greater_elem(TARGET);
        self.steps = self.steps.clone() * (self.steps.zeros_like() + 0.98).mask_fill(often, 1.02);
        Ok(())
    }

    /// The leapfrog: half a step of the momentum, whole steps of both, half a step of the momentum.
    fn leap(
        &self,
        momentum: Tensor<2>,
        beta: f64,
        see: &impl Fn(Tensor<2>) -> Result<Look>,
    ) -> Result<(Tensor<2>, Look, Tensor<2>)> {
        // The gradient of log prior + beta log likelihood.
        let force = |places: &Tensor<2>, look: &Look| look.gradient.clone() * beta - places.clone();
        let half = self.steps.clone() * 0.5;
        let (mut places, mut look) = (self.places.clone(), self.look.clone());
        let mut momentum = momentum + half.clone() * force(&places, &look);
        for leap in 1..=self.leaps {
            places = places + self.steps.clone() * momentum.clone();
            look = see(places.clone())?;
            let step = if leap == self.leaps {
                half.clone()
            } else {
                self.steps.clone()
            };
            momentum = momentum + step * force(&places, &look);
        }
        Ok((places, look, momentum))
    }
}

/// `-log prior - beta log likelihood + kinetic energy`, but for a constant.
fn energy(places: &Tensor<2>, look: &Look, momentum: &Tensor<2>, beta: f64) -> Tensor<2> {
    let squares = places.clone().square().sum_dim(1) + momentum.clone().square().sum_dim(1);
    squares * 0.5 - look.log_likelihood.clone() * beta
}

/// `log N(data; decoder(z), noise^2)` of each row, and its gradient.
pub(super) fn see(
    decoder: &impl Fn(Tensor<2>) -> Tensor<2>,
    data: &Tensor<2>,
    noise: f64,
    places: Tensor<2>,
) -> Result<Look> {
    let places = Tensor::from_inner(places).require_grad();
    let made = decoder(places.clone());
    if made.dims() != data.dims() {
        let (expected, got) = (format!("{:?}", data.dims()), format!("{:?}", made.dims()));
        return Err(Error::shape("what the decoder makes", expected, got));
    }
    let width = data.dims()[1] as f64;
    let constant = 0.5 * width * (std::f64::consts::TAU * noise * noise).ln();
    let squares = (made - Tensor::from_inner(data.clone())).square().sum_dim(1);
    let log_likelihood = squares * (-0.5 / (noise * noise)) - constant;
    let gradients = log_likelihood.clone().sum().backward();
    let gradient = places
        .grad(&gradients)
        .ok_or_else(|| Error::config("a decoder", "a function of its codes", "one that ignores them"))?;
    Ok(Look {
        log_likelihood: log_likelihood.inner(),
        gradient,
    })
}

/// Normal numbers, drawn on the host, on the device and in the precision of `like`.
pub(super) fn normal(random: &mut Random, shape: [usize; 2], like: &Tensor<2>) -> Tensor<2> {
    let values = (0..shape[0] * shape[1])
        .map(|_| StandardNormal.sample(random))
        .collect();
    on_device(values, shape, like)
}

fn on_device(values: Vec<f64>, shape: [usize; 2], like: &Tensor<2>) -> Tensor<2> {
    let options: (&Device, DType) = (&like.device(), like.dtype());
    Tensor::from_data(TensorData::new(values, shape), options)
}
