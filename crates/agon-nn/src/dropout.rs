use agon_kernels::ops;
use burn::config::Config;
use burn::module::{Flag, Module, Param};
use burn::prelude::Tensor;

/// Configuration of a [`Dropout`].
#[derive(Config, Debug)]
pub struct DropoutConfig {
    /// The probability with which a number is left out.
    pub prob: f64,
}

impl DropoutConfig {
    /// Builds the layer.
    ///
    /// # Panics
    /// If the probability is not in `[0, 1)`.
    pub fn init(&self) -> Dropout {
        assert!(
            (0.0..1.0).contains(&self.prob),
            "dropout: expected a probability in [0, 1), got {}",
            self.prob
        );
        Dropout {
            prob: self.prob,
            training: Param::from_bool(true),
        }
    }
}

/// burn's dropout, whose masks a fast CPU kernel draws.
///
/// ```text
/// y = x m / (1 - p),   m = 0 with probability p, else 1
/// ```
///
/// Like burn's it works on autodiff devices only, and not where it is frozen; elsewhere `y = x`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let x = Tensor::<2>::ones([20, 50], &Device::default().autodiff());
/// let y = agon_nn::DropoutConfig::new(0.25).init().forward(x);
/// assert!((y.mean().into_scalar::<f32>() - 1.0).abs() < 0.1);
/// ```
///
/// # References
/// Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014.
#[derive(Module, Debug)]
pub struct Dropout {
    /// The probability with which a number is left out.
    pub prob: f64,
    /// Whether it works, where gradients are wanted.
    pub training: Param<Flag>,
}

impl Dropout {
    /// Leaves numbers out, and makes the others larger by as much.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        if self.prob == 0.0 || !self.training.is_enabled() || !x.device().is_autodiff() {
            return x;
        }
        let mask = ops::mask_like(&x, 1.0 - self.prob);
        x * mask
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::*;
    use burn::tensor::DType;

    use super::*;

    #[test]
    fn a_share_is_left_out_and_gradients_are_masked_alike() {
        for dtype in [DType::F32, DType::F64] {
            let x = Tensor::<2>::ones([100, 100], (&Device::default().autodiff(), dtype)).require_grad();
            let y = DropoutConfig::new(0.75).init().forward(x.clone());
            let gradient = x.grad(&y.clone().sum().backward()).unwrap();
            let y: Vec<f32> = y.try_into_vec_as().unwrap();
            let left_out = y.iter().filter(|&&y| y == 0.0).count();
            assert!(y.iter().all(|&y| y == 0.0 || y == 4.0) && (7300..7700).contains(&left_out));
            assert_eq!(gradient.try_into_vec_as::<f32>().unwrap(), y);
        }
    }

    #[test]
    fn it_rests_where_burns_does() {
        let plain = Device::default();
        let layer = DropoutConfig::new(0.5).init();
        let ones = |device: &Device| Tensor::<1>::ones([64], device);
        let same =
            |layer: &Dropout, device: &Device| layer.forward(ones(device)).into_data() == ones(device).into_data();
        assert!(same(&layer, &plain) && !same(&layer, &plain.clone().autodiff()));
        assert!(same(&layer.clone().freeze(), &plain.clone().autodiff()));
        assert!(same(&DropoutConfig::new(0.0).init(), &plain.autodiff()));
    }

    #[test]
    #[should_panic(expected = "expected a probability in [0, 1), got 1")]
    fn nothing_is_left_of_a_dropout_of_one() {
        DropoutConfig::new(1.0).init();
    }
}
