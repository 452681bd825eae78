//! What the engine costs: `Trainer` and `Gan` against the same algorithm written by hand with bare burn.
//!
//! Rounds of both alternate in one run, so that whatever else the machine does meets both; the figure is the
//! ratio of the medians.

#![allow(clippy::expect_used, reason = "a bench that fails should say so at once")]

mod support;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use agon::prelude::*;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::activation::softplus;
use criterion::{Criterion, criterion_group, criterion_main};
use support::*;

const BATCH: usize = 512;

/// The same networks, loss, optimizers and codes, without the engine.
struct ByHand {
    generator: Option<MlpGenerator>,
    discriminator: Option<MlpDiscriminator>,
    generator_optimizer: ModuleOptimizer,
    discriminator_optimizer: ModuleOptimizer,
    random: random::Random,
    device: Device,
}

impl ByHand {
    fn new(device: &Device) -> Self {
        let adam = || AdamConfig::new().with_beta_1(0.5).with_epsilon(1e-8).init();
        let (generator, discriminator) = (
            MlpGeneratorConfig::new(2, 2).init(device),
            MlpDiscriminatorConfig::new(2).init(device),
        );
        // As the trainer does: parameters that still wait for their first use cost a lock at each.
        weights::initialize(&generator);
        weights::initialize(&discriminator);
        let (generator, discriminator) = (generator.train(), discriminator.train());
        Self {
            generator: Some(generator),
            discriminator: Some(discriminator),
            generator_optimizer: adam(),
            discriminator_optimizer: adam(),
            random: random::stream(0, 0),
            device: device.clone(),
        }
    }

    /// Networks are moved into their optimizers, as a careful program does: a clone would cost a copy.
    fn play(&mut self, real: Tensor<2>) {
        let generator = self.generator.take().expect("it is put back");
        let discriminator = self.discriminator.take().expect("it is put back");
        let fake = generator.forward(random::normal([BATCH, 2], &mut self.random, &self.device));

        let real_scores = discriminator.forward(real);
        let fake_scores = discriminator.forward(fake.clone().detach());
        let loss = softplus(-real_scores, 1.0).mean() + softplus(fake_scores, 1.0).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &discriminator);
        let discriminator = self.discriminator_optimizer.step(2e-4, discriminator, gradients);

        let judge = discriminator.clone().no_grad();
        let loss = softplus(-judge.forward(fake), 1.0).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &generator);
        self.generator = Some(self.generator_optimizer.step(2e-4, generator, gradients));
        self.discriminator = Some(discriminator);
    }
}

/// Plays the round by hand after each of the engine's, and times both.
struct Alternate {
    by_hand: ByHand,
    real: Tensor<2>,
    returned: Option<Instant>,
    times: Arc<Mutex<Times>>,
}

#[derive(Default)]
struct Times {
    by_hand: Vec<Duration>,
    engine: Vec<Duration>,
}

impl<G: Game> Observer<G> for Alternate {
    fn round(&mut self, _moment: &mut Moment<'_, G>) -> Result<Signal> {
        sync(&self.by_hand.device);
        let engine = self.returned.map(|returned| returned.elapsed());
        let start = Instant::now();
        self.by_hand.play(self.real.clone());
        sync(&self.by_hand.device);
        let by_hand = start.elapsed();
        if let (Some(engine), Ok(mut times)) = (engine, self.times.lock()) {
            times.engine.push(engine);
            times.by_hand.push(by_hand);
        }
        self.returned = Some(Instant::now());
        Ok(Signal::Continue)
    }
}

fn median(times: &[Duration]) -> f64 {
    let mut times: Vec<f64> = times.iter().skip(20).map(Duration::as_secs_f64).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The engine's median over that of the round by hand.
fn alternated(device: &Device, rounds: u64) -> f64 {
    let real = noise([BATCH, 2], device);
    let times = Arc::new(Mutex::new(Times::default()));
    let alternate = Alternate {
        by_hand: ByHand::new(device),
        real: real.clone(),
        returned: None,
        times: times.clone(),
    };
    let mut trainer = Trainer::new(mlp(device)).observe(alternate);
    trainer
        .run(Repeat(real), Budget::steps(rounds))
        .expect("the run ends well");
    let times = times.lock().expect("nobody panicked");
    median(&times.engine) / median(&times.by_hand)
}

fn overhead(criterion: &mut Criterion) {
    let (device, name) = device();
    let mut group = criterion.benchmark_group(format!("overhead/{name}"));
    let real = noise([BATCH, 2], &device);
    let mut by_hand = ByHand::new(&device);
    group.bench_function("by_hand", |bencher| {
        bencher.iter(|| {
            by_hand.play(real.clone());
            sync(&device);
        });
    });
    let mut engine = OneByOne::new(mlp(&device), Repeat(real));
    group.bench_function("engine", |bencher| {
        bencher.iter(|| {
            engine.play();
            sync(&device);
        });
    });
    group.finish();
    let ratio = alternated(&device, 1_000);
    let report = format!(
        "overhead/{name}: the engine takes {:.2} % more, medians of alternated rounds\n",
        (ratio - 1.0) * 100.0
    );
    let _ = std::io::Write::write_all(&mut std::io::stdout(), report.as_bytes());
}

criterion_group!(benches, overhead);
criterion_main!(benches);
