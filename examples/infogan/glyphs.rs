//! Images without labels: what the categorical code finds, and what the continuous ones do.

use std::path::Path;

use agon::prelude::*;
use serde_json::json;

use crate::common::judge::Judge;
use crate::common::{Common, Ending, Source, kept};
use crate::matching::{Table, correlation};
use crate::{Options, bound, shape};

/// Pixels a side, unless told.
const SIDE: usize = 28;
const FEATURES: usize = 128;

type Generating = InfoGenerator<DcganGenerator>;
type Reading = InfoDiscriminator<ImageTrunk>;

pub fn run(options: &Options) -> Ending {
    let common = &options.common;
    let device = common.device()?.autodiff();
    let steps = common.steps.unwrap_or(10_000);
    let codes = InfoCodes::new()
        .with_noise(options.noise)
        .with_emphasis(options.emphasis);
    let glyphs = Glyphs::new().size(SIDE).noise(0.0).hands(options.hands as usize);
    let (data, shape) = options.images.open(common, glyphs, SIDE)?;
    let images = DcganGeneratorConfig::new(codes.latent(), shape).with_width(options.width);
    let trunk = ImageTrunkConfig::new(shape)
        .with_width(options.width)
        .with_features(FEATURES);
    let gan = Gan::new(
        InfoGenerator::try_new(images.try_init(&device)?, codes)?,
        InfoDiscriminator::try_new(trunk.try_init(&device)?, FEATURES, codes, &device)?,
    )
    .term(Information::of(codes).weights(options.category, options.factors))
    .augment(OfSample(posed(options.pose)))
    .instance_noise(InstanceNoise::annealed(0.1, 0.02, steps))
    .optimizers(Optimizer::from(Adam::new(1e-3).betas(0.5, 0.999)).schedule(Schedule::second_half(steps, 0.1)))
    .average(0.999);
    let trainer = Trainer::new(gan)
        .observe(StopOnInterrupt::new())
        .observe(Progress::new());
    let mut trainer = kept(trainer, &common.folder("infogan")?, common.seed, options.resume);
    let batches = data.clone().batches(64).map(Conditioned::unknown);
    let outcome = trainer.run(batches, Budget::steps(steps))?;
    common.say_how_to_load::<Generating>(&outcome)?;
    let gan = trainer.into_game();
    judge(
        options,
        &codes,
        (gan.generator(), gan.discriminator()),
        (&data, &outcome),
    )
}

/// Poses in which the discriminator, and who reads the codes, see everything: those that digits have anyway. What a
/// category means must be seen in all of them, so that it is no slant and no size.
fn posed(strength: f64) -> RandomAffine {
    RandomAffine::new()
        .rotation(0.25 * strength)
        .scale(1.2f64.powf(strength))
        .stretch(1.15f64.powf(strength))
        .translation(0.125 * strength)
}

fn judge(
    options: &Options,
    codes: &InfoCodes,
    (generator, discriminator): (&Generating, &Reading),
    (data, outcome): (&Source<Glyphs, Images>, &Outcome),
) -> Ending {
    let common = &options.common;
    let device = common.device()?;
    let reader = discriminator.valid();
    let made = generator.sample(options.judged, 1);
    let logits = reader.forward(made.sample.clone()).1.narrow(1, 0, codes.categories);
    let information = bound(logits, made.condition.clone().narrow(1, 0, codes.categories));
    let folder = common.folder("infogan")?;
    draw(generator, codes, &folder, &device)?;
    common.say(format!(
        "{} rounds in {:.0?}; {}",
        outcome.steps,
        outcome.elapsed,
        folder.display()
    ));
    common.say(format!(
        "the bound is {information:.3} nats; log 10 = {:.3}",
        10f64.ln()
    ));
    let mut report = json!({
        "example": "infogan", "world": "glyphs", "steps": outcome.steps, "seconds": outcome.elapsed.as_secs_f64(),
        "bound": information, "pictures": folder,
    });
    if let Source::Drawn(glyphs) = data {
        let found = Meaning::of(options, codes, (glyphs, &made), &reader)?;
        found.say(common);
        report["matched"] = json!(found.of_made);
        report["matched_real"] = json!(found.of_real);
        report["map"] = json!(found.map);
        report["correlations"] = json!(found.correlations);
        report["measured"] = json!(shape::NAMES);
    }
    common.report(&report);
    Ok(())
}

/// Draws what the category does, and what each continuous code.
fn draw(generator: &Generating, codes: &InfoCodes, folder: &Path, device: &Device) -> Result<()> {
    let picture = image_grid(categories(generator, codes, device), 10)?;
    write_png(folder.join("categories.png"), &picture)?;
    for factor in 0..codes.continuous {
        let picture = image_grid(traversal(generator, codes, factor, device), 11)?;
        write_png(folder.join(format!("factor{factor}.png")), &picture)?;
    }
    Ok(())
}

