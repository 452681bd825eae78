//! Sums, differences, products and quotients of `x`, learned by networks whose choice of a token is soft.
//!
//! The sentences are those of a small grammar, at most 12 tokens, padded at the end. Judged by the share of
//! generated sentences that the grammar has, and by how many different ones there are: maximum likelihood, which
//! tokens suit, beside two ways to hand gradients on through tokens.
//!
//! ```text
//! cargo run --example grammar -- --method gumbel
//! cargo run --example grammar -- --method gumbel --soft --temperature 5     # soft choices that harden, as in the paper
//! cargo run --example grammar -- --method textgan                           # beforehand, it says what it reads
//! cargo run --example grammar -- --method textgan --pretrain 0
//! cargo run --example grammar -- --method mle
//! ```
//!
//! Kusner and Hernandez-Lobato 2016, arXiv:1611.04051; Zhang et al. 2017, "Adversarial feature matching for text
//! generation", arXiv:1706.03850.

#[path = "../common/mod.rs"]
mod common;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};

use agon::metrics::sentences;
use agon::nn::LstmPolicyConfig;
use agon::observe::Image;
use agon::prelude::*;
use burn::prelude::Int;
use clap::{Parser, ValueEnum};
use common::{Common, Ending, Given, Panel, colours, name};

/// Tokens in a sentence.
const LENGTH: usize = 12;

/// Learn the sentences of a small grammar by maximum likelihood, with Gumbel-softmax, or as TextGAN does.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    common: Common,
    /// How
    #[arg(long, value_enum, default_value = "gumbel")]
    method: Method,
    /// Sentences to learn from
    #[arg(long, default_value_t = 5_000)]
    sentences: usize,
    /// Sentences in a batch
    #[arg(long, default_value_t = 200)]
    batch: usize,
    /// Sentences that figures are measured on
    #[arg(long, default_value_t = 2_000, value_parser = common::at_least::<1>)]
    samples: usize,
    /// How soft the choice of a token is at the beginning, with Gumbel-softmax; at the end it is 1
    #[arg(long, default_value_t = 1.0)]
    temperature: f64,
    /// Shows the judge soft choices, with Gumbel-softmax, as in the paper, instead of whole tokens
    #[arg(long)]
    soft: bool,
    /// Weight of the R1 penalty on the judge of Gumbel-softmax; 0: none
    #[arg(long, default_value_t = 1.0)]
    r1: f64,
    /// Rounds of training beforehand, with TextGAN
    #[arg(long, default_value_t = 800)]
    pretrain: u64,
    /// Rounds between looks [default: a twentieth of them]
    #[arg(long)]
    look: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Maximum likelihood
    Mle,
    /// Gumbel-softmax and an LSTM for a judge
    Gumbel,
    /// Feature matching with soft-argmax
    Textgan,
}

impl Method {
    fn steps(self) -> u64 {
        match self {
            Self::Mle => 500,
            Self::Gumbel => 3_000,
            Self::Textgan => 1_200,
        }
    }
}

fn main() -> ExitCode {
    let (options, given) = common::parse::<Options>();
    common::exit(check(&options, &given).and_then(|()| run(&options)))
}

/// An error for an option that would change nothing.
fn check(options: &Options, given: &Given) -> Ending {
    let hard = options.method != Method::Gumbel;
    let idle = ["--temperature", "--soft", "--r1"].map(|option| (option, hard));
    given.refuse_idle(&idle, format!("--method {}", name(options.method)))?;
    let idle = [("--pretrain", options.method != Method::Textgan)];
    Ok(given.refuse_idle(&idle, format!("--method {}", name(options.method)))?)
}

fn run(options: &Options) -> Ending {
    let device = options.common.device()?.autodiff();
    let steps = steps(options)?;
    let curve = learn(options, steps, &device)?;
    let picture = options.common.folder("grammar")?.join("share.png");
    write_png(&picture, &draw(&curve, steps))?;
    options.common.say(format!(
        "share of grammatical sentences over the run: {}",
        picture.display()
    ));
    let last = curve.last().copied().unwrap_or_default();
    options.common.report(&serde_json::json!({
        "example": "grammar", "steps": steps, "share": last.share, "different": last.different,
        "curve": curve.iter().map(|point| [point.step as f64, point.share]).collect::<Vec<_>>(),
    }));
    Ok(())
}

/// Rounds to play, of which the contest needs some.
fn steps(options: &Options) -> Result<u64, String> {
    let steps = options.common.steps.unwrap_or(options.method.steps());
    if options.method == Method::Textgan && steps <= options.pretrain {
        return Err(format!(
            "--steps: expected more than the {} of --pretrain, for a contest after them, got {steps}",
            options.pretrain
        ));
    }
    Ok(steps)
}

/// Trains, and gives what was measured on the way.
fn learn(options: &Options, steps: u64, device: &Device) -> Result<Vec<Point>> {
    let grammar = Grammar::arithmetic();
    let vocabulary = grammar.vocabulary();
    let data = grammar.sentences(LENGTH).fixed(options.sentences);
    let rows = OneHot::new(data.clone(), vocabulary).batches(options.batch).drop_last();
    match options.method {
        Method::Mle => {
            let game = likelihood(vocabulary, steps, device)?;
            let tokens = data.batches(options.batch).drop_last();
            play(options, steps, game, tokens, SeqGan::sample)
        }
        Method::Gumbel => {
            let game = gumbel(options, steps, device)?;
            play(options, steps, game, rows, |it, n, seed| it.generator().tokens(n, seed))
        }
        Method::Textgan => {
            let game = text_gan(options, vocabulary, device)?;
            play(options, steps, game, rows, |it, n, seed| it.generator().tokens(n, seed))
        }
    }
}

