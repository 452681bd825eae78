use std::fmt::Debug;

use burn::module::Module;

/// Something demanded of a network's parameters: by another parameterization of them, or by force after
/// each update.
pub trait Constraint<M: Module>: Debug + Send + 'static {
    /// Called once, before the first round.
    fn prepare(&self, network: M) -> M {
        network
    }

    /// Called after each update.
    fn enforce(&self, network: M) -> M {
        network
    }
}
