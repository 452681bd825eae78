use agon_core::{Error, Result};
use burn::prelude::Tensor;
use burn::tensor::activation::tanh;

use crate::math::{cap, capped_exp, least, log_softplus, over, softplus};

/// A function `f` that measures the distance of two distributions, `D_f(P|Q) = E_Q f(p/q)`.
///
/// Each comes with its output activation `T(v) = g_f(v)`, which maps raw scores into the domain of the
/// conjugate `f*(t) = sup_u (u t - f(u))`, and with the conjugate after that activation, `f*(T(v))`, in a
/// form that does not lose digits.
///
/// | variant | `f(u)` | `T(v)` | `f*(T(v))` |
/// |---|---|---|---|
/// | total variation | `\|u-1\|/2` | `tanh(v)/2` | `T` |
/// | KL | `u log u` | `v` | `e^(v-1)` |
/// | reverse KL | `-log u` | `-e^-v` | `v - 1` |
/// | Pearson chi-squared | `(u-1)^2` | `v` | `v^2/4 + v` |
/// | Neyman chi-squared | `(1-u)^2/u` | `1 - e^-v` | `2 - 2 e^(-v/2)` |
/// | squared Hellinger | `(sqrt u - 1)^2` | `1 - e^-v` | `e^v - 1` |
/// | Jensen-Shannon | `u log u - (u+1) log((1+u)/2)` | `log 2 - softplus(-v)` | `softplus(v) - log 2` |
/// | GAN | `u log u - (u+1) log(u+1)` | `-softplus(-v)` | `softplus(v)` |
/// | Jeffreys | `(u-1) log u` | `v` | `w + 1/w + v - 2`, `w = W(e^(1-v))` |
/// | alpha, `a < 1` | `(u^a - 1 - a(u-1)) / (a(a-1))` | `1/(1-a) - softplus(-v)` | `((1-a) softplus(-v))^(a/(a-1))/a - 1/a` |
/// | alpha, `a > 1` | the same | `v` | `max(0, (a-1)v + 1)^(a/(a-1))/a - 1/a` |
///
/// `W` is Lambert's function. The Jensen-Shannon divergence here is `KL(p|m) + KL(q|m)` without a factor
/// 1/2, as in the paper.
///
/// The exponentials grow beyond f32 at scores of about 88, and the squares of their slopes, which Adam keeps, at 44.
/// From `e^40` on (`e^60` in f64) they continue as straight lines, so that losses, gradients and steps stay finite;
/// below that they are exact. A power `x^p` is taken for `e^(p log x)`.
///
/// # Shapes
/// Element by element.
///
/// # Example
/// ```
/// use agon_losses::Divergence;
/// use burn::prelude::*;
///
/// let v = Tensor::<1>::from_data([1.0], &Device::default());
/// let conjugate: f32 = Divergence::Kl.conjugate(v).into_scalar();
/// assert_eq!(conjugate, 1.0);
/// ```
///
/// # References
/// Nowozin, Cseke, Tomioka 2016, "f-GAN", arXiv:1606.00709, tables 1, 2 and 6. The paper's appendix prints
/// some activations with `exp(v)`; monotone increasing ones need `exp(-v)`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Divergence {
    /// Half the absolute difference.
    TotalVariation,
    /// Kullback-Leibler, data against samples.
    Kl,
    /// Kullback-Leibler, samples against data.
    ReverseKl,
    /// Chi-squared, weighted by the samples.
    PearsonChi2,
    /// Chi-squared, weighted by the data.
    NeymanChi2,
    /// Squared difference of square roots.
    SquaredHellinger,
    /// Both Kullback-Leibler divergences to the mixture.
    JensenShannon,
    /// Jensen-Shannon less `log 4`: the original game.
    Gan,
    /// Both Kullback-Leibler divergences between the two.
    Jeffreys,
    /// The alpha family, `a` neither 0 nor 1 (whose limits are reverse KL and KL).
    Alpha(f64),
}

impl Divergence {
    /// An error for an alpha divergence that is none of the family.
    ///
    /// # Errors
    /// [`Error::Config`] for an `a` of 0, of 1, or that is not finite.
    pub fn check(&self) -> Result<()> {
        match *self {
            Self::Alpha(a) => {
                let works = a.is_finite() && a != 0.0 && a != 1.0;
                Error::unless(works, "a of the alpha divergence", "a finite number but 0 and 1", a)
            }
            _ => Ok(()),
        }
    }

