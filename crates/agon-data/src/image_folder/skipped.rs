use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use super::picture::Unusable;

/// An image that could not be used, and was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl std::fmt::Display for Skipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

/// Which items turned out to be unusable, and why.
#[derive(Debug, Default)]
pub(crate) struct Unusables(RwLock<BTreeMap<usize, Unusable>>);

impl Unusables {
    pub(crate) fn contains(&self, item: usize) -> bool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(&item)
    }

    pub(crate) fn insert(&self, item: usize, fault: Unusable) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(item, fault);
    }

    /// All of them, by number.
    pub(crate) fn list(&self) -> Vec<(usize, Unusable)> {
        let items = self.0.read().unwrap_or_else(PoisonError::into_inner);
        items.iter().map(|(&item, fault)| (item, fault.clone())).collect()
    }
}
