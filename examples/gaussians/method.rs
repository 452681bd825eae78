//! What is trained, and by whose protocol.

use agon::nn::Activation;
use agon::prelude::*;
use burn::nn::Initializer;
use clap::ValueEnum;

use crate::small;

/// Points of the plane, judged one by one or in packs.
pub type MixtureGan = Gan<Packed<MlpGenerator>, MlpDiscriminator>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// The baseline of the protocol: non-saturating for PacGAN's, minimax for the unrolled one
    Gan,
    /// The baseline with packs of 2
    Pacgan2,
    /// The baseline with packs of 3
    Pacgan3,
    /// The baseline with packs of 4
    Pacgan4,
    /// Wasserstein, weights clipped at .01, 5 critic turns, RMSprop 5e-5
    Wgan,
    /// Wasserstein, gradient penalty of .1, 5 critic turns, Adam 1e-4 (.5, .9)
    WganGp,
    /// Least squares
    Lsgan,
    /// Hinge
    Hinge,
    /// Relativistic average
    Relativistic,
    /// Non-saturating with R1 of .1
    R1,
    /// Minimax, the generator foresees 5 steps of the discriminator
    Unrolled,
    /// Two discriminators, one for each direction of the divergence
    D2gan,
    /// A reconstructor of codes, a judge of codes and samples
    Veegan,
    /// An encoder, a judge of the manifold and one of the diffusion
    Mdgan,
    /// The baseline with minibatch discrimination: means over 8 kernels of 4, batches of 128, noise that fades out
    Minibatch,
    /// 4 baselines in parallel which draw new opponents every 100 rounds; figures are means over the 4
    Gap,
    /// 4 baselines side by side which never do
    Parallel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Protocol {
    /// 100,000 points, batches of 100; G 2-400x4-2 with batch norm, D of three maxout layers; Adam 1e-4 (.8, .999)
    Pacgan,
    /// Fresh points, batches of 512; G 256-128-128-2 and D 2-128-128-1, tanh; Adam (.5, .999), G 1e-3, D 1e-4
    Unrolled,
    /// Fresh points, batches of 512; G 256-128-128-2 and D 2-128-128-1, ReLU; Adam (.5, .999), 2e-4 unless told
    /// otherwise, less and less in the second half
    Small,
}

impl Method {
    pub fn protocol(self) -> Protocol {
        match self {
            Self::Unrolled => Protocol::Unrolled,
            Self::D2gan | Self::Veegan | Self::Mdgan | Self::Minibatch | Self::Gap | Self::Parallel => Protocol::Small,
            _ => Protocol::Pacgan,
        }
    }

    pub fn packing(self) -> usize {
        match self {
            Self::Pacgan2 => 2,
            Self::Pacgan3 => 3,
            Self::Pacgan4 => 4,
            _ => 1,
        }
    }

    /// Samples in a batch where points are fresh: those of minibatch discrimination are compared two by two.
    pub fn batch(self) -> usize {
        match self {
            Self::Minibatch => 128,
            _ => 512,
        }
    }

    pub fn gan(self, protocol: Protocol, unroll: Unroll, device: &Device) -> MixtureGan {
        let gan = protocol.baseline(self.packing(), device);
        let critic = |gan: MixtureGan| {
            let gan = gan.loss(Wasserstein);
            gan.turns(Turns::critic(5)).updates(Updates::Alternating)
        };
        match self {
            Self::Gan | Self::Pacgan2 | Self::Pacgan3 | Self::Pacgan4 => gan,
            Self::Wgan => critic(gan).constraint(WeightClip(0.01)).optimizers(RmsProp::new(5e-5)),
            Self::WganGp => critic(gan)
                .penalty(GradientPenalty::two_sided(0.1))
                .optimizers(Adam::new(1e-4).betas(0.5, 0.9)),
            Self::Lsgan => gan.loss(LeastSquares::default()),
            Self::Hinge => gan.loss(Hinge),
            Self::Relativistic => gan.loss(RelativisticAverageStandard),
            Self::R1 => gan.loss(NonSaturating).penalty(R1::new(0.1)),
            Self::Unrolled => gan.loss(Minimax).unrolled(unroll),
            // Games of their own: see `small.rs`.
            Self::D2gan | Self::Veegan | Self::Mdgan | Self::Minibatch | Self::Gap | Self::Parallel => gan,
        }
    }
}

impl Protocol {
    /// The protocol with nothing changed but the packing.
    fn baseline(self, packing: usize, device: &Device) -> MixtureGan {
        match self {
            Self::Pacgan => pacgan(packing, device),
            Self::Unrolled => unrolled(packing, device),
            Self::Small => return small::baseline(packing, small::RATE, device),
        }
        .updates(Updates::Simultaneous)
    }
}

/// The networks of PacGAN's synthetic experiments, which are those of ALI's.
fn pacgan(packing: usize, device: &Device) -> MixtureGan {
    let weights = Initializer::Normal { mean: 0.0, std: 0.02 };
    let generator = MlpGeneratorConfig::new(2, 2)
        .with_hidden(vec![400; 4])
        .with_batch_norm(true)
        .with_momentum(0.05)
        .with_initializer(weights.clone())
        .init(device);
    let discriminator = MlpDiscriminatorConfig::new(2 * packing)
        .with_hidden(vec![200; 3])
        .with_maxout(Some(5))
        .with_initializer(weights)
        .init(device);
    Gan::new(Packed::new(generator, packing), discriminator)
        .loss(NonSaturating)
        .optimizers(Adam::new(1e-4).betas(0.8, 0.999))
}

/// The networks of the unrolled GAN's demonstration (which has 7 distinct modes by mistake; here are 8).
fn unrolled(packing: usize, device: &Device) -> MixtureGan {
    let weights = Initializer::Orthogonal { gain: 1.4 };
    let generator = MlpGeneratorConfig::new(256, 2)
        .with_activation(Activation::Tanh)
        .with_initializer(weights.clone())
        .init(device);
    let discriminator = MlpDiscriminatorConfig::new(2 * packing)
        .with_activation(Activation::Tanh)
        .with_initializer(weights)
        .init(device);
    let adam = |rate| Adam::new(rate).betas(0.5, 0.999);
    Gan::new(Packed::new(generator, packing), discriminator)
        .loss(Minimax)
        .generator_optimizer(adam(1e-3))
        .discriminator_optimizer(adam(1e-4))
}
