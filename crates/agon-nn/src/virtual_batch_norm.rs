use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};

/// Batch norm by a fixed reference batch, so that samples of a batch do not depend on each other.
///
/// ```text
/// y = scale (x - m) / sqrt(v + e) + shift,    m = s m_x + (1 - s) m_r,    s = 1 / (n + 1)
/// v = s (v_x + (m_x - m)^2) + (1 - s) (v_r + (m_r - m)^2) = s v_x + (1 - s) v_r + s (1 - s) (m_x - m_r)^2
/// ```
///
/// `m_r`, `v_r`: mean and variance of the reference batch of `n` samples, per channel; `m_x`, `v_x`: those of the
/// sample itself, over its places. The reference batch goes through the network beside each batch and is normalized by
/// itself ([`reference`](Self::reference)).
///
/// # Shapes
/// `[batch, channels, ..]`, unchanged.
///
/// # Example
/// ```
/// use agon_nn::VirtualBatchNorm;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let norm = VirtualBatchNorm::new(16, &device);
/// // Chosen once, before training; it goes through all layers ahead of each batch.
/// let chosen = Tensor::<2>::ones([64, 16], &device);
/// let (chosen, reference) = norm.reference(chosen);
/// let y = norm.forward(Tensor::<2>::zeros([8, 16], &device), &reference);
/// assert_eq!((chosen.dims(), y.dims()), ([64, 16], [8, 16]));
/// ```
///
/// # References
/// Salimans et al. 2016, arXiv:1606.03498, section 3.4; Goodfellow 2016, "NIPS 2016 tutorial: generative adversarial
/// networks", arXiv:1701.00160, section 4.3, which also has reference batch norm.
#[doc(alias = "reference batch norm")]
#[derive(Module, Debug)]
pub struct VirtualBatchNorm {
    scale: Param<Tensor<1>>,
    shift: Param<Tensor<1>>,
    epsilon: f64,
}

/// What a layer knows of its reference batch.
#[derive(Debug, Clone)]
pub struct Reference {
    mean: Tensor<2>,
    variance: Tensor<2>,
    size: usize,
}

impl VirtualBatchNorm {
    /// For so many channels; scale 1, shift 0.
    pub fn new(channels: usize, device: &Device) -> Self {
        Self {
            scale: Initializer::Ones.init([channels], device),
            shift: Initializer::Zeros.init([channels], device),
            epsilon: 1e-5,
        }
    }

    /// The reference batch, normalized by itself, and what is to be known of it.
    pub fn reference<const D: usize>(&self, x: Tensor<D>) -> (Tensor<D>, Reference) {
        let mean = moment(x.clone()).mean_dim(0);
        let variance = spread(x.clone(), mean.clone()).mean_dim(0);
        let size = x.dims()[0];
        let normalized = self.normalized(x, mean.clone(), variance.clone());
        (normalized, Reference { mean, variance, size })
    }

    /// Samples, normalized by the reference and each by itself.
    pub fn forward<const D: usize>(&self, x: Tensor<D>, reference: &Reference) -> Tensor<D> {
        let share = 1.0 / (reference.size + 1) as f64;
        let with = |own: Tensor<2>, of_all: &Tensor<2>| own * share + of_all.clone() * (1.0 - share);
        let own = moment(x.clone());
        let apart = (own.clone() - reference.mean.clone()).square() * (share * (1.0 - share));
        let variance = with(spread(x.clone(), own.clone()), &reference.variance) + apart;
        self.normalized(x, with(own, &reference.mean), variance)
    }

    /// Samples, normalized by the reference alone: reference batch norm, which is said to overfit that batch.
    pub fn forward_by_reference<const D: usize>(&self, x: Tensor<D>, reference: &Reference) -> Tensor<D> {
        self.normalized(x, reference.mean.clone(), reference.variance.clone())
    }

    fn normalized<const D: usize>(&self, x: Tensor<D>, mean: Tensor<2>, variance: Tensor<2>) -> Tensor<D> {
        let factor = (variance + self.epsilon).sqrt().recip() * self.scale.val().unsqueeze();
        (x - per_channel(mean)) * per_channel(factor) + per_channel(self.shift.val().unsqueeze())
    }
}

