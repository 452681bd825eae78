use burn::tensor::Tensor;

#[cfg(feature = "flex")]
use super::is_plain;
use super::{is_ours, unit};
use crate::{BatchNorm, Unit};

/// What batch normalization gives.
#[derive(Debug)]
pub struct Normalized<const D: usize> {
    /// The normalized input, through its non-linearity.
    pub output: Tensor<D>,
    /// The mean of each channel over the batch.
    pub mean: Tensor<1>,
    /// The variance of each channel over the batch, divided by the number of its elements.
    pub variance: Tensor<1>,
}

/// Normalizes each channel by its mean and variance over the batch, then applies a non-linearity.
///
/// Gradients flow through the statistics into `x`; the statistics that are returned carry none.
///
/// # Shapes
/// `x`: `[batch, channels, ..]`, `gamma` and `beta`: `[channels]`.
///
/// # Panics
/// If the shapes do not fit.
pub fn batch_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    then: Unit,
) -> Normalized<D> {
    #[cfg(feature = "flex")]
    if is_ours(&x) && is_ours(&gamma) && is_ours(&beta) && x.shape().num_elements() > 0 {
        let norm = geometry(x.dims(), epsilon, then);
        let mut normalized = super::flex::batch_norm(x, gamma, beta, norm);
        if norm.unit != then {
            normalized.output = unit(normalized.output, then);
        }
        return normalized;
    }
    let plain = burn::tensor::module::batch_norm_train(x, gamma, beta, epsilon);
    Normalized {
        output: unit(plain.output, then),
        mean: plain.mean,
        variance: plain.variance,
    }
}

/// Normalizes each channel by given statistics, then applies a non-linearity.
///
/// # Shapes
/// `x`: `[batch, channels, ..]`, all else: `[channels]`.
///
/// # Panics
/// If the shapes do not fit.
pub fn batch_norm_by<const D: usize>(
    x: Tensor<D>,
    [gamma, beta]: [Tensor<1>; 2],
    [mean, variance]: [Tensor<1>; 2],
    epsilon: f64,
    then: Unit,
) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if [&gamma, &beta, &mean, &variance].into_iter().all(is_plain) && is_plain(&x) && x.shape().num_elements() > 0 {
        let norm = geometry(x.dims(), epsilon, then);
        let normal = super::flex::batch_norm_by(x, [gamma, beta], [mean, variance], norm);
        return if norm.unit == then { normal } else { unit(normal, then) };
    }
    unit(
        burn::tensor::module::batch_norm(x, gamma, beta, mean, variance, epsilon),
        then,
    )
}

/// The normalization, with the non-linearity if both can be one pass.
#[cfg(feature = "flex")]
fn geometry<const D: usize>(dims: [usize; D], epsilon: f64, then: Unit) -> BatchNorm {
    let fused = matches!(then, Unit::Identity | Unit::Leaky(_));
    BatchNorm {
        batch: dims[0],
        channels: dims[1],
        area: dims[2..].iter().product(),
        epsilon,
        unit: if fused { then } else { Unit::Identity },
    }
}