/// What codes came to mean of drawn digits.
struct Meaning {
    /// The share of generated digits whose category is their digit.
    of_made: f64,
    /// The same of real ones.
    of_real: f64,
    /// The digit of each category.
    map: Vec<usize>,
    correlations: Vec<[f64; 3]>,
}

impl Meaning {
    fn of(
        options: &Options,
        codes: &InfoCodes,
        (glyphs, made): (&Glyphs, &Conditioned<Tensor<4>>),
        reader: &Reading,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let judge = Judge::new(&options.common.device()?)?;
        let category = |logits: Tensor<2>| -> Result<Vec<usize>, Box<dyn std::error::Error>> {
            let logits = logits.narrow(1, 0, codes.categories);
            let found: Vec<i64> = logits.argmax(1).flatten::<1>(0, 1).try_into_vec_as()?;
            Ok(found.into_iter().map(|category| category as usize).collect())
        };
        let asked = category(made.condition.clone())?;
        let drawn = judge.look_at(&made.sample)?.digits;
        let (of_made, map) = Table::of(10, asked.iter().copied().zip(drawn)).best_permutation();
        let real = judge.real(glyphs, options.judged / 10, 0)?;
        let read = category(reader.forward(real).1)?;
        let (of_real, _) = Table::of(10, read.into_iter().zip((0..10).cycle())).best_permutation();
        Ok(Self {
            of_made,
            of_real,
            map,
            correlations: correlations(codes, made, &asked)?,
        })
    }

    fn say(&self, common: &Common) {
        common.say(format!(
            "categories are digits for {:.1} % of generated glyphs, {:.1} % of real ones; category to digit {:?}",
            100.0 * self.of_made,
            100.0 * self.of_real,
            self.map
        ));
        for (factor, row) in self.correlations.iter().enumerate() {
            let row = shape::NAMES
                .iter()
                .zip(row)
                .map(|(name, rho)| format!("{name} {rho:+.2}"));
            common.say(format!(
                "continuous code {factor}: {}",
                row.collect::<Vec<_>>().join(", ")
            ));
        }
    }
}

/// The correlation of each continuous code with each measure, within categories.
fn correlations(
    codes: &InfoCodes,
    made: &Conditioned<Tensor<4>>,
    categories: &[usize],
) -> Result<Vec<[f64; 3]>, Box<dyn std::error::Error>> {
    let pixels: Vec<f32> = made.sample.clone().try_into_vec_as()?;
    let [_, _, side, _] = made.sample.dims();
    let measures: Vec<[f64; 3]> = pixels
        .chunks(side * side)
        .map(|image| shape::measure(image, side))
        .collect();
    let mut all = Vec::new();
    for factor in 0..codes.continuous {
        let code = made.condition.clone().narrow(1, codes.categories + factor, 1);
        let code: Vec<f64> = code.try_into_vec_as::<f32>()?.into_iter().map(f64::from).collect();
        all.push([0, 1, 2].map(|which| {
            let measure: Vec<f64> = measures.iter().map(|measures| measures[which]).collect();
            correlation(&code, &measure, categories)
        }));
    }
    Ok(all)
}

/// A row for each of ten codes; from left to right the categories.
fn categories(generator: &Generating, codes: &InfoCodes, device: &Device) -> Tensor<4> {
    let codes_of = generator.prior().draw(10, &mut random::stream(1, 0), device);
    let codes_of = codes_of
        .unsqueeze_dim::<3>(1)
        .repeat_dim(1, 10)
        .reshape([100, codes.latent()]);
    let category = Tensor::<2>::eye(10, device).repeat_dim(0, 10);
    with(generator, codes_of, codes.noise, category)
}

/// A row for each category; from left to right one continuous code from -2 to 2, as in the paper, all else equal.
fn traversal(generator: &Generating, codes: &InfoCodes, factor: usize, device: &Device) -> Tensor<4> {
    let row = generator.prior().draw(1, &mut random::stream(3, 0), device);
    let rows = row.repeat_dim(0, 110);
    let category = Tensor::<2>::eye(10, device)
        .unsqueeze_dim::<3>(1)
        .repeat_dim(1, 11)
        .reshape([110, 10]);
    let values: Vec<f32> = (0..110).map(|i| (i % 11) as f32 * 0.4 - 2.0).collect();
    let factors = (0..codes.continuous).map(|which| match which == factor {
        true => Tensor::<1>::from_data(values.as_slice(), device).reshape([110, 1]),
        false => Tensor::zeros([110, 1], device),
    });
    let told = Tensor::cat([category].into_iter().chain(factors).collect(), 1);
    with(generator, rows, codes.noise, told)
}

/// What the generator makes of these codes with some of them replaced.
fn with(generator: &Generating, codes: Tensor<2>, at: usize, values: Tensor<2>) -> Tensor<4> {
    let [n, width] = values.dims();
    generator
        .valid()
        .generate(codes.slice_assign([0..n, at..at + width], values))
        .sample
}
