use agon_kernels::{Unit, ops};
use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn as theirs;
use burn::prelude::{Device, Tensor};

/// Configuration of an [`InstanceNorm`]; the names and defaults are those of burn.
#[derive(Config, Debug)]
pub struct InstanceNormConfig {
    /// Channels.
    pub num_channels: usize,
    /// What is added to the variance.
    #[config(default = 1e-5)]
    pub epsilon: f64,
    /// Whether each channel has a scale and a shift that are learned.
    #[config(default = true)]
    pub affine: bool,
}

/// Normalization of each channel of each picture by its own mean and variance.
///
/// It runs this project's kernels on the CPU. Its record is that of burn's `InstanceNorm`: either loads the other's.
///
/// # Shapes
/// `[batch, channels, ..]` to the same.
///
/// # References
/// Ulyanov, Vedaldi and Lempitsky 2016, arXiv:1607.08022.
#[derive(Module, Debug)]
pub struct InstanceNorm {
    /// The scale of each channel.
    pub gamma: Option<Param<Tensor<1>>>,
    /// What is added to each channel.
    pub beta: Option<Param<Tensor<1>>>,
    /// Channels.
    pub num_channels: usize,
    /// What is added to the variance.
    pub epsilon: f64,
    /// Whether each channel has a scale and a shift that are learned.
    pub affine: bool,
}

impl InstanceNormConfig {
    /// Builds the layer.
    pub fn init(&self, device: &Device) -> InstanceNorm {
        let layer = theirs::InstanceNormConfig::new(self.num_channels)
            .with_epsilon(self.epsilon)
            .with_affine(self.affine);
        layer.init(device).into()
    }
}

impl InstanceNorm {
    /// Applies the layer.
    ///
    /// # Panics
    /// If `x` has other channels.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let dims = x.dims();
        let [batch, channels] = [dims[0], dims[1]];
        assert_eq!(channels, self.num_channels, "instance norm of other channels");
        // Batch norm of one sample, whose channels are those of all pictures.
        let planes = x.reshape([1, (batch * channels) as i64, -1]);
        let of_all = |parameter: &Option<Param<Tensor<1>>>, otherwise: f32| match parameter {
            Some(parameter) => parameter.val().repeat_dim(0, batch),
            None => Tensor::full([batch * channels], otherwise, (&planes.device(), planes.dtype())),
        };
        let (gamma, beta) = (of_all(&self.gamma, 1.0), of_all(&self.beta, 0.0));
        let normal = ops::batch_norm(planes, gamma, beta, self.epsilon, Unit::Identity);
        normal.output.reshape(dims)
    }
}

impl From<theirs::InstanceNorm> for InstanceNorm {
    fn from(layer: theirs::InstanceNorm) -> Self {
        Self {
            gamma: layer.gamma,
            beta: layer.beta,
            num_channels: layer.num_channels,
            epsilon: layer.epsilon,
            affine: layer.affine,
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Distribution, Tolerance};

    use super::*;

    #[test]
    fn it_is_that_of_burn() {
        let device = Device::default().autodiff();
        for affine in [false, true] {
            let mut theirs = theirs::InstanceNormConfig::new(3).with_affine(affine).init(&device);
            if affine {
                theirs.gamma = Some(Param::from_data([0.5, 2.0, -1.0], &device));
                theirs.beta = Some(Param::from_data([0.1, 0.0, 3.0], &device));
            }
            let ours = InstanceNorm::from(theirs.clone());
            let x = Tensor::<4>::random([2, 3, 5, 4], Distribution::Normal(1.0, 2.0), &device).require_grad();
            let run = |y: Tensor<4>| {
                let gradients = (y.clone() * y.clone().sin()).sum().backward();
                [y.inner().into_data(), x.grad(&gradients).unwrap().into_data()]
            };
            let (ours, theirs) = (run(ours.forward(x.clone())), run(theirs.forward(x.clone())));
            for (ours, theirs) in ours.iter().zip(&theirs) {
                ours.assert_approx_eq(theirs, Tolerance::<f32>::absolute(1e-4));
            }
        }
    }
}
