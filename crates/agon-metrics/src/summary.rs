//! The mean and the deviation of a few numbers, and shares of a few.

use crate::{Figure, Goal, Interval};

/// The mean; NaN of none.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation, unbiased in its square; 0 of fewer than two.
pub(crate) fn standard_deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

/// The standard error of their mean.
pub(crate) fn standard_error(values: &[f64]) -> f64 {
    standard_deviation(values) / (values.len().max(1) as f64).sqrt()
}

/// The value below which this share of them lies, between two of them if need be.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share.clamp(0.0, 1.0) * sorted.len().saturating_sub(1) as f64;
    let at = |index: f64| sorted.get(index as usize).copied().unwrap_or(f64::NAN);
    let (low, high) = (at(place.floor()), at(place.ceil()));
    if low == high { low } else { low + (high - low) * place.fract() }
}

/// So many of so many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub(crate) right: usize,
    pub(crate) of: usize,
}

impl Share {
    /// With Wilson's interval at 95 %.
    pub(crate) fn figure(self, name: &str) -> Figure {
        let (n, p) = (self.of as f64, self.right as f64 / self.of as f64);
        let z = 1.959_963_984_540_054;
        let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let reach = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        Figure::new(name, p).goal(Goal::Highest).interval(Interval {
            low: centre - reach,
            high: centre + reach,
            level: 0.95,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(mean(&values), 2.5);
        assert!((standard_deviation(&values) - (5.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        assert_eq!(quantile(&values, 0.5), 2.5);
        assert_eq!((quantile(&values, 0.0), quantile(&values, 1.0)), (1.0, 4.0));
        assert_eq!(standard_deviation(&values[..1]), 0.0);
    }
}
