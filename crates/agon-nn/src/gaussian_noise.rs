use agon_kernels::ops;
use burn::config::Config;
use burn::module::{Flag, Module, Param};
use burn::prelude::Tensor;

/// Configuration of a [`GaussianNoise`].
#[derive(Config, Debug)]
pub struct GaussianNoiseConfig {
    /// Standard deviation of the noise.
    pub std: f64,
}

impl GaussianNoiseConfig {
    /// Builds the layer.
    ///
    /// # Panics
    /// If the deviation is negative or no number.
    pub fn init(&self) -> GaussianNoise {
        assert!(
            self.std >= 0.0 && self.std.is_finite(),
            "noise: expected a finite deviation of at least 0, got {}",
            self.std
        );
        GaussianNoise {
            std: self.std,
            training: Param::from_bool(true),
        }
    }
}

/// burn's Gaussian noise, which a fast CPU kernel draws.
///
/// ```text
/// y = x + n,   n from N(0, std^2)
/// ```
///
/// Like burn's it works on autodiff devices only, and not where it is frozen; elsewhere `y = x`.
///
/// # Example
/// ```
/// use burn::prelude::*;
///
/// let x = Tensor::<2>::zeros([20, 50], &Device::default().autodiff());
/// let y = agon_nn::GaussianNoiseConfig::new(0.5).init().forward(x);
/// assert!((y.square().mean().into_scalar::<f32>() - 0.25).abs() < 0.1);
/// ```
#[derive(Module, Debug)]
pub struct GaussianNoise {
    /// Standard deviation of the noise.
    pub std: f64,
    /// Whether it works, where gradients are wanted.
    pub training: Param<Flag>,
}

impl GaussianNoise {
    /// Adds noise.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        if self.std == 0.0 || !self.training.is_enabled() || !x.device().is_autodiff() {
            return x;
        }
        let noise = ops::normal_like(&x, self.std);
        x + noise
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::*;
    use burn::tensor::DType;

    use super::*;

    #[test]
    fn noise_has_its_deviation_and_lets_gradients_pass() {
        for dtype in [DType::F32, DType::F64] {
            let x = Tensor::<2>::ones([100, 100], (&Device::default().autodiff(), dtype)).require_grad();
            let y = GaussianNoiseConfig::new(0.5).init().forward(x.clone());
            let gradient = x.grad(&y.clone().square().sum().backward()).unwrap();
            assert_eq!(gradient.into_data(), (y.clone().inner() * 2.0).into_data());
            let [mean, square] = [y.clone(), y.square()].map(|y| y.mean().into_scalar::<f64>());
            assert!(
                (mean - 1.0).abs() < 0.025 && (square - 1.25).abs() < 0.06,
                "{mean}, {square}"
            );
        }
    }

    #[test]
    fn the_seed_of_the_device_decides() {
        let device = Device::default().autodiff();
        let draw = |seed| {
            device.seed(seed);
            let layer = GaussianNoiseConfig::new(1.0).init();
            let twice = [0, 1].map(|_| layer.forward(Tensor::<1>::zeros([9], &device)).into_data());
            assert_ne!(twice[0], twice[1]);
            twice
        };
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }

    #[test]
    fn it_rests_where_burns_does() {
        let plain = Device::default();
        let layer = GaussianNoiseConfig::new(0.5).init();
        let ones = |device: &Device| Tensor::<1>::ones([64], device);
        let same = |layer: &GaussianNoise, device: &Device| {
            layer.forward(ones(device)).into_data() == ones(device).into_data()
        };
        assert!(same(&layer, &plain) && !same(&layer, &plain.clone().autodiff()));
        assert!(same(&layer.clone().freeze(), &plain.clone().autodiff()));
        assert!(same(&GaussianNoiseConfig::new(0.0).init(), &plain.autodiff()));
    }
}
