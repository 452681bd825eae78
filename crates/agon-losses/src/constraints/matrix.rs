//! Weights as matrices with one row per output.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::prelude::Tensor;

/// `[out, everything else]`, whichever axis of the weight counts its outputs.
pub(crate) fn matrix<const D: usize>(weight: Tensor<D>, output_axis: usize) -> Tensor<2> {
    let outputs = weight.dims()[output_axis];
    let weight = if output_axis == 0 {
        weight
    } else {
        weight.swap_dims(0, output_axis)
    };
    weight.reshape([outputs as i64, -1])
}

/// Follows a walk through a module and knows which axis of the weight at hand counts the outputs.
#[derive(Debug, Default)]
pub(crate) struct OutputAxis {
    path: Vec<(String, String)>,
}

impl OutputAxis {
    /// Into a module, by field and type.
    pub(crate) fn enter(&mut self, name: &str, container: &str) {
        self.path.push((name.to_owned(), container.to_owned()));
    }

    /// Out of it.
    pub(crate) fn exit(&mut self) {
        self.path.pop();
    }

    /// The path of the parameter at hand, as burn writes it.
    pub(crate) fn path(&self) -> String {
        let names: Vec<&str> = self.path.iter().map(|(name, _)| name.as_str()).collect();
        names.join(".")
    }

    /// The axis, for a parameter of this rank: burn keeps matrices and transposed convolutions as
    /// `[in, out, ..]`, convolutions as `[out, in, ..]`.
    pub(crate) fn of(&self, rank: usize) -> usize {
        let transposed = self
            .path
            .iter()
            .any(|(_, container)| container.contains("ConvTranspose"));
        usize::from(rank == 2 || transposed)
    }
}

/// The output axis of every weight that is trained and has two axes or more, by path.
pub(crate) fn output_axes<M: Module>(network: &M) -> BTreeMap<String, usize> {
    let mut axes = Axes::default();
    network.visit(&mut axes);
    axes.found
}

#[derive(Default)]
struct Axes {
    at: OutputAxis,
    found: BTreeMap<String, usize>,
}

impl ModuleVisitor for Axes {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.at.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.at.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if D >= 2 && param.is_require_grad() {
            self.found.insert(self.at.path(), self.at.of(D));
        }
    }
}