/// The mean over the places of each sample: `[batch, channels]`.
fn moment<const D: usize>(x: Tensor<D>) -> Tensor<2> {
    let [batch, channels] = [x.dims()[0], x.dims()[1]];
    let places = x.reshape([batch as i64, channels as i64, -1]);
    places.mean_dim(2).reshape([batch, channels])
}

/// The mean square over the places of each sample, seen from these means, so that a channel far from zero keeps its
/// digits: `[batch, channels]`.
fn spread<const D: usize>(x: Tensor<D>, mean: Tensor<2>) -> Tensor<2> {
    moment((x - per_channel(mean)).square())
}

/// Values of samples and channels, or of channels alone, beside `[batch, channels, ..]`.
fn per_channel<const D: usize>(values: Tensor<2>) -> Tensor<D> {
    let mut shape = [1; D];
    shape[..2].copy_from_slice(&values.dims());
    values.reshape(shape)
}

#[cfg(test)]
mod tests {
    use burn::prelude::*;

    use super::*;

    #[test]
    fn a_sample_counts_as_one_more_than_the_reference() {
        let device = Device::default();
        let norm = VirtualBatchNorm::new(1, &device);
        let (own, reference) = norm.reference(Tensor::<2>::from_data([[1.0], [3.0]], &device));
        let own: Vec<f32> = own.try_into_vec_as().unwrap();
        assert!((own[0] + 1.0).abs() < 1e-4 && (own[1] - 1.0).abs() < 1e-4, "{own:?}");
        let y = norm.forward(Tensor::<2>::from_data([[5.0], [2.0]], &device), &reference);
        let y: Vec<f32> = y.try_into_vec_as().unwrap();
        let alone = norm.forward_by_reference(Tensor::<2>::from_data([[5.0], [2.0]], &device), &reference);
        let alone: Vec<f32> = alone.try_into_vec_as().unwrap();
        assert!((alone[0] - 3.0).abs() < 1e-4 && alone[1].abs() < 1e-4, "{alone:?}");
        // With 1, 3 and 5: mean 3, variance 8 / 3; with 1, 3 and 2: mean 2.
        assert!(
            (y[0] - 2.0 / (8.0f32 / 3.0).sqrt()).abs() < 1e-4 && y[1].abs() < 1e-4,
            "{y:?}"
        );
    }

    #[test]
    fn channels_far_from_zero_are_normalized_like_others() {
        let norm = VirtualBatchNorm::new(1, &Device::default());
        let images = |at: f32| Tensor::<1>::from_floats([0.5, 1.0, -2.0, 0.5], &Device::default()) + at;
        let all = |at: f32| {
            let (own, reference) = norm.reference::<4>(images(at).reshape([2, 1, 1, 2]));
            let other = norm.forward::<4>(images(at).reshape([4, 1, 1, 1]) + 0.5, &reference);
            let values = own.try_into_vec_as::<f32>().unwrap().into_iter();
            values.chain(other.try_into_vec_as().unwrap()).collect::<Vec<f32>>()
        };
        for (far, near) in all(16_384.0).into_iter().zip(all(0.0)) {
            assert!((far - near).abs() < 2e-3, "{far} {near}");
        }
    }

    #[test]
    fn samples_of_a_batch_do_not_depend_on_each_other() {
        let device = Device::default();
        let norm = VirtualBatchNorm::new(2, &device);
        let batch = |n: usize| Tensor::<1>::from_floats(&[0.3, 1.0, -2.0, 0.5, 4.0, 1.5, 0.0, 2.5][..4 * n], &device);
        let (_, reference) = norm.reference(batch(2).reshape([2, 2, 1, 2]) * 0.7);
        let two = norm.forward::<4>(batch(2).reshape([2, 2, 1, 2]), &reference);
        let one = norm.forward::<4>(batch(1).reshape([1, 2, 1, 2]), &reference);
        two.narrow(0, 0, 1).into_data().assert_eq(&one.into_data(), true);
    }
}
