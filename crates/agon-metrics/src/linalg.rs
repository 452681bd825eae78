//! The little linear algebra that metrics need, over faer.

use faer::traits::RealField;

/// The precisions in which products are computed.
pub(crate) trait Element: RealField + Copy + Send + Sync + 'static {
    /// The nearest of this precision.
    fn narrow(value: f64) -> Self;
    /// The same value in `f64`.
    fn wide(self) -> f64;
}

impl Element for f32 {
    fn narrow(value: f64) -> Self {
        value as Self
    }

    fn wide(self) -> f64 {
        f64::from(self)
    }
}

impl Element for f64 {
    fn narrow(value: f64) -> Self {
        value
    }

    fn wide(self) -> f64 {
        self
    }
}
