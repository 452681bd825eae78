use std::path::PathBuf;

use agon_core::{Ending, Error, Game, Moment, Observer, Result, Sample, Sampling, Signal};
use burn::prelude::Tensor;

use crate::{Image, image_grid, write_png};

/// Samples which a grid of them can be drawn of.
pub trait Drawable: Sample {
    /// Draws them in rows of `columns`.
    fn draw(&self, columns: usize) -> Result<Image>;
}

impl Drawable for Tensor<4> {
    fn draw(&self, columns: usize) -> Result<Image> {
        image_grid(self.clone(), columns)
    }
}

/// What comes with the samples (conditions, codes) is not drawn.
impl<A: Drawable, B: Sample> Drawable for (A, B) {
    fn draw(&self, columns: usize) -> Result<Image> {
        self.0.draw(columns)
    }
}

/// Draws what the generator makes, from the same codes every time, as PNG files named by the round.
///
/// `step-00000200.png` is a square of 8 by 8 samples after round 200. One is drawn at the start of a new
/// run, every so many rounds, and at the end unless the run failed.
///
/// # Errors
/// If the samples cannot be drawn or the file not written, the run ends with an error that says which.
///
/// # Example
/// ```no_run
/// # use agon_core::{Game, Sampling, Trainer};
/// # use burn::prelude::Tensor;
/// use agon_observe::SampleGrid;
///
/// # fn example(game: impl Game + Sampling<Sample = Tensor<4>> + 'static) {
/// Trainer::new(game).observe(SampleGrid::every(200).side(10).to("out/samples"));
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct SampleGrid {
    every: u64,
    side: usize,
    seed: u64,
    folder: PathBuf,
    drawn: Option<u64>,
}

impl SampleGrid {
    /// After every so many rounds, 8 by 8 samples, into the folder `samples`.
    pub fn every(rounds: u64) -> Self {
        Self {
            every: rounds,
            side: 8,
            seed: 0,
            folder: PathBuf::from("samples"),
            drawn: None,
        }
    }

    /// Into this folder, which is made if need be.
    pub fn to(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// So many samples across and down.
    pub fn side(mut self, side: usize) -> Self {
        self.side = side;
        self
    }

    /// Draws other codes.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    fn draw<G>(&mut self, moment: &Moment<'_, G>) -> Result<()>
    where
        G: Game + Sampling<Sample: Drawable>,
    {
        if self.drawn == Some(moment.step) {
            return Ok(());
        }
        let samples = moment.game.sample(self.side * self.side, self.seed);
        let path = self.folder.join(format!("step-{:08}.png", moment.step));
        write_png(path, &samples.draw(self.side)?)?;
        self.drawn = Some(moment.step);
        Ok(())
    }
}

impl<G> Observer<G> for SampleGrid
where
    G: Game + Sampling<Sample: Drawable>,
{
    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        if self.every == 0 {
            return Err(Error::config("the rounds between two sample grids", "at least 1", 0));
        }
        if self.side == 0 {
            return Err(Error::config("the side of a sample grid", "at least 1", 0));
        }
        if moment.step == 0 { self.draw(moment) } else { Ok(()) }
    }

    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        if moment.step.is_multiple_of(self.every) {
            self.draw(moment)?;
        }
        Ok(Signal::Continue)
    }

    fn finish(&mut self, moment: &mut Moment<'_, G>, ending: &Ending) -> Result<()> {
        match ending {
            Ending::Failed(_) => Ok(()),
            Ending::Spent | Ending::Stopped(_) => self.draw(moment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Folder, at};

    #[test]
    fn files_are_named_by_the_round() {
        let folder = Folder::new("grid");
        let mut grid = SampleGrid::every(3).side(2).seed(4).to(folder.path().join("samples"));
        at(0, None, &[], |moment| grid.start(moment)).unwrap();
        for step in 1..=7 {
            at(step, None, &[], |moment| grid.round(moment)).unwrap();
        }
        at(7, None, &[], |moment| grid.finish(moment, &Ending::Spent)).unwrap();
        let mut names: Vec<_> = std::fs::read_dir(folder.path().join("samples"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let expected = [0, 3, 6, 7].map(|step| format!("step-{step:08}.png"));
        assert_eq!(names, expected);
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        for mut wrong in [SampleGrid::every(0), SampleGrid::every(1).side(0)] {
            assert!(at(0, None, &[], |moment| wrong.start(moment)).is_err());
        }
    }
}
