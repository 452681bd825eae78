use burn::module::{Module, ModuleVisitor, Param};
use burn::prelude::{Bool, Int, Tensor};
use burn::tensor::TensorData;
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// A SHA-256 of all recorded values of a network (weights and running statistics), with their names and shapes: the
/// same line for the same network, whatever the program that trained it.
pub(crate) fn digest(network: &impl Module) -> Result<String> {
    // Brings pending updates of running statistics into their buffers.
    let _ = network.valid();
    let mut values = Values {
        hash: Sha256::new(),
        path: Vec::new(),
        failed: None,
    };
    network.visit(&mut values);
    match values.failed {
        Some(error) => Err(error),
        None => Ok(hex(&values.hash.finalize())),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("sha256:{}", digits.collect::<String>())
}

struct Values {
    hash: Sha256,
    path: Vec<String>,
    failed: Option<Error>,
}

impl Values {
    fn add<E: std::fmt::Display>(&mut self, data: Result<TensorData, E>) {
        match data {
            Ok(data) => {
                self.hash.update(self.path.join("."));
                self.hash.update(format!(" {:?} {:?} ", data.shape(), data.dtype()));
                self.hash.update(data.as_bytes());
            }
            Err(error) => self.failed = Some(Error::device(error)),
        }
    }
}

impl ModuleVisitor for Values {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.add(param.base().inner().try_into_data());
    }

    fn visit_int<const D: usize>(&mut self, param: &Param<Tensor<D, Int>>) {
        self.add(param.val().try_into_data());
    }

    fn visit_bool<const D: usize>(&mut self, param: &Param<Tensor<D, Bool>>) {
        self.add(param.val().try_into_data());
    }
}
