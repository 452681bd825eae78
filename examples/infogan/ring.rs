//! Eight modes, eight categories: the bound reaches log 8 and each category is a mode.

use std::path::Path;

use agon::prelude::*;
use serde_json::json;

use crate::common::{self, Ending};
use crate::matching::Table;
use crate::{Options, bound};

const MODES: usize = 8;
const FEATURES: usize = 128;

type Generating = InfoGenerator<MlpGenerator>;
type Reading = InfoDiscriminator<MlpDiscriminator>;

pub fn run(options: &Options) -> Ending {
    let common = &options.common;
    let device = common.device()?.autodiff();
    let ring = GaussianMixture::ring_of(MODES, 1.0, 0.05);
    let folder = common.folder("infogan")?;
    let (gan, outcome) = learn(options, &ring, &folder, &device)?;

    let made = gan.sample(2_000, 1);
    let (_, logits) = gan.discriminator().valid().forward(made.sample.clone());
    let information = bound(logits, made.condition.clone());
    let categories: Vec<i64> = made.labels().try_into_vec_as()?;
    let points = common::points(made.sample)?;
    let modes = points.iter().map(|&point| common::nearest(point, ring.means()).0);
    let table = Table::of(MODES, categories.iter().map(|&category| category as usize).zip(modes));
    let (matched, map) = table.best_permutation();
    let coverage = ring.coverage(&points);

    let picture = folder.join("ring.png");
    write_png(&picture, &scatter(&ring.points(2_000, 1)?, &points, 512))?;
    common.say(format!(
        "{} rounds in {:.0?}; {}",
        outcome.steps,
        outcome.elapsed,
        picture.display()
    ));
    common.say(format!(
        "the bound is {information:.4} nats; log {MODES} = {:.4}",
        (MODES as f64).ln()
    ));
    common.say(format!(
        "category to mode {map:?} explains {:.2} % of the samples",
        100.0 * matched
    ));
    common.say(format!("{coverage:?}"));
    common.say_how_to_load::<Generating>(&outcome)?;
    common.report(&json!({
        "example": "infogan", "world": "ring", "steps": outcome.steps, "seconds": outcome.elapsed.as_secs_f64(),
        "bound": information, "entropy": (MODES as f64).ln(), "matched": matched, "map": map,
        "modes": coverage.modes, "high_quality": coverage.high_quality, "picture": picture,
    }));
    Ok(())
}

/// Trains a game of points.
fn learn(
    options: &Options,
    ring: &GaussianMixture,
    folder: &Path,
    device: &Device,
) -> Result<(Gan<Generating, Reading>, Outcome)> {
    let steps = options.common.steps.unwrap_or(4_000);
    let codes = InfoCodes::new().with_noise(4).with_categories(MODES).with_continuous(0);
    let points = MlpGeneratorConfig::new(codes.latent(), 2).try_init(device)?;
    let trunk = MlpDiscriminatorConfig::new(2).with_scores(FEATURES).try_init(device)?;
    let gan = Gan::new(
        InfoGenerator::try_new(points, codes)?,
        InfoDiscriminator::try_new(trunk, FEATURES, codes, device)?,
    )
    .term(Information::of(codes))
    .instance_noise(InstanceNoise::annealed(0.3, 0.0, steps))
    .optimizers(Adam::new(1e-3).betas(0.5, 0.999));
    let trainer = Trainer::new(gan)
        .observe(StopOnInterrupt::new())
        .observe(Progress::new());
    let mut trainer = common::kept(trainer, &folder.join("ring"), options.common.seed, options.resume);
    let data = ring.clone().batches(256).map(Conditioned::unknown);
    let outcome = trainer.run(data, Budget::steps(steps))?;
    Ok((trainer.into_game(), outcome))
}
