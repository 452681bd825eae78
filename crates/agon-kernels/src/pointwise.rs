//! Non-linearities, element by element.

use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, with};

/// Numbers that one task works on: they stay in the first cache.
const TASK: usize = 8192;

/// What a layer ends with. The derivative of each can be told from its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unit {
    /// `x`
    Identity,
    /// `x` above zero, `slope x` below; the slope is zero (ReLU) or more.
    Leaky(f64),
    /// `tanh x`
    Tanh,
    /// `1 / (1 + e^-x)`
    Sigmoid,
}

impl Unit {
    /// Applies it to each number, in place.
    pub fn apply(self, isa: Isa, x: &mut [f32]) {
        if self != Self::Identity {
            in_parts(x, |_, x| self.values(isa, x));
        }
    }

    /// Multiplies each number of `dy` by the derivative where the value is `y`.
    pub fn chain(self, isa: Isa, y: &[f32], dy: &mut [f32]) {
        assert_eq!(y.len(), dy.len(), "values and gradients of different lengths");
        if self != Self::Identity {
            in_parts(dy, |first, dy| self.slopes(isa, &y[first..][..dy.len()], dy));
        }
    }

    fn values(self, isa: Isa, x: &mut [f32]) {
        let each = x.iter_mut();
        match self {
            Self::Identity => {}
            Self::Leaky(slope) => with(isa, || each.for_each(|x| *x = leaky(*x, slope as f32))),
            Self::Tanh => with(isa, || each.for_each(|x| *x = tanh(*x))),
            Self::Sigmoid => with(isa, || each.for_each(|x| *x = sigmoid(*x))),
        }
    }

    fn slopes(self, isa: Isa, y: &[f32], dy: &mut [f32]) {
        let each = dy.iter_mut().zip(y);
        match self {
            Self::Identity => {}
            Self::Leaky(slope) => with(isa, || {
                each.for_each(|(dy, y)| *dy = if *y <= 0.0 { below(*dy, slope as f32) } else { *dy });
            }),
            Self::Tanh => with(isa, || each.for_each(|(dy, y)| *dy *= 1.0 - y * y)),
            Self::Sigmoid => with(isa, || each.for_each(|(dy, y)| *dy *= y * (1.0 - y))),
        }
    }
}

/// Hands out numbers part by part, each with the place of its first.
fn in_parts(numbers: &mut [f32], work: impl Fn(usize, &mut [f32]) + Send + Sync) {
    let (length, numbers) = (numbers.len(), Shared::new(numbers));
    each(length.div_ceil(TASK), PASS * length, |task| {
        let first = task * TASK;
        // SAFETY: each task has a part of its own.
        work(first, unsafe { numbers.part(first, TASK.min(length - first)) });
    });
}

/// `slope x`, but nothing at all of infinity where the slope is zero.
#[inline(always)]
fn below(x: f32, slope: f32) -> f32 {
    if slope == 0.0 { 0.0 } else { slope * x }
}

#[inline(always)]
pub(crate) fn leaky(x: f32, slope: f32) -> f32 {
    // NaN stays NaN.
    if x <= 0.0 { below(x, slope) } else { x }
}

/// `e^x` by `2^k e^r` with `|r| <= ln 2 / 2`, to two units in the last place.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    // Rounds to the nearest whole number by pushing the fraction out of the mantissa.
    const SHIFT: f32 = 12_582_912.0;
    let x = if x > 88.0 { 88.0 } else { x };
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + SHIFT;
    let k = shifted - SHIFT;
    let r = x - k * LN_2[0] - k * LN_2[1];
    let series = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let series = series.into_iter().fold(0.0, |sum, term| sum * r + term) + r.powi(7) / 5040.0;
    let power = (shifted.to_bits().wrapping_add(127)) << 23;
    series * f32::from_bits(power)
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// By `(1 - e^-2x) / (1 + e^-2x)`, or by its series where that would cancel.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    let size = x.abs();
    let e = exp(-2.0 * size);
    let far = ((1.0 - e) / (1.0 + e)).copysign(x);
    let square = x * x;
    let series = [
        -0.008_863_236,
        0.021_869_488,
        -0.053_968_254,
        0.133_333_33,
        -0.333_333_33,
        1.0,
    ];
    let near = x * series.into_iter().fold(0.0, |sum, term| sum * square + term);
    if size < 0.35 { near } else { far }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(unit: Unit, truth: impl Fn(f64) -> f64) -> f64 {
        let inputs: Vec<f32> = (-200_000..=200_000).map(|i| i as f32 * 1e-4).collect();
        let each = Isa::all().map(|isa| {
            let mut values = inputs.clone();
            unit.apply(isa, &mut values);
            let errors = inputs.iter().zip(&values).map(|(&x, &y)| {
                let expected = truth(f64::from(x));
                (f64::from(y) - expected).abs() / expected.abs().max(1e-30)
            });
            errors.fold(0.0, f64::max)
        });
        each.fold(0.0, f64::max)
    }

    #[test]
    fn curves_are_right_to_a_few_units_in_the_last_place() {
        let error = worst(Unit::Tanh, f64::tanh);
        assert!(error < 4e-7, "tanh: {error}");
        let error = worst(Unit::Sigmoid, |x| 1.0 / (1.0 + (-x).exp()));
        assert!(error < 4e-7, "sigmoid: {error}");
        assert!(worst(Unit::Leaky(0.2), |x| if x > 0.0 { x } else { f64::from(0.2f32) * x }) < 1e-7);
    }

    #[test]
    fn extremes_stay_what_they_are() {
        for isa in Isa::all() {
            let mut x = [f32::NAN, 1e30, -1e30, f32::INFINITY, f32::NEG_INFINITY];
            Unit::Tanh.apply(isa, &mut x);
            assert!(x[0].is_nan() && x[1..] == [1.0, -1.0, 1.0, -1.0], "{x:?}");
            let mut x = [f32::NAN, 1e30, -1e30];
            Unit::Sigmoid.apply(isa, &mut x);
            assert!(x[0].is_nan() && x[1] == 1.0 && x[2] < 1e-37, "{x:?}");
            let mut x = [f32::NAN, -0.0, f32::NEG_INFINITY, f32::INFINITY];
            Unit::Leaky(0.0).apply(isa, &mut x);
            assert!(x[0].is_nan() && x[1..] == [0.0, 0.0, f32::INFINITY], "{x:?}");
        }
    }

    #[test]
    fn slopes_are_those_of_the_values() {
        let x: Vec<f64> = (0..97).map(|i| f64::from(i) * 0.07 - 3.4 + 1e-3).collect();
        for unit in [Unit::Identity, Unit::Leaky(0.1), Unit::Tanh, Unit::Sigmoid] {
            let mut y: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let mut slopes = vec![1.0; y.len()];
            unit.apply(Isa::best(), &mut y);
            unit.chain(Isa::best(), &y, &mut slopes);
            let truth = |x: f64| match unit {
                Unit::Identity => x,
                Unit::Leaky(slope) => x.max(slope * x),
                Unit::Tanh => x.tanh(),
                Unit::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            };
            for (&x, slope) in x.iter().zip(slopes) {
                let expected = (truth(x + 1e-6) - truth(x - 1e-6)) / 2e-6;
                assert!((f64::from(slope) - expected).abs() < 1e-5, "{unit:?} at {x}");
            }
        }
    }
}
