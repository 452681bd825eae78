use std::path::PathBuf;

use agon_core::{Conditioned, Ending, Error, Game, Moment, Observer, Result, Sample, Sampling, Signal};
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

impl<S: Drawable> Drawable for Conditioned<S> {
    fn draw(&self, columns: usize) -> Result<Image> {
        self.sample.draw(columns)
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

    fn check(&self) -> Result<()> {
        let positive = |what: &str, n: u64| match n {
            0 => Err(Error::config(what, "at least 1", 0)),
            _ => Ok(()),
        };
        positive("the rounds between two sample grids", self.every)?;
        positive("the side of a sample grid", self.side as u64)
    }

    fn is_due(&self, step: u64) -> bool {
        step.is_multiple_of(self.every)
    }

    /// Draws what the generator makes now, once per round.
    fn draw(&mut self, step: u64, game: &impl Sampling<Sample: Drawable>) -> Result<()> {
        if self.drawn != Some(step) {
            let samples = game.sample(self.side * self.side, self.seed);
            let path = self.folder.join(format!("step-{step:08}.png"));
            write_png(path, &samples.draw(self.side)?)?;
            self.drawn = Some(step);
        }
        Ok(())
    }
}

impl<G> Observer<G> for SampleGrid
where
    G: Game + Sampling<Sample: Drawable>,
{
    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        self.check()?;
        self.drawn = None;
        if moment.step == 0 {
            self.draw(0, moment.game)?;
        }
        Ok(())
    }

    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        if self.is_due(moment.step) {
            self.draw(moment.step, moment.game)?;
        }
        Ok(Signal::Continue)
    }

    fn finish(&mut self, moment: &mut Moment<'_, G>, ending: &Ending) -> Result<()> {
        match ending {
            Ending::Failed(_) => Ok(()),
            Ending::Spent | Ending::Stopped(_) => self.draw(moment.step, moment.game),
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::testing::Folder;

    /// Its samples are grey, and the lighter the larger the seed.
    struct Grey;

    impl Sampling for Grey {
        type Sample = Tensor<4>;

        fn sample(&self, n: usize, seed: u64) -> Tensor<4> {
            Tensor::full([n, 1, 4, 6], seed as f32 / 10.0, &Device::default())
        }
    }

    #[test]
    fn files_are_named_by_the_round() {
        let folder = Folder::new("grid");
        let mut grid = SampleGrid::every(3).side(2).seed(4).to(folder.path().join("samples"));
        grid.check().unwrap();
        for step in (0..=7).filter(|&step| step % 3 == 0 || step == 7) {
            assert_eq!(grid.is_due(step), step != 7);
            grid.draw(step, &Grey).unwrap();
            grid.draw(step, &Grey).unwrap();
        }
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
        assert!(SampleGrid::every(0).check().is_err());
        assert!(SampleGrid::every(1).side(0).check().is_err());
    }
}
