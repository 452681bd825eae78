use burn::prelude::{Int, Tensor};

use crate::math::row_log_sum_exp;

/// The class, read off the discriminator's second head: a cross entropy which both players minimise.
///
/// ```text
/// -E log softmax(c)_y
/// ```
///
/// `c`: class logits; `y`: the class of a real sample, or that which a generated one was asked for. The
/// discriminator adds the term for real and for generated samples, the generator for its own.
///
/// # Shapes
/// `logits`: `[batch, classes]`; `labels`: `[batch]`; the term: `[1]`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let labels = Tensor::<1, Int>::from_data([2, 0], &device);
/// let loss = agon_losses::auxiliary_classifier(Tensor::zeros([2, 4], &device), labels);
/// assert!((loss.into_scalar::<f32>() - 4f32.ln()).abs() < 1e-6);
/// ```
///
/// # References
/// Odena, Olah, Shlens 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs", arXiv:1610.09585.
pub fn auxiliary_classifier(logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    let chosen = logits.clone().gather(1, labels.unsqueeze_dim(1));
    (row_log_sum_exp(logits) - chosen).mean()
}

#[cfg(test)]
mod tests {
    use burn::prelude::{Device, Tensor};

    use super::auxiliary_classifier;
    use crate::testing::{close, value};

    #[test]
    fn values_of_tensorflow_gan() {
        let device = Device::default();
        let labels = || Tensor::from_data([1, 2, 0, 0], &device);
        let row = [1.1, 2.4, -3.5, 5.6];
        let fake = Tensor::<2>::from_data([[10.0, 4.4, -5.5, 3.6], [-4.0, 4.4, 5.2, 4.6], row, row], &device);
        let real = [
            [-2.0, 0.4, 12.5, 2.7],
            [-1.2, 1.9, 12.3, 2.6],
            [-2.4, -1.7, 2.5, 2.7],
            [1.1, 2.4, -3.5, 5.6],
        ];
        let on_fake = value(auxiliary_classifier(fake, labels()));
        let on_real = value(auxiliary_classifier(Tensor::from_data(real, &device), labels()));
        close(&[on_fake, on_fake + on_real], &[3.84974, 9.43950], 1e-5);
    }
}
