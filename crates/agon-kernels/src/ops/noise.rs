use burn::tensor::{Distribution, Tensor};

use super::is_ours;

/// Independent normal numbers of mean 0 and this deviation, as many as `x` has, on its device.
///
/// They follow from the seed of the device's generator. There is no gradient.
pub fn normal_like<const D: usize>(x: &Tensor<D>, deviation: f64) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if is_ours(x) {
        return super::flex::drawn_like(x, |isa, seed, numbers| {
            crate::fill_normal(isa, seed, deviation as f32, numbers);
        });
    }
    x.random_like(Distribution::Normal(0.0, deviation))
}

/// `1 / kept` with the probability `kept` and otherwise 0, independently, as many times as `x` has numbers, on its device.
///
/// They follow from the seed of the device's generator. There is no gradient.
///
/// # Panics
/// If `kept` is not in `(0, 1]`.
pub fn mask_like<const D: usize>(x: &Tensor<D>, kept: f64) -> Tensor<D> {
    assert!(kept > 0.0 && kept <= 1.0, "a probability of {kept} to be kept");
    #[cfg(feature = "flex")]
    if is_ours(x) {
        return super::flex::drawn_like(x, |isa, seed, numbers| {
            crate::fill_sometimes(isa, seed, kept, kept.recip() as f32, numbers);
        });
    }
    x.random_like(Distribution::Bernoulli(kept)) / kept
}
