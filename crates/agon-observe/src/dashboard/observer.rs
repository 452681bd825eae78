use std::path::PathBuf;
use std::time::{Duration, Instant};

use agon_core::{Ending, Game, Moment, Observer, Result, Sampling, Signal, Wish, Wishes};

use super::board::Board;
use super::live::{Live, MEASURED, Settings};
use super::samples::{Draw, Every, Pictures, samples};
use crate::{Drawable, Image, Progress};

/// Shows a run while it goes on: a screen in the terminal, and keys.
///
/// It shows the losses of all players as curves, gradient norms and learning rates, how far the run is, how
/// fast it goes and when it will be done, memory, every other figure, what the generator makes, what other
/// observers say ([`Moment::note`]), and a light: green while nobody complains. The figures are those that
/// the game measures; nothing is computed for the screen but the samples.
///
/// | key | |
/// |---|---|
/// | `p`, space | pauses the run between two rounds, or goes on |
/// | `c` | writes a checkpoint now, where [`Checkpoints`](agon_core::Checkpoints) keeps them |
/// | `s` | draws other samples now, and writes them as a PNG file |
/// | `q`, Esc | stops in good order after this round |
/// | Ctrl-C | the same; a second one leaves at once |
/// | tab | shows other figures |
/// | ↑ ↓ ← →, Home, End | show fewer rounds or more, earlier or later |
/// | Ctrl-L | draws the screen anew |
///
/// The screen has a thread of its own, so that keys work during slow rounds. It draws ten times a second at
/// most. Figures are read from the device as often at most, samples drawn so seldom that they take a
/// twentieth of the time at most. Neither changes what is learned: the run is the same with and without, bit
/// for bit. Paused time does not count.
///
/// Where there is no terminal, a dumb one, one that another run uses or a window of less than 50 by 14
/// characters, it is [`Progress`]: a plain line. Samples are drawn with half blocks, or pixel by pixel
/// (sixel) if the terminal says that it can; without colours if `NO_COLOR` is set.
///
/// The terminal is given back whatever happens: at the end, after an error, a panic on any thread, SIGTERM,
/// or when the dashboard is dropped. A SIGTERM stops the run as [`StopOnInterrupt`](crate::StopOnInterrupt)
/// does, unless the program has a handler of its own.
///
/// # Errors
/// If figures cannot be read from the device, samples not drawn, or the key `c` finds weights that are not
/// finite, the run ends with an error that says which. That a file cannot be written is said on the screen.
///
/// # Example
/// ```no_run
/// # use agon_core::{Game, Sampling, Trainer};
/// # use burn::prelude::Tensor;
/// use std::time::Duration;
///
/// use agon_observe::Dashboard;
///
/// # fn example(game: impl Game + Sampling<Sample = Tensor<4>> + 'static) {
/// let dashboard = Dashboard::new().samples_every(Duration::from_secs(2)).to("out/samples");
/// Trainer::new(game).observe(dashboard);
/// # }
/// ```
#[derive(Debug)]
pub struct Dashboard<G> {
    settings: Settings,
    pictures: Option<Pictures<G>>,
    mode: Mode,
}

#[derive(Debug)]
enum Mode {
    /// Between two runs.
    Waiting,
    Screen(Live),
    Line(Progress),
}

/// Between two readings of the figures.
const PAUSE: Duration = Duration::from_millis(100);

impl<G> Default for Dashboard<G> {
    fn default() -> Self {
        Self::new()
    }
}

impl<G> Dashboard<G> {
    /// Without samples, for any game.
    pub fn new() -> Self {
        Self {
            settings: Settings {
                pause: PAUSE,
                folder: PathBuf::from("samples"),
            },
            pictures: None,
            mode: Mode::Waiting,
        }
    }