    /// `T(v)`: raw scores, mapped into the domain of the conjugate.
    pub fn activation<const D: usize>(&self, v: Tensor<D>) -> Tensor<D> {
        match *self {
            Self::TotalVariation => tanh(v) * 0.5,
            Self::Kl | Self::PearsonChi2 | Self::Jeffreys => v,
            Self::ReverseKl => -capped_exp(-v),
            Self::NeymanChi2 | Self::SquaredHellinger => 1.0 - capped_exp(-v),
            Self::JensenShannon => -softplus(-v) + std::f64::consts::LN_2,
            Self::Gan => -softplus(-v),
            Self::Alpha(a) if a > 1.0 => v,
            Self::Alpha(a) => -softplus(-v) + 1.0 / (1.0 - a),
        }
    }

    /// `f*(T(v))`: the conjugate of what [`activation`](Self::activation) makes of raw scores.
    pub fn conjugate<const D: usize>(&self, v: Tensor<D>) -> Tensor<D> {
        match *self {
            Self::TotalVariation => tanh(v) * 0.5,
            Self::Kl => capped_exp(v - 1.0),
            Self::ReverseKl => v - 1.0,
            Self::PearsonChi2 => v.clone().square() * 0.25 + v,
            Self::NeymanChi2 => capped_exp(v * -0.5) * -2.0 + 2.0,
            Self::SquaredHellinger => capped_exp(v) - 1.0,
            Self::JensenShannon => softplus(v) - std::f64::consts::LN_2,
            Self::Gan => softplus(v),
            Self::Jeffreys => jeffreys(v),
            Self::Alpha(a) => alpha(v, a),
        }
    }

    /// `f'(1)`: the value of `T` that cannot tell the two distributions apart, at which the bound is `f(1)`.
    pub fn neutral(&self) -> f64 {
        match self {
            Self::Kl => 1.0,
            Self::ReverseKl => -1.0,
            Self::Gan => -std::f64::consts::LN_2,
            _ => 0.0,
        }
    }
}

/// `f*(T(v))` of the alpha divergence.
fn alpha<const D: usize>(v: Tensor<D>, a: f64) -> Tensor<D> {
    // x^p = e^(p log x)
    let logarithm = if a > 1.0 {
        // Left of the domain the supremum is at u = 0, where the slope vanishes.
        let least = least(&v);
        (v * (a - 1.0) + 1.0).clamp_min(least).log()
    } else {
        // It survives the underflow of the softplus.
        log_softplus(-v) + (1.0 - a).ln()
    };
    over(capped_exp(logarithm * (a / (a - 1.0))) - 1.0, a)
}

/// `f*(t)` of the Jeffreys divergence: `w + 1/w + t - 2` with `w = W(e^(1-t))`, whose slope is `1/w`.
fn jeffreys<const D: usize>(t: Tensor<D>) -> Tensor<D> {
    let constant = t.clone().detach();
    let log_w = log_omega(1.0 - constant.clone());
    let inverse = capped_exp(-log_w.clone());
    let value = log_w.clone().exp() + inverse + constant.clone() - 2.0;
    // The iterations are not differentiated: by the envelope theorem the slope is the maximiser u = 1/w.
    let most = cap(&log_w);
    let slope = log_w.neg().clamp_max(most).exp();
    slope * (t - constant) + value
}

