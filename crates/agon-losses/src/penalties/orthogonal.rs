use agon_core::random::Random;
use agon_core::{Bout, Discriminator, Error, Penalty, Result};
use burn::module::{Module, ModuleVisitor, Param};
use burn::prelude::Tensor;

use crate::constraints::matrix::{OutputAxis, matrix};

/// The rows of every weight matrix should be orthogonal.
///
/// ```text
/// beta sum |W W^T - I|_F^2, or beta sum |W W^T * (1 - I)|_F^2
/// ```
///
/// `W`: a weight as a matrix with one row per output (`[out, in * kernel]` for a convolution); the sum runs
/// over all trainable weights of rank two or more; `beta`: the weight. The second form leaves the rows'
/// lengths free.
///
/// # Example
/// ```
/// use agon_losses::OrthogonalRegularization;
///
/// let full = OrthogonalRegularization::new(1e-4);
/// let of_biggan = OrthogonalRegularization::off_diagonal(1e-4);
/// # let _ = (full, of_biggan);
/// ```
///
/// # References
/// Brock et al. 2017, arXiv:1609.07093 (there with absolute values); Brock, Donahue, Simonyan 2019, "Large
/// Scale GAN Training", arXiv:1809.11096, equation 3 (off the diagonal, for the generator, beta 1e-4).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrthogonalRegularization {
    weight: f64,
    off_diagonal: bool,
    interval: u64,
}

impl OrthogonalRegularization {
    /// Rows of unit length, orthogonal to each other.
    pub const fn new(weight: f64) -> Self {
        Self {
            weight,
            off_diagonal: false,
            interval: 1,
        }
    }

    /// Rows of any length, orthogonal to each other.
    pub const fn off_diagonal(weight: f64) -> Self {
        Self {
            off_diagonal: true,
            ..Self::new(weight)
        }
    }

    /// Adds the penalty in every `interval`-th turn only, times `interval`.
    pub const fn every(mut self, interval: u64) -> Self {
        self.interval = interval;
        self
    }

    /// The term for any network, a generator for one; nothing if it has no weight matrices.
    pub fn of(&self, network: &impl Module) -> Option<Tensor<1>> {
        let mut visitor = Sum {
            off_diagonal: self.off_diagonal,
            axis: OutputAxis::default(),
            total: None,
        };
        network.visit(&mut visitor);
        visitor.total.map(|total| total * self.weight)
    }
}

impl<D: Discriminator> Penalty<D> for OrthogonalRegularization {
    fn penalty(&self, bout: &Bout<'_, D>, _random: &mut Random) -> Tensor<1> {
        let nothing = || bout.real_scores.clone().detach().mean().zeros_like();
        self.of(bout.discriminator).unwrap_or_else(nothing)
    }

    fn name(&self) -> &'static str {
        "orthogonal_regularization"
    }

    fn check(&self) -> Result<()> {
        Error::unless_at_least_zero("weight of OrthogonalRegularization", self.weight)
    }

    fn interval(&self) -> u64 {
        self.interval
    }
}

struct Sum {
    off_diagonal: bool,
    axis: OutputAxis,
    total: Option<Tensor<1>>,
}

impl Sum {
    fn distance(&self, rows: Tensor<2>) -> Tensor<1> {
        let one = Tensor::<2>::eye(rows.dims()[0], &rows.device()).cast(rows.dtype());
        let products = rows.clone().matmul(rows.transpose());
        let excess = if self.off_diagonal {
            products.mask_fill(one.bool(), 0.0)
        } else {
            products - one
        };
        excess.square().sum()
    }
}

impl ModuleVisitor for Sum {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.axis.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.axis.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if D < 2 || !param.is_require_grad() {
            return;
        }
        let distance = self.distance(matrix(param.val(), self.axis.of(D)));
        self.total = Some(match self.total.take() {
            Some(total) => total + distance,
            None => distance,
        });
    }
}
