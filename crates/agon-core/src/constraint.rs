use std::fmt::Debug;

use burn::module::Module;

use crate::Result;

/// Something demanded of a network's parameters: by another parameterization of them, or by force after
/// each update.
pub trait Constraint<M: Module>: Debug + Send + 'static {
    /// An error for settings that cannot work.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Called once, before the first round.
    fn prepare(&self, network: M) -> M {
        network
    }

    /// Called after each update.
    fn enforce(&self, network: M) -> M {
        network
    }
}