/// The logarithm of Wright's omega function: the solution of `l + e^l = y`, by Newton's method.
fn log_omega<const D: usize>(y: Tensor<D>) -> Tensor<D> {
    // The start is never far off and exact at y = 1; the function is convex, so the steps converge.
    let start = y.clone().clamp_min(1.0).log() + y.clone().clamp_max(1.0) - 1.0;
    (0..8).fold(start, |l, _| {
        let w = l.clone().exp();
        l.clone() - (l + w.clone() - y.clone()) / (w + 1.0)
    })
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::Divergence::{self, *};
    use crate::testing::{close, f64s, values};

    const ALL: [Divergence; 12] = [
        TotalVariation,
        Kl,
        ReverseKl,
        PearsonChi2,
        NeymanChi2,
        SquaredHellinger,
        JensenShannon,
        Gan,
        Jeffreys,
        Alpha(0.5),
        Alpha(3.0),
        Alpha(-1.0),
    ];

    fn at(divergence: Divergence, v: f64) -> [f64; 2] {
        let v = f64s(&[v], &Device::default());
        [
            values(divergence.activation(v.clone()))[0],
            values(divergence.conjugate(v))[0],
        ]
    }

    /// `f(u)` as in the table.
    fn f(divergence: Divergence, u: f64) -> f64 {
        match divergence {
            TotalVariation => (u - 1.0).abs() / 2.0,
            Kl => u * u.ln(),
            ReverseKl => -u.ln(),
            PearsonChi2 => (u - 1.0).powi(2),
            NeymanChi2 => (1.0 - u).powi(2) / u,
            SquaredHellinger => (u.sqrt() - 1.0).powi(2),
            JensenShannon => u * u.ln() - (u + 1.0) * ((1.0 + u) / 2.0).ln(),
            Gan => u * u.ln() - (u + 1.0) * (u + 1.0).ln(),
            Jeffreys => (u - 1.0) * u.ln(),
            Alpha(a) => (u.powf(a) - 1.0 - a * (u - 1.0)) / (a * (a - 1.0)),
        }
    }

    #[test]
    fn tabulated_values() {
        let half = [
            (TotalVariation, 0.23106, 0.23106),
            (Kl, 0.5, 0.60653),
            (ReverseKl, -0.60653, -0.5),
            (PearsonChi2, 0.5, 0.5625),
            (NeymanChi2, 0.39347, 0.44240),
            (SquaredHellinger, 0.39347, 0.64872),
            (Jeffreys, 0.5, 0.57131),
            (JensenShannon, 0.21907, 0.28093),
            (Gan, -0.47408, 0.97408),
            (Alpha(0.5), 1.52592, 6.43745),
            (Alpha(3.0), 0.5, 0.60948),
        ];
        let minus_one = [
            (Kl, -1.0, 0.13534),
            (ReverseKl, -2.71828, -2.0),
            (PearsonChi2, -1.0, -0.75),
            (NeymanChi2, -1.71828, -1.29744),
            (SquaredHellinger, -1.71828, -0.63212),
            (Jeffreys, -1.0, -0.80065),
            (JensenShannon, -0.62011, -0.37989),
            (Gan, -1.31326, 0.31326),
        ];
        for (divergence, t, conjugate) in half {
            close(&at(divergence, 0.5), &[t, conjugate], 1e-5);
        }
        for (divergence, t, conjugate) in minus_one {
            close(&at(divergence, -1.0), &[t, conjugate], 1e-5);
        }
    }

    #[test]
    fn the_conjugate_is_the_supremum() {
        for divergence in ALL {
            for v in [-1.3, -0.2, 0.4, 1.1] {
                let [t, conjugate] = at(divergence, v);
                let over = (-20_000..20_000).map(|i| (f64::from(i) * 5e-4).exp());
                let supremum = over.map(|u| u * t - f(divergence, u)).fold(f64::MIN, f64::max);
                assert!(
                    (supremum - conjugate).abs() < 1e-4,
                    "{divergence:?} at {v}: {supremum} {conjugate}"
                );
            }
        }
    }

    #[test]
    fn the_neutral_value_touches() {
        // f*(f'(1)) = f'(1) - f(1), with v found by bisection on the increasing activation.
        for divergence in ALL {
            let (mut low, mut high) = (-3.0, 3.0);
            for _ in 0..60 {
                let v = (low + high) / 2.0;
                if at(divergence, v)[0] < divergence.neutral() {
                    low = v
                } else {
                    high = v
                }
            }
            let [t, conjugate] = at(divergence, low);
            close(&[t, conjugate], &[divergence.neutral(), t - f(divergence, 1.0)], 1e-12);
        }
    }

    #[test]
    fn slopes_agree_with_differences() {
        let device = Device::default().autodiff();
        let v = [-3.0, -0.7, 0.1, 0.9, 2.5];
        for divergence in ALL {
            for part in [Divergence::activation::<1>, Divergence::conjugate::<1>] {
                let x = f64s(&v, &device).require_grad();
                let gradients = part(&divergence, x.clone()).sum().backward();
                let step = 1e-5;
                let moved = |by: f64| values(part(&divergence, f64s(&v, &device) + by));
                let differences: Vec<f64> = moved(step)
                    .iter()
                    .zip(moved(-step))
                    .map(|(a, b)| (a - b) / (2.0 * step))
                    .collect();
                close(&values(x.grad(&gradients).unwrap()), &differences, 1e-7);
            }
        }
    }

    #[test]
    fn jeffreys_holds_far_out() {
        // w solves w + log w = 1 - t; at t = -99 that is w = 95.4383..., at t = 30 it is e^-29.
        let [_, conjugate] = at(Jeffreys, -99.0);
        let w = conjugate + 99.0 + 2.0;
        let w = (w + (w * w - 4.0).sqrt()) / 2.0;
        assert!((w + w.ln() - 100.0).abs() < 1e-9);
        close(&[at(Jeffreys, 30.0)[1]], &[29f64.exp() + 29.0], 1e-10);
    }
}
