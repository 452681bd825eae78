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

    /// After the hidden layers of all networks, but where there is maxout.
    fn activation(self) -> Activation {
        match self {
            Self::Unrolled => Activation::Tanh,
            _ => Activation::Relu,
        }
    }

    /// Where the weights of all networks come from.
    fn weights(self) -> Initializer {
        match self {
            // Those of ALI's networks too.
            Self::Pacgan => Initializer::Normal { mean: 0.0, std: 0.02 },
            // The demonstration has 7 distinct modes by mistake; here are 8.
            Self::Unrolled => Initializer::Orthogonal { gain: 1.4 },
            Self::Small => MlpGeneratorConfig::new(1, 1).initializer,
            Self::Veegan => Initializer::XavierUniform { gain: 1.0 },
            Self::D2gan => Initializer::Normal { mean: 0.0, std: 0.01 },
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
        let config = MlpGeneratorConfig::new(from, to)
            .with_activation(self.protocol.activation())
            .with_initializer(self.protocol.weights());
        let config = match self.protocol {
            Protocol::Pacgan => config
                .with_hidden(vec![400; 4])
                .with_batch_norm(true)
                .with_momentum(0.05)
                .with_epsilon(self.epsilon),
            _ => config,
        };
        config.init(self.device)
    }

    /// An encoder of so many numbers which finds a code of so many, with as much noise.
    pub fn encoder(&self, features: usize, code: usize) -> BiganEncoder {
        let norm = self.protocol == Protocol::Pacgan;
        BiganEncoderConfig::new(features, code)
            .with_inference(Inference::Noise(code))
            .with_hidden(vec![if norm { 400 } else { 128 }; 2])
            .with_activation(self.protocol.activation())
            .with_batch_norm(norm)
            .with_initializer(self.protocol.weights())
            .init(self.device)
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
        let config = MlpDiscriminatorConfig::new(features)
            .with_activation(self.protocol.activation())
            .with_initializer(self.protocol.weights());
        match self.protocol {
            Protocol::Pacgan => config.with_hidden(vec![200; 3]).with_maxout(Some(5)),
            Protocol::Veegan | Protocol::D2gan => config.with_hidden(vec![128]),
            Protocol::Unrolled | Protocol::Small => config,
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
