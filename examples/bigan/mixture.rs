//! ALICE's toy by its protocol: 2,048 points, batches of 128, 100 epochs, networks of 2 x 256, Adam 1e-3 (.5, .999),
//! five turns of generator and encoder for one of the discriminator.
//!
//! One thing differs: codes are drawn anew, where the authors shuffle 2,048 of them. And one is added: the mixture's
//! posterior is sure of any point, so that the inception score cannot see points that lie between the clusters; the
//! share of samples within three deviations of a mean (98.9 % of real ones) can.

use agon::core::prior::Normal;
use agon::nn::Activation;
use agon::prelude::*;
use burn::nn::Initializer;
use serde_json::json;

use crate::Options;
use crate::common::{Ending, kept, points, spread};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
type Toy = Bigan<MlpGenerator, BiganEncoder, Told<MlpDiscriminator>>;

const LATENT: usize = 2;
const NOISE: usize = 2;
const TEST: usize = 1_024;
/// The authors' best: inception score and mean squared error, with deviations.
const PUBLISHED: [(f64, f64); 2] = [(4.595, 0.604), (0.022, 0.029)];

pub fn run(options: &Options) -> Ending {
    let common = &options.common;
    let cycle = options.cycle.unwrap_or(1.0);
    let folder = common.folder("bigan")?;
    let mut runs = Vec::new();
    for seed in (0..options.seeds).map(|i| common.seed.wrapping_add(i)) {
        let (toy, outcome) = learn(options, cycle, seed)?;
        let [score, error, near] = judge(&toy, seed)?;
        let picture = folder.join(format!("mixture-cycle{cycle}-seed{seed}.png"));
        write_png(
            &picture,
            &scatter(&mixture().points(TEST, seed)?, &points(toy.sample(TEST, 1))?, 512),
        )?;
        common.say(format!(
            "seed {seed}: inception score {score:.3} of 5, reconstruction {error:.4}, {:.1} % near a mean; {:.0?}; {}",
            100.0 * near,
            outcome.elapsed,
            picture.display()
        ));
        runs.push([score, error, near]);
    }
    let of = |which: usize| runs.iter().map(|run| run[which]).collect::<Vec<f64>>();
    let [score, error, near] = [0, 1, 2].map(|which| spread(&of(which)));
    let shown = |(mean, deviation): (f64, f64)| format!("{mean:.3} +- {deviation:.3}");
    common.say(format!(
        "lambda {cycle}, {} runs: score {}, error {}, near a mean {}",
        runs.len(),
        shown(score),
        shown(error),
        shown(near)
    ));
    common.say(format!(
        "published, lambda 1: {}, {}",
        shown(PUBLISHED[0]),
        shown(PUBLISHED[1])
    ));
    common.report(&json!({
        "example": "bigan", "world": "mixture", "lambda": cycle, "runs": runs,
        "score": score, "error": error, "near": near, "published": PUBLISHED,
    }));
    Ok(())
}

fn mixture() -> GaussianMixture {
    // The variance is 0.04.
    GaussianMixture::at(
        vec![[0.0, 0.0], [2.0, 2.0], [-2.0, -2.0], [2.0, -2.0], [-2.0, 2.0]],
        0.2,
    )
}

fn learn(options: &Options, cycle: f64, seed: u64) -> Outcome<(Toy, agon::core::Outcome)> {
    let device = options.common.device()?.autodiff();
    let weights = Initializer::XavierUniform { gain: 1.0 };
    let hidden = || vec![256, 256];
    let generator = MlpGeneratorConfig::new(LATENT + NOISE, 2)
        .with_hidden(hidden())
        .with_initializer(weights.clone());
    let encoder = BiganEncoderConfig::new(2, LATENT)
        .with_hidden(hidden())
        .with_activation(Activation::Relu)
        .with_batch_norm(false)
        .with_inference(Inference::Noise(NOISE))
        .with_initializer(weights.clone());
    let discriminator = MlpDiscriminatorConfig::new(2 + LATENT)
        .with_hidden(hidden())
        .with_activation(Activation::Relu)
        .with_initializer(weights);
    let toy = Bigan::new(
        generator.try_init(&device)?,
        encoder.try_init(&device)?,
        Told::discriminator(discriminator, LATENT, &device)?,
    )
    .code(LATENT)
    .prior(Normal::new(LATENT + NOISE))
    .cycle(cycle)
    .turns(5)
    .optimizers(Adam::new(1e-3).betas(0.5, 0.999));
    let trainer = Trainer::new(toy)
        .observe(StopOnInterrupt::new())
        .observe(Progress::new());
    let folder = options.common.folder("bigan")?;
    let folder = folder.join(format!("mixture-cycle{cycle}-seed{seed}"));
    let mut trainer = kept(trainer, &folder, seed, options.resume);
    let data = mixture().fixed_from(2_048, seed).batches(128);
    let budget = options.common.steps.map_or(Budget::epochs(100), Budget::steps);
    let outcome = trainer.run(data, budget)?;
    options.common.say_how_to_load::<MlpGenerator>(&outcome)?;
    Ok((trainer.into_game(), outcome))
}

/// The inception score of samples by the mixture's own posterior, the error of reconstructed test points, and the share
/// of samples that are near a mean.
fn judge(toy: &Toy, seed: u64) -> Outcome<[f64; 3]> {
    let test = mixture().points(TEST, seed + 1_000)?;
    let device = toy.generator().devices().into_iter().next().unwrap_or_default().inner();
    let x = Tensor::<2>::from_data(burn::tensor::TensorData::new(test.concat(), [TEST, 2]), &device);
    let error = l2(toy.reconstruct(x.clone(), seed), x).into_scalar::<f32>();
    let made = points(toy.sample(TEST, seed + 1))?;
    let near = mixture().coverage(&made).high_quality;
    let posteriors: Vec<[f64; 5]> = made.into_iter().map(posterior).collect();
    Ok([inception_score(&posteriors), f64::from(error), near])
}

/// Which of the five Gaussians a point is of: the perfect classifier.
fn posterior(point: [f32; 2]) -> [f64; 5] {
    let mixture = mixture();
    let logits: Vec<f64> = mixture
        .means()
        .iter()
        .map(|mean| {
            let square = f64::from(mean[0] - point[0]).powi(2) + f64::from(mean[1] - point[1]).powi(2);
            -square / (2.0 * f64::from(mixture.sd()).powi(2))
        })
        .collect();
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = logits.iter().map(|logit| (logit - top).exp()).sum();
    std::array::from_fn(|k| (logits[k] - top).exp() / total)
}

/// `exp E KL(p(y|x) | p(y))`
fn inception_score(posteriors: &[[f64; 5]]) -> f64 {
    let n = posteriors.len() as f64;
    let marginal: [f64; 5] = std::array::from_fn(|k| posteriors.iter().map(|p| p[k]).sum::<f64>() / n);
    let divergence = |p: &[f64; 5]| -> f64 {
        let terms = p.iter().zip(marginal).filter(|(p, _)| **p > 0.0);
        terms.map(|(p, q)| p * (p / q).ln()).sum()
    };
    (posteriors.iter().map(divergence).sum::<f64>() / n).exp()
}
