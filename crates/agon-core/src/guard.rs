use crate::{Error, Measurements, Result};

/// Looks whether all figures are finite numbers, and names the first that is not.
///
/// Figures stay on the device until the guard reads those of many rounds at once, so that it costs one
/// transfer in `every` rounds. It also looks before anybody writes a checkpoint and at the end of the run.
#[derive(Debug)]
pub struct Guard {
    every: u64,
    waiting: Vec<(u64, Measurements)>,
    /// The last round whose figures no longer matter.
    forgiven: u64,
}

impl Guard {
    /// Reads every `rounds` rounds; 0 never reads.
    pub fn every(rounds: u64) -> Self {
        Self {
            every: rounds,
            waiting: Vec::new(),
            forgiven: 0,
        }
    }

    pub(crate) fn watch(&mut self, step: u64, figures: Measurements) -> Result<()> {
        if self.every == 0 || step <= self.forgiven {
            return Ok(());
        }
        self.waiting.push((step, figures));
        if self.waiting.len() as u64 >= self.every {
            return self.look();
        }
        Ok(())
    }

    /// Reads what nobody has looked at. What is not finite stays, so that whoever asks next hears of it too, until it is
    /// forgiven.
    pub(crate) fn look(&mut self) -> Result<()> {
        Measurements::read_together(self.waiting.iter().map(|(_, figures)| figures))?;
        for (step, figures) in &self.waiting {
            finite(*step, figures)?;
        }
        self.waiting.clear();
        Ok(())
    }

    /// An error that names the first figure of this round which is not finite, unless the round is forgiven.
    pub(crate) fn check(&self, step: u64, figures: &Measurements) -> Result<()> {
        if step <= self.forgiven {
            return Ok(());
        }
        finite(step, figures)
    }

    /// What was measured up to this round no longer matters.
    pub(crate) fn forgive(&mut self, step: u64) {
        self.forgiven = step;
        self.waiting.clear();
    }
}

/// An error that names the first figure which is not a finite number.
fn finite(round: u64, figures: &Measurements) -> Result<()> {
    match figures.all()?.into_iter().find(|(_, value)| !value.is_finite()) {
        Some((name, value)) => Err(Error::NotFinite {
            round,
            name: name.to_owned(),
            value,
        }),
        None => Ok(()),
    }
}
