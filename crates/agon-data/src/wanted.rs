use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::prelude::Device;

use crate::Dataset;
use crate::error::{Error, Result, said};

/// Which items a batch holds, and the seed they are asked for with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) items: Vec<u64>,
    pub(crate) seed: u64,
}

impl Wanted {
    /// The batch. A data set that panics has failed, no more.
    pub(crate) fn gather<D: Dataset>(self, dataset: &D, device: &Device) -> Result<D::Batch> {
        catch_unwind(AssertUnwindSafe(|| dataset.gather(&self.items, self.seed, device))).unwrap_or_else(|panic| {
            Err(Error::Panic {
                items: self.items,
                message: said(&*panic),
            })
        })
    }
}
