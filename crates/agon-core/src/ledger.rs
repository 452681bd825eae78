use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::{Budget, Guard, Memory, Notes};

/// What a run keeps between rounds for those who watch it.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// Looks for figures that are not finite.
    pub guard: Guard,
    /// The newest checkpoint.
    pub saved: Option<PathBuf>,
    /// Where the run keeps its checkpoints.
    pub checkpoints: Option<PathBuf>,
    /// What observers told each other.
    pub notes: Notes,
    /// The state of observers.
    pub memories: BTreeMap<String, Memory>,
    /// How long to play.
    pub budget: Option<Budget>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            guard: Guard::every(100),
            saved: None,
            checkpoints: None,
            notes: Notes::default(),
            memories: BTreeMap::new(),
            budget: None,
        }
    }
}
