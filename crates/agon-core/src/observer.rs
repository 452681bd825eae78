use crate::{Ending, Error, Game, Moment, Result, Wishes};

/// Whether to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// Go on.
    Continue,
    /// Stop after this round, for this reason.
    Stop(String),
}

impl Signal {
    /// This, unless it is to go on: then the other. Of several reasons to stop the first counts.
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Continue => other,
            stop => stop,
        }
    }
}

/// Something that watches a run, and may stop it.
pub trait Observer<G: Game>: Send {
    /// What it would like to have measured; asked once, before the first round.
    fn wishes(&self) -> Wishes {
        Wishes::none()
    }

    /// Before the first round: `moment.step` is 0, or where the run was resumed.
    fn start(&mut self, _moment: &mut Moment<'_, G>) -> Result<()> {
        Ok(())
    }

    /// After each round.
    fn round(&mut self, _moment: &mut Moment<'_, G>) -> Result<Signal> {
        Ok(Signal::Continue)
    }

    /// After each round, when every observer has seen it: a checkpoint that is written now holds what all of them
    /// know. Whoever lets the run wait does so here.
    fn between(&mut self, _moment: &mut Moment<'_, G>) -> Result<Signal> {
        Ok(Signal::Continue)
    }

    /// After a round whose figures or weights were found not to be finite. Whoever can mend that (by going back
    /// to a checkpoint, say) does so and answers `true`: the run goes on. Otherwise it ends with the error.
    fn mend(&mut self, _moment: &mut Moment<'_, G>, _error: &Error) -> Result<bool> {
        Ok(false)
    }

    /// After the last round, whatever ended the run.
    fn finish(&mut self, _moment: &mut Moment<'_, G>, _ending: &Ending) -> Result<()> {
        Ok(())
    }
}
