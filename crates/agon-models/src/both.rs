//! What there is two of, since there are two domains.

use agon_core::{Loadable, Result};
use burn::module::{Module, ModuleDisplay};
use burn::prelude::Device;
use serde::{Deserialize, Serialize};

/// Two networks of a kind, for domain A and for domain B: maps into it, or judges of it.
#[derive(Module, Debug)]
pub struct Both<M: Module> {
    /// For domain A.
    pub a: M,
    /// For domain B.
    pub b: M,
}

impl<M: Module> Both<M> {
    /// One for each domain, made from what is said of it.
    pub(crate) fn try_of<C>([a, b]: [C; 2], make: impl Fn(C) -> Result<M>) -> Result<Self> {
        Ok(Self {
            a: make(a)?,
            b: make(b)?,
        })
    }
}

/// Configurations of [`Both`] networks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BothConfig<C> {
    /// For domain A.
    pub a: C,
    /// For domain B.
    pub b: C,
}

impl<M: Loadable + ModuleDisplay> Loadable for Both<M> {
    type Config = BothConfig<M::Config>;

    fn from_config(config: &Self::Config, device: &Device) -> Result<Self> {
        Ok(Self {
            a: M::from_config(&config.a, device)?,
            b: M::from_config(&config.b, device)?,
        })
    }
}
