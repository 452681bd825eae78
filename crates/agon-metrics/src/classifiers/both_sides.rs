use burn::prelude::Tensor;

use super::judgements::Judgements;
use crate::error::Error;
use crate::{Origin, Result};

/// What a classifier says about real and about generated samples.
#[derive(Debug, Clone, Default)]
pub(super) struct BothSides {
    pub real: Judgements,
    pub fake: Judgements,
}

impl BothSides {
    /// What comes are logits, of which the softmax is taken.
    pub(super) fn of_logits() -> Self {
        Self {
            real: Judgements::of_logits(),
            fake: Judgements::of_logits(),
        }
    }

    fn side(&mut self, origin: Origin) -> &mut Judgements {
        match origin {
            Origin::Real => &mut self.real,
            Origin::Fake => &mut self.fake,
        }
    }

    /// `[n, classes]`
    pub(super) fn push(&mut self, origin: Origin, batch: &Tensor<2>) -> Result<()> {
        self.side(origin).push(origin, batch)
    }

    pub(super) fn append(&mut self, other: Self) -> Result<()> {
        self.real.append(other.real)?;
        self.fake.append(other.fake)
    }

    pub(super) fn forget(&mut self, origin: Origin) {
        self.side(origin).clear();
    }

    /// Whether there are samples on both sides, and of the same classes.
    pub(super) fn comparable(&self, what: &str) -> Result<()> {
        self.real.enough(what, Origin::Real, 1)?;
        self.fake.enough(what, Origin::Fake, 1)?;
        let (real, fake) = (self.real.classes(), self.fake.classes());
        if real == fake {
            return Ok(());
        }
        Err(Error::shape(
            "the probabilities of fake samples",
            format!("{real} classes, as of real ones"),
            format!("{fake}"),
        ))
    }
}
