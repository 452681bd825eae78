use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How much a note matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something happened, as it should: a checkpoint was written.
    Info,
    /// Something looks wrong.
    Warning,
    /// Something is wrong.
    Alarm,
}

/// What one observer tells the others: an alarm, a checkpoint that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The round in which it was left.
    pub step: u64,
    /// How much it matters.
    pub level: Level,
    /// Who left it: `health`, `checkpoints`.
    pub source: String,
    /// What it says, in one line.
    pub text: String,
}

/// How many notes are kept; older ones are forgotten.
const KEPT: usize = 1_000;

/// The notes of a run: the newest thousand, and how many there were.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    kept: VecDeque<Note>,
    left: u64,
}

impl Notes {
    /// Keeps a note.
    pub(crate) fn leave(&mut self, note: Note) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(note);
        self.left += 1;
    }

    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Note> + Clone {
        self.kept.iter()
    }

    /// The newest `n`, oldest first.
    pub fn last(&self, n: usize) -> impl DoubleEndedIterator<Item = &Note> + Clone {
        self.kept.iter().skip(self.kept.len().saturating_sub(n))
    }

    /// Those that were left since this was called with the same counter, which begins at 0.
    pub fn unread(&self, read: &mut u64) -> impl DoubleEndedIterator<Item = &Note> + Clone {
        let new = self.left.saturating_sub(*read);
        *read = self.left;
        self.last(usize::try_from(new).unwrap_or(KEPT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(step: u64) -> Note {
        Note {
            step,
            level: Level::Info,
            source: "test".to_owned(),
            text: String::new(),
        }
    }

    #[test]
    fn every_note_is_read_once_and_old_ones_are_forgotten() {
        let (mut notes, mut read) = (Notes::default(), 0);
        notes.leave(note(1));
        notes.leave(note(2));
        assert_eq!(
            notes.unread(&mut read).map(|note| note.step).collect::<Vec<_>>(),
            [1, 2]
        );
        assert_eq!(notes.unread(&mut read).count(), 0);
        for step in 3..=2_000 {
            notes.leave(note(step));
        }
        assert_eq!(notes.iter().count(), KEPT);
        assert_eq!(notes.unread(&mut read).next().map(|note| note.step), Some(1_001));
        assert_eq!(notes.last(2).map(|note| note.step).collect::<Vec<_>>(), [1_999, 2_000]);
    }
}
