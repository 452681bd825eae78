//! Games that train beforehand, and when their contest comes.

use agon_core::{Memory, Round};

/// Whether the contest has begun, in a run that may be resumed by another plan.
#[derive(Debug, Default)]
pub(super) struct Onset {
    begun: bool,
}

impl Onset {
    /// Whether the contest comes with this round, which is one of it or not.
    pub fn comes(&mut self, contest: bool, round: &Round) -> bool {
        let comes = contest && !self.begun;
        if !round.is_silent() {
            self.begun = contest;
        }
        comes
    }

    pub fn memory(&self) -> Memory {
        Memory::new().with("begun", [f64::from(u8::from(self.begun))])
    }

    /// Older checkpoints do not say so: then it has begun if somebody has `learned` from it.
    pub fn recall(&mut self, memory: &Memory, learned: bool) {
        self.begun = memory.get("begun").map_or(learned, |begun| begun == [1.0]);
    }
}
