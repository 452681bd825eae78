use std::fmt;

/// How long to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget(Limit);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Steps(u64),
    Epochs(u64),
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Limit::Steps(steps) => write!(f, "{steps} rounds"),
            Limit::Epochs(epochs) => write!(f, "{epochs} epochs"),
        }
    }
}

impl Budget {
    /// Until so many rounds have been played since the beginning, resumed ones included.
    pub const fn steps(steps: u64) -> Self {
        Self(Limit::Steps(steps))
    }

    /// Until the data has been gone through so many times.
    pub const fn epochs(epochs: u64) -> Self {
        Self(Limit::Epochs(epochs))
    }

    /// Whether it is spent after `steps` rounds and `batches` batches.
    pub(crate) fn is_spent(self, steps: u64, batches: u64, batches_per_epoch: Option<u64>) -> bool {
        match (self.0, batches_per_epoch) {
            (Limit::Steps(limit), _) => steps >= limit,
            (Limit::Epochs(limit), Some(epoch)) => batches >= limit.saturating_mul(epoch),
            (Limit::Epochs(_), None) => true,
        }
    }

    /// Rounds in all, as far as can be told.
    pub(crate) fn total(self, steps: u64, batches: u64, batches_per_epoch: Option<u64>) -> Option<u64> {
        match self.0 {
            Limit::Steps(limit) => Some(limit),
            Limit::Epochs(limit) => {
                let all = limit.saturating_mul(batches_per_epoch?);
                let per_step = batches.checked_div(steps).unwrap_or(1).max(1);
                Some(all.div_ceil(per_step))
            }
        }
    }

    pub(crate) fn needs_epochs(self) -> bool {
        matches!(self.0, Limit::Epochs(_))
    }
}