    /// Reads figures at most once in so long: 0.1 seconds unless said otherwise. Reading waits for the device.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.settings.pause = pause;
        self
    }

    /// Where the key `s` writes pictures: `samples` unless said otherwise.
    pub fn to(mut self, folder: impl Into<PathBuf>) -> Self {
        self.settings.folder = folder.into();
        self
    }

    /// Shows what this draws of the game, after so many rounds or so much time: for games whose samples are
    /// no images.
    ///
    /// `draw` is given the game, a room of so many pixels across and down which the picture may well exceed,
    /// and a seed, which another press of `s` changes.
    ///
    /// # Example
    /// ```no_run
    /// # use agon_core::{Gan, Sampling, Trainer, Generator, Discriminator};
    /// # use burn::prelude::Tensor;
    /// use agon_observe::{Dashboard, scatter};
    ///
    /// # fn example<G: Sampling<Sample = Tensor<2>> + agon_core::Game + 'static>(game: G) {
    /// let dashboard = Dashboard::new().pictures_every(100, |game: &mut G, _room, seed| {
    ///     let points: Vec<f32> = game.sample(500, seed).try_into_vec_as().map_err(|error| agon_core::Error::other(error.to_string()))?;
    ///     let points: Vec<[f32; 2]> = points.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
    ///     Ok(scatter(&[], &points, 200))
    /// });
    /// Trainer::new(game).observe(dashboard);
    /// # }
    /// ```
    pub fn pictures_every(
        mut self,
        every: impl Into<Every>,
        draw: impl FnMut(&mut G, (usize, usize), u64) -> Result<Image> + Send + 'static,
    ) -> Self {
        let draw: Draw<G> = Box::new(draw);
        self.pictures = Some(Pictures::new(every.into(), draw));
        self
    }
}

impl<G: Sampling<Sample: Drawable> + 'static> Dashboard<G> {
    /// Shows what the generator makes, from the same codes until `s` is pressed, after so many rounds or so
    /// much time.
    pub fn samples_every(mut self, every: impl Into<Every>) -> Self {
        self.pictures = Some(Pictures::new(every.into(), samples()));
        self
    }
}

impl<G: Game> Observer<G> for Dashboard<G> {
    fn wishes(&self) -> Wishes {
        Wishes::of([Wish::Gradients]).every(MEASURED)
    }

    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        // Of a run before, if it is still there.
        self.mode = Mode::Waiting;
        if let Some(pictures) = &mut self.pictures {
            pictures.begin();
        }
        let board = Board::new(moment.step, moment.total, Instant::now());
        self.mode = match Live::start(board, self.settings.clone()) {
            Some(mut live) => {
                live.begin(moment, self.pictures.as_mut())?;
                Mode::Screen(live)
            }
            None => Mode::Line(line(&self.settings, moment)?),
        };
        Ok(())
    }

    /// When the other observers have seen the round, so that their figures and notes are shown, and what they
    /// know is in a checkpoint.
    fn between(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        match &mut self.mode {
            Mode::Waiting => Ok(Signal::Continue),
            Mode::Screen(live) if live.is_over() => {
                // The terminal is gone; what it asked for last still counts.
                let signal = live.signal();
                self.mode = Mode::Line(line(&self.settings, moment)?);
                Ok(signal)
            }
            Mode::Screen(live) => live.round(moment, self.pictures.as_mut()),
            Mode::Line(progress) => progress.round(moment),
        }
    }

    fn finish(&mut self, moment: &mut Moment<'_, G>, ending: &Ending) -> Result<()> {
        match std::mem::replace(&mut self.mode, Mode::Waiting) {
            Mode::Waiting => Ok(()),
            Mode::Screen(live) => {
                live.finish(moment, ending);
                Ok(())
            }
            Mode::Line(mut progress) => progress.finish(moment, ending),
        }
    }
}

/// A plain line instead.
fn line<G: Game>(settings: &Settings, moment: &mut Moment<'_, G>) -> Result<Progress> {
    let mut progress = Progress::new();
    if settings.pause != PAUSE {
        progress = progress.pause(settings.pause);
    }
    progress.start(moment)?;
    Ok(progress)
}
