use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use agon_core::{Ending, Error, Game, Moment, Observer, Result, Sampling, Signal, Wish, Wishes};

use super::event::{self, Summary};
use super::file::EventFile;
use crate::strip::{self, Strip};
use crate::{Drawable, Image};

/// Writes what [TensorBoard](https://www.tensorflow.org/tensorboard) reads: figures as scalars, pictures,
/// and weights as histograms on wish. TensorFlow is not needed.
///
/// Each round that is written is one record of an event file, handed to the operating system whole before
/// the next round: a program that is killed loses at most a part of the last, which TensorBoard leaves out.
/// A resumed run begins a file of its own which says from which round on; TensorBoard then forgets what
/// earlier files have of later rounds. A new run takes the place of an older one in the folder in the same
/// way.
///
/// Figures are read from the device only in the rounds that are written. Add it after the observers which
/// add figures, so that it sees them.
///
/// # Errors
/// If pictures cannot be drawn, weights not read or the file not written, the run ends with an error that
/// says which.
///
/// # Example
/// ```no_run
/// # use agon_core::{Game, Sampling, Trainer};
/// # use burn::prelude::Tensor;
/// use agon_observe::TensorBoard;
///
/// # fn example(game: impl Game + Sampling<Sample = Tensor<4>> + 'static) {
/// let board = TensorBoard::every(10).samples(200, 8).histograms(1_000).to("out/tensorboard");
/// Trainer::new(game).observe(board);
/// # }
/// ```
/// and then `tensorboard --logdir out`.
pub struct TensorBoard<G> {
    every: u64,
    folder: PathBuf,
    strips: Vec<Strip<G>>,
    histograms: Option<u64>,
    file: Option<EventFile>,
    /// The round that this part of the run begins with.
    first: u64,
    /// What a new run has to write before its first round.
    waiting: Option<Summary>,
}

impl<G> TensorBoard<G> {
    /// With the figures of every so many rounds, into the folder `tensorboard`.
    pub fn every(rounds: u64) -> Self {
        Self {
            every: rounds,
            folder: PathBuf::from("tensorboard"),
            strips: Vec::new(),
            histograms: None,
            file: None,
            first: 0,
            waiting: None,
        }
    }

    /// Into this folder, which is made if need be.
    pub fn to(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// Shows `side` by `side` samples from the same codes, after every so many rounds.
    pub fn samples(mut self, every: u64, side: usize) -> Self
    where
        G: Sampling<Sample: Drawable>,
    {
        self.strips.push(Strip::samples(every, side));
        self
    }

    /// Shows what `draw` makes of the game, after every so many rounds, under this name.
    pub fn pictures(
        mut self,
        name: impl Into<String>,
        every: u64,
        draw: impl Fn(&G) -> Result<Image> + Send + 'static,
    ) -> Self {
        self.strips.push(Strip::of(name, every, draw));
        self
    }

    /// Shows how the weights of all players are spread, after every so many rounds.
    pub fn histograms(mut self, every: u64) -> Self {
        self.histograms = Some(every);
        self
    }

    fn begin(&mut self, step: u64) -> Result<()> {
        for every in [Some(self.every), self.histograms] {
            if every == Some(0) {
                return Err(Error::config(
                    "the rounds between two records for TensorBoard",
                    "at least 1",
                    0,
                ));
            }
        }
        self.file = None;
        // Nothing comes before round 0, so a new run forgets all that is there.
        self.first = if step == 0 { 0 } else { step + 1 };
        strip::check(&self.strips)
    }

    /// Adds the pictures that are due in this round, or those that are not.
    fn draw(&self, summary: &mut Summary, step: u64, game: &G, due: bool) -> Result<()> {
        for strip in &self.strips {
            if step.is_multiple_of(strip.every) == due {
                summary.image(&strip.name, &(strip.draw)(game)?)?;
            }
        }
        Ok(())
    }

    /// Writes a round if there is anything to write of it.
    fn write(&mut self, summary: Summary, step: u64) -> Result<()> {
        if summary.is_empty() {
            return Ok(());
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let time = now.as_secs_f64();
        let file = match &mut self.file {
            Some(file) => file,
            empty => {
                let mut file = EventFile::create(&self.folder, now.as_secs())?;
                file.write(&event::version(time))?;
                file.write(&event::restart(time, self.first))?;
                if let Some(first) = self.waiting.take() {
                    file.write(&first.event(time, 0))?;
                }
                empty.insert(file)
            }
        };
        file.write(&summary.event(time, step))
    }
}

impl<G: Game> TensorBoard<G> {
    fn weights(&self, summary: &mut Summary, game: &mut G) -> Result<()> {
        for player in game.players() {
            for (path, values) in player.weights()? {
                summary.histogram(&format!("{}/{path}", player.name()), &values);
            }
        }
        Ok(())
    }
}

impl<G: Game> Observer<G> for TensorBoard<G> {
    fn wishes(&self) -> Wishes {
        Wishes::of([Wish::Rates, Wish::Gradients]).every(self.every)
    }

    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        self.begin(moment.step)?;
        let mut first = Summary::default();
        if moment.step == 0 {
            self.draw(&mut first, 0, moment.game, true)?;
        }
        self.waiting = Some(first).filter(|first| !first.is_empty());
        Ok(())
    }

    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        let step = moment.step;
        let mut summary = Summary::default();
        if step.is_multiple_of(self.every) {
            for (name, value) in moment.figures.all()? {
                summary.scalar(name, value);
            }
        }
        self.draw(&mut summary, step, moment.game, true)?;
        if self.histograms.is_some_and(|every| step.is_multiple_of(every)) {
            self.weights(&mut summary, moment.game)?;
        }
        self.write(summary, step)?;
        Ok(Signal::Continue)
    }

    /// The last samples, unless they have been drawn.
    fn finish(&mut self, moment: &mut Moment<'_, G>, ending: &Ending) -> Result<()> {
        let failed = matches!(ending, Ending::Failed(_));
        let step = moment.step;
        if self.file.is_some() && !failed {
            let mut last = Summary::default();
            self.draw(&mut last, step, moment.game, false)?;
            self.write(last, step)?;
        }
        self.file = None;
        Ok(())
    }
}

impl<G> std::fmt::Debug for TensorBoard<G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TensorBoard")
            .field("every", &self.every)
            .field("folder", &self.folder)
            .field("histograms", &self.histograms)
            .finish_non_exhaustive()
    }
}
