//! Weights as matrices with one row per output.

use std::collections::{BTreeMap, BTreeSet};

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

    /// The axis, for a parameter of this rank: matrices and transposed convolutions are kept as `[in, out, ..]`,
    /// convolutions and the last layer of a language model as `[out, in, ..]`.
    pub(crate) fn of(&self, rank: usize) -> usize {
        let (_, layer) = self.here();
        let transposed = layer.contains("ConvTranspose");
        let outputs_first = layer.contains("TokenSoftmax");
        usize::from((rank == 2 && !outputs_first) || transposed)
    }

    /// Whether the parameter is a table with a row for each token or class, of which one at a time is looked up.
    pub(crate) fn is_table(&self) -> bool {
        let (field, layer) = self.here();
        field == "embedding" || layer.ends_with(":Embedding")
    }

    /// The field of the parameter at hand, and the type of the layer it is a field of.
    fn here(&self) -> (&str, &str) {
        self.path.last().map_or(("", ""), |(name, container)| (name, container))
    }
}

/// The output axis of every weight that is trained and has two axes or more, by path.
pub(crate) fn output_axes<M: Module>(network: &M) -> BTreeMap<String, usize> {
    axes(network).found
}

/// The same without tables that are looked up, whose rows have no inputs to be counted.
pub(crate) fn output_axes_without_tables<M: Module>(network: &M) -> BTreeMap<String, usize> {
    let Axes { mut found, tables, .. } = axes(network);
    found.retain(|path, _| !tables.contains(path));
    found
}

fn axes<M: Module>(network: &M) -> Axes {
    let mut axes = Axes::default();
    network.visit(&mut axes);
    axes
}

#[derive(Default)]
struct Axes {
    at: OutputAxis,
    found: BTreeMap<String, usize>,
    tables: BTreeSet<String>,
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
            if self.at.is_table() {
                self.tables.insert(self.at.path());
            }
        }
    }
}
