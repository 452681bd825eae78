//! The divergences between the mixture and a Gaussian, by integration.

use std::f64::consts::{LN_2, TAU};

use agon::losses::Divergence;

/// The mixture: share, mean and variance of its parts.
pub const PARTS: [(f64, f64, f64); 2] = [(0.33, -1.0, 0.065), (0.67, 2.0, 2.0)];

/// A Gaussian.
#[derive(Debug, Clone, Copy)]
pub struct Fit {
    pub mu: f64,
    pub sigma: f64,
}

impl Fit {
    pub fn mean(fits: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| fits.iter().map(of).sum::<f64>() / fits.len() as f64;
        Self {
            mu: mean(|fit| fit.mu),
            sigma: mean(|fit| fit.sigma),
        }
    }

    pub fn log_density(self, x: f64) -> f64 {
        log_normal(x, self.mu, self.sigma * self.sigma)
    }
}

fn log_normal(x: f64, mean: f64, variance: f64) -> f64 {
    -0.5 * ((x - mean).powi(2) / variance + (TAU * variance).ln())
}

/// The logarithm of the mixture's density.
pub fn log_data(x: f64) -> f64 {
    let [a, b] = PARTS.map(|(share, mean, variance)| share.ln() + log_normal(x, mean, variance));
    a.max(b) + (-(a - b).abs()).exp().ln_1p()
}

/// `D_f` of the mixture `p` and the Gaussian `q`: the integral of `q f(p/q)`.
pub fn distance(divergence: Divergence, fit: Fit) -> f64 {
    const STEP: f64 = 0.01;
    let points = (-2_000..2_500).map(|i| f64::from(i) * STEP);
    points
        .map(|x| density(divergence, log_data(x), fit.log_density(x)))
        .sum::<f64>()
        * STEP
        + offset(divergence)
}

/// `q f(p/q)`, from logarithms, since `q` may underflow where `p` does not.
fn density(divergence: Divergence, log_p: f64, log_q: f64) -> f64 {
    let (p, q) = (log_p.exp(), log_q.exp());
    let ratio = log_p - log_q;
    match divergence {
        Divergence::TotalVariation => (p - q).abs() / 2.0,
        Divergence::Kl => p * ratio,
        Divergence::ReverseKl => -q * ratio,
        Divergence::PearsonChi2 => (log_p + ratio).exp() - 2.0 * p + q,
        Divergence::SquaredHellinger => (p.sqrt() - q.sqrt()).powi(2),
        Divergence::Jeffreys => (p - q) * ratio,
        Divergence::JensenShannon | Divergence::Gan => {
            // log 2p/(p+q) = log 2 - log(1 + q/p)
            p * (LN_2 - (-ratio).exp().ln_1p()) + q * (LN_2 - ratio.exp().ln_1p())
        }
        _ => f64::NAN,
    }
}

fn offset(divergence: Divergence) -> f64 {
    if divergence == Divergence::Gan {
        -2.0 * LN_2
    } else {
        0.0
    }
}

/// The nearest Gaussian, by going downhill in ever smaller steps.
pub fn best(divergence: Divergence) -> Fit {
    let mut fit = Fit { mu: 1.2, sigma: 1.7 };
    let mut least = distance(divergence, fit);
    let mut step = 0.1;
    while step > 1e-5 {
        let around = [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)];
        let tries = around.map(|(mu, sigma)| Fit {
            mu: fit.mu + mu,
            sigma: fit.sigma + sigma,
        });
        let nearer = tries
            .into_iter()
            .map(|fit| (fit, distance(divergence, fit)))
            .find(|(_, d)| *d < least);
        match nearer {
            Some((better, d)) => (fit, least) = (better, d),
            None => step /= 2.0,
        }
    }
    fit
}
