//! Whose networks, optimizers and batches are played with.

use agon::nn::Activation;
use agon::prelude::*;
use burn::nn::Initializer;
use clap::ValueEnum;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Protocol {
    /// 100,000 points, batches of 100; G 2-400x4-2 with batch norm, D of three maxout layers; Adam 1e-4 (.8, .999)
    Pacgan,
    /// Fresh points, batches of 512; G 256-128-128-2 and D 2-128-128-1, tanh; Adam (.5, .999), G 1e-3, D 1e-4
    Unrolled,
    /// Fresh points, batches of 512; G 256-128-128-2 and D 2-128-128-1, ReLU; Adam (.5, .999), 2e-4 unless told
    /// otherwise, less and less in the second half
    Small,
    /// Fresh points, batches of 500; G 254-128-128-2 and a single hidden layer of 128 in D, ReLU; Adam 1e-3 (.5, .999)
    Veegan,
    /// The ring alone, twice as large; fresh points, batches of 512; G 256-128-128-2 and a single hidden layer of 128
    /// in D, ReLU; Adam 2e-4 (.5, .999)
    D2gan,
}

/// What a protocol gives to every method.
#[derive(Debug)]
pub struct Setup<'a> {
    pub protocol: Protocol,
    /// The learning rates of generators, and of those who judge them.
    pub rates: [f64; 2],
    /// How long the run is.
    pub rounds: u64,
    /// What batch norm adds to variances.
    pub epsilon: f64,
    pub device: &'a Device,
}

impl Protocol {
    /// The learning rates of generators, and of those who judge them.
    pub fn rates(self) -> [f64; 2] {
        match self {
            Self::Pacgan => [1e-4; 2],
            Self::Unrolled => [1e-3, 1e-4],
            Self::Small | Self::D2gan => [2e-4; 2],
            Self::Veegan => [1e-3; 2],
        }
    }

    /// How many rounds it has, where it counts rounds.
    pub fn rounds(self) -> u64 {
        match self {
            Self::Veegan => 100_000,
            Self::Pacgan | Self::Unrolled | Self::Small | Self::D2gan => 25_000,
        }
    }
}

impl Setup<'_> {
    /// Numbers in a code, where the method does not say.
    pub fn latent(&self) -> usize {
        match self.protocol {
            Protocol::Pacgan => 2,
            Protocol::Unrolled | Protocol::Small | Protocol::D2gan => 256,
            Protocol::Veegan => 254,
        }
    }

    /// A generator, or any network which makes so many numbers of so many.
    pub fn generator(&self, from: usize, to: usize) -> MlpGenerator {
        let config = MlpGeneratorConfig::new(from, to);
        let config = match self.protocol {
            Protocol::Pacgan => config
                .with_hidden(vec![400; 4])
                .with_batch_norm(true)
                .with_momentum(0.05)
                .with_epsilon(self.epsilon)
                .with_initializer(pacgan_weights()),
            Protocol::Unrolled => config
                .with_activation(Activation::Tanh)
                .with_initializer(unrolled_weights()),
            Protocol::Small => config,
            Protocol::Veegan => config.with_initializer(veegan_weights()),
            Protocol::D2gan => config.with_initializer(d2gan_weights()),
        };
        config.init(self.device)
    }

    /// An encoder of so many numbers which finds a code of so many, with as much noise.
    pub fn encoder(&self, features: usize, code: usize) -> BiganEncoder {
        let config = BiganEncoderConfig::new(features, code)
            .with_inference(Inference::Noise(code))
            .with_hidden(vec![128; 2])
            .with_activation(Activation::Relu)
            .with_batch_norm(false);
        let config = match self.protocol {
            Protocol::Pacgan => config
                .with_hidden(vec![400; 2])
                .with_batch_norm(true)
                .with_initializer(pacgan_weights()),
            Protocol::Unrolled => config
                .with_activation(Activation::Tanh)
                .with_initializer(unrolled_weights()),
            Protocol::Small => config,
            Protocol::Veegan => config.with_initializer(veegan_weights()),
            Protocol::D2gan => config.with_initializer(d2gan_weights()),
        };
        config.init(self.device)
    }

    /// A judge of so many numbers.
    pub fn judge(&self, features: usize) -> MlpDiscriminator {
        self.judges(features).init(self.device)
    }

    /// A judge of so many numbers, with a code of so many beside them.
    pub fn told(&self, features: usize, code: usize) -> Result<Told<MlpDiscriminator>> {
        Told::discriminator(self.judges(features + code), code, self.device)
    }

    fn judges(&self, features: usize) -> MlpDiscriminatorConfig {
        let config = MlpDiscriminatorConfig::new(features);
        match self.protocol {
            Protocol::Pacgan => config
                .with_hidden(vec![200; 3])
                .with_maxout(Some(5))
                .with_initializer(pacgan_weights()),
            Protocol::Unrolled => config
                .with_activation(Activation::Tanh)
                .with_initializer(unrolled_weights()),
            Protocol::Small => config.with_activation(Activation::Relu),
            Protocol::Veegan => config
                .with_hidden(vec![128])
                .with_activation(Activation::Relu)
                .with_initializer(veegan_weights()),
            Protocol::D2gan => config
                .with_hidden(vec![128])
                .with_activation(Activation::Relu)
                .with_initializer(d2gan_weights()),
        }
    }

    /// The optimizers of generators, and of those who judge them.
    pub fn optimizers(&self) -> [Adam; 2] {
        let momentum = if self.protocol == Protocol::Pacgan { 0.8 } else { 0.5 };
        self.rates.map(|rate| Adam::new(rate).betas(momentum, 0.999))
    }

    /// Who moves when, where the protocol says so.
    pub fn updates(&self) -> Updates {
        match self.protocol {
            Protocol::Pacgan | Protocol::Unrolled => Updates::Simultaneous,
            Protocol::Small | Protocol::Veegan | Protocol::D2gan => Updates::Alternating,
        }
    }

    /// A game of two networks by the protocol's rules.
    pub fn gan<G: Generator, D: Discriminator<Input = G::Output>>(&self, generator: G, judge: D) -> Gan<G, D> {
        let [generators, judges] = self.optimizers();
        let gan = Gan::new(generator, judge)
            .generator_optimizer(generators)
            .discriminator_optimizer(judges)
            .updates(self.updates());
        match self.protocol {
            Protocol::Pacgan => gan.loss(NonSaturating),
            Protocol::Unrolled => gan.loss(Minimax),
            Protocol::Small | Protocol::Veegan => gan,
            // Samples are drawn anew for the generator's turn.
            Protocol::D2gan => gan.fakes(Fakes::Fresh),
        }
    }
}

/// As in PacGAN's synthetic experiments, whose networks are those of ALI's.
fn pacgan_weights() -> Initializer {
    Initializer::Normal { mean: 0.0, std: 0.02 }
}

/// As in the unrolled GAN's demonstration (which has 7 distinct modes by mistake; here are 8).
fn unrolled_weights() -> Initializer {
    Initializer::Orthogonal { gain: 1.4 }
}

/// As in the notebook of VEEGAN's authors.
fn veegan_weights() -> Initializer {
    Initializer::XavierUniform { gain: 1.0 }
}

/// As in the program of D2GAN's authors.
fn d2gan_weights() -> Initializer {
    Initializer::Normal { mean: 0.0, std: 0.01 }
}
