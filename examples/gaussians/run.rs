//! One training, whatever the game: data, looks on the way, checkpoints, a picture.

use std::path::PathBuf;

use agon::prelude::*;

use crate::common::{Common, kept, points};
use crate::protocol::Protocol;

/// Samples by which a generator is judged.
pub const JUDGED: usize = 2_500;
/// Rounds in an epoch of PacGAN's protocol, and its points in a batch.
pub const EPOCH: u64 = 1_000;
const BATCH: usize = 100;

/// One training, whatever the game.
pub struct Run<'a> {
    pub mixture: GaussianMixture,
    pub common: &'a Common,
    pub protocol: Protocol,
    pub batch: usize,
    pub rounds: u64,
    pub seed: u64,
    /// Where checkpoints are kept; the picture beside it has its name.
    pub folder: PathBuf,
    pub resume: bool,
    /// By which statistics generators are judged: see [`Look`].
    pub standing: bool,
    pub pacing: Option<Pacing>,
}

/// What was learned.
pub struct Judged {
    /// By each generator.
    pub each: Vec<Coverage>,
    /// By all of them together, as many samples of each: what the picture shows.
    pub all: Coverage,
}

impl Run<'_> {
    /// Trains, and judges the generators that the game has.
    pub fn train<G: Game<Batch = Tensor<2>> + 'static>(
        &self,
        game: G,
        packing: usize,
        generators: fn(&G) -> Vec<&MlpGenerator>,
    ) -> Result<Judged, Box<dyn std::error::Error>> {
        let look = Look {
            generators,
            standing: self.standing,
        };
        let watch = Watch {
            mixture: self.mixture.clone(),
            common: self.common.clone(),
            look,
        };
        let mut trainer = Trainer::new(game).observe(watch).observe(Progress::new());
        if let Some(pacing) = self.pacing.clone() {
            trainer = trainer.observe(pacing);
        }
        let mut trainer = kept(trainer, &self.folder, self.seed, self.resume);
        let data = self.mixture.clone().packed(packing);
        let budget = Budget::steps(self.rounds);
        match self.protocol {
            Protocol::Pacgan => trainer.run(data.fixed(EPOCH as usize * BATCH).batches(BATCH), budget)?,
            _ => trainer.run(data.batches(self.batch), budget)?,
        };
        let drawn = look.samples(trainer.game(), self.seed)?;
        let share = JUDGED.div_ceil(drawn.len().max(1));
        let all: Vec<_> = drawn
            .iter()
            .flat_map(|points| points.iter().take(share).copied())
            .collect();
        write_png(
            self.folder.with_extension("png"),
            &scatter(&self.mixture.points(JUDGED, self.seed)?, &all, 600),
        )?;
        Ok(Judged {
            each: drawn.iter().map(|points| self.mixture.coverage(points)).collect(),
            all: self.mixture.coverage(&all),
        })
    }
}

/// What was found, in words.
pub fn line(coverage: &Coverage) -> String {
    let Coverage {
        modes,
        high_quality,
        reverse_kl,
        ..
    } = coverage;
    format!(
        "{modes} modes, {:.2} % of high quality, reverse KL {reverse_kl:.3}",
        100.0 * high_quality
    )
}

/// How samples are taken to judge by.
struct Look<G> {
    generators: fn(&G) -> Vec<&MlpGenerator>,
    /// By standing statistics, instead of those that training left.
    standing: bool,
}

impl<G> Clone for Look<G> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G> Copy for Look<G> {}

impl<G> Look<G> {
    /// Of each generator as many.
    fn samples(&self, game: &G, seed: u64) -> Result<Vec<Vec<[f32; 2]>>> {
        let sample = |generator: &MlpGenerator| {
            points(match self.standing {
                true => generator.with_standing_statistics(50, BATCH, seed).sample(JUDGED, seed),
                false => generator.sample(JUDGED, seed),
            })
        };
        (self.generators)(game).into_iter().map(sample).collect()
    }
}

/// Says ten times in a run how far the generator, or the first of them, has come.
struct Watch<G> {
    mixture: GaussianMixture,
    common: Common,
    look: Look<G>,
}

impl<G: Game> Observer<G> for Watch<G> {
    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        let tenth = moment.total.map_or(1_000, |total| total.div_ceil(10));
        if moment.step.is_multiple_of(tenth.max(1)) {
            let first = self.look.samples(moment.game, moment.seed)?.into_iter().next();
            let coverage = self.mixture.coverage(&first.unwrap_or_default());
            self.common
                .say(format!("round {:>7}: {}", moment.step, line(&coverage)));
        }
        Ok(Signal::Continue)
    }
}