fn likelihood(vocabulary: usize, steps: u64, device: &Device) -> Result<SeqGan> {
    let generator = LstmGeneratorConfig::new(LstmPolicyConfig::new(vocabulary), LENGTH);
    let discriminator = TextDiscriminatorConfig::reduced(vocabulary, LENGTH);
    let plan = SeqGanConfig::new().with_likelihood_rounds(steps);
    Ok(SeqGan::new(
        generator.try_init(device)?,
        discriminator.try_init(device)?,
        plan,
    ))
}

fn gumbel(options: &Options, steps: u64, device: &Device) -> Result<Gan<SoftGenerator, LstmDiscriminator>> {
    let vocabulary = Grammar::arithmetic().vocabulary();
    let generator = SoftGeneratorConfig::new(vocabulary, LENGTH)
        .with_temperature(options.temperature)
        .with_straight_through(!options.soft);
    let discriminator = LstmDiscriminatorConfig::new(vocabulary).try_init(device)?;
    let gan = Gan::new(generator.try_init(device)?, discriminator)
        .loss(RelativisticStandard)
        .optimizers(Optimizer::from(Adam::new(3e-3).betas(0.5, 0.999)).schedule(Schedule::second_half(steps, 0.02)))
        .average(0.99)
        .generator_constraint(Cooling::over(steps, 1.0));
    Ok(match options.r1 > 0.0 {
        true => gan.penalty(R1::new(options.r1)),
        false => gan,
    })
}

fn text_gan(options: &Options, vocabulary: usize, device: &Device) -> Result<TextGan> {
    let generator = SoftGeneratorConfig::text_gan(vocabulary, LENGTH).try_init(device)?;
    let discriminator = TextGanDiscriminatorConfig::new(vocabulary, LENGTH).try_init(device)?;
    let plan = TextGanConfig::new().with_pretraining(options.pretrain);
    Ok(TextGan::new(generator, discriminator, plan).average(0.998))
}

/// What was measured at once.
#[derive(Debug, Clone, Copy, Default)]
struct Point {
    step: u64,
    /// Of generated sentences that the grammar has.
    share: f64,
    /// How many of those differ.
    different: usize,
}

/// Measures now and then, and sends what it finds.
struct Looks<G: Game> {
    options: Options,
    every: u64,
    tokens: fn(&G, usize, u64) -> Tensor<2, Int>,
    found: Sender<Point>,
}

impl<G: Game> Observer<G> for Looks<G> {
    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        let prepared = self.options.method == Method::Textgan && moment.step == self.options.pretrain;
        if !prepared && !moment.step.is_multiple_of(self.every) && moment.total != Some(moment.step) {
            return Ok(Signal::Continue);
        }
        let tokens = (self.tokens)(moment.game, self.options.samples, 1);
        let found = sentences(tokens, None).map_err(Error::other)?;
        let grammar = Grammar::arithmetic();
        let right: Vec<_> = found
            .iter()
            .filter(|sentence| grammar.is_grammatical(sentence))
            .collect();
        let point = Point {
            step: moment.step,
            share: right.len() as f64 / found.len().max(1) as f64,
            different: right.iter().collect::<BTreeSet<_>>().len(),
        };
        let example = found
            .first()
            .map(|sentence| grammar.decode(sentence))
            .unwrap_or_default();
        self.options.common.say(format!(
            "{:6}: {:5.1} % grammatical, {} different, such as {example}",
            point.step,
            100.0 * point.share,
            point.different
        ));
        moment.figures.add_known("share", point.share);
        let _ = self.found.send(point);
        Ok(Signal::Continue)
    }
}

fn play<G: Game + 'static>(
    options: &Options,
    steps: u64,
    game: G,
    data: impl Batches<Batch = G::Batch>,
    tokens: fn(&G, usize, u64) -> Tensor<2, Int>,
) -> Result<Vec<Point>> {
    let (sender, found) = channel();
    let looks = Looks {
        options: Options {
            common: options.common.clone(),
            ..*options
        },
        every: options.look.unwrap_or(steps.div_ceil(20)).max(1),
        tokens,
        found: sender,
    };
    let mut trainer = Trainer::new(game)
        .seed(options.common.seed)
        .observe(StopOnInterrupt::new())
        .observe(looks);
    let outcome = trainer.run(data, Budget::steps(steps))?;
    options.common.say(format!(
        "{:?} after {} rounds, {:.0?}",
        outcome.ending, outcome.steps, outcome.elapsed
    ));
    drop(trainer);
    Ok(found.into_iter().collect())
}

/// The share over the rounds, from none to all.
fn draw(curve: &[Point], steps: u64) -> Image {
    let mut image = Image::filled(640, 400, &[255, 255, 255]);
    let panel = Panel {
        corner: [20, 20],
        size: [600, 360],
        x: [0.0, steps as f64],
        y: [0.0, 1.0],
    };
    panel.axes(&mut image);
    let line: Vec<_> = curve.iter().map(|point| [point.step as f64, point.share]).collect();
    panel.curve(&mut image, &line, colours::RED);
    image
}
