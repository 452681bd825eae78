//! What is trained.

use agon::prelude::*;
use clap::ValueEnum;

use crate::games::{self, MixtureGan};
use crate::protocol::{Protocol, Setup};

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
    /// An encoder with noise of its own, a judge of samples and codes
    Ali,
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
    /// The same, its reconstructor learning how sure it is
    VeeganLearned,
    /// An encoder, a judge of the manifold and one of the diffusion
    Mdgan,
    /// The baseline with minibatch discrimination: means over 8 kernels of 4, batches of 128, noise that fades out
    Minibatch,
    /// 4 baselines in parallel which draw new opponents now and then; figures are means over the 4, and of all as one
    Gap,
    /// 4 baselines side by side which never do
    Parallel,
}

impl Method {
    pub fn protocol(self) -> Protocol {
        match self {
            Self::Unrolled => Protocol::Unrolled,
            Self::D2gan
            | Self::Veegan
            | Self::VeeganLearned
            | Self::Mdgan
            | Self::Minibatch
            | Self::Gap
            | Self::Parallel => Protocol::Small,
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

    /// The learning rate of a method that has its own, whatever the protocol.
    pub fn own_rate(self) -> Option<f64> {
        match self {
            Self::Wgan => Some(5e-5),
            Self::WganGp => Some(1e-4),
            _ => None,
        }
    }

    /// The learning rates of generators and their helpers, and of those who judge them: the method's own, else what was
    /// told, else the protocol's.
    pub fn rates(self, protocol: Protocol, told: Option<f64>) -> [f64; 2] {
        let [generators, judges] = protocol.rates();
        match (self, self.own_rate().or(told)) {
            (_, Some(rate)) => [rate; 2],
            // All their players learn as generators do.
            (Self::Veegan | Self::VeeganLearned | Self::Ali | Self::Mdgan, None) => [generators; 2],
            (_, None) => [generators, judges],
        }
    }

    /// Samples in a batch where points are fresh: those of minibatch discrimination are compared two by two.
    pub fn batch(self, protocol: Protocol) -> usize {
        match (self, protocol) {
            (Self::Minibatch, _) => 128,
            (_, Protocol::Veegan) => 500,
            _ => 512,
        }
    }

    /// The games which differ from the plain one by loss, penalty and rules alone.
    pub fn gan(self, unroll: Unroll, setup: &Setup) -> MixtureGan {
        let gan = games::gan(self.packing(), setup);
        let [rate, _] = setup.rates;
        let critic = |gan: MixtureGan| {
            let gan = gan.loss(Wasserstein);
            gan.turns(Turns::critic(5)).updates(Updates::Alternating)
        };
        match self {
            Self::Wgan => critic(gan).constraint(WeightClip(0.01)).optimizers(RmsProp::new(rate)),
            Self::WganGp => critic(gan)
                .penalty(GradientPenalty::two_sided(0.1))
                .optimizers(Adam::new(rate).betas(0.5, 0.9)),
            Self::Lsgan => gan.loss(LeastSquares::default()),
            Self::Hinge => gan.loss(Hinge),
            Self::Relativistic => gan.loss(RelativisticAverageStandard),
            Self::R1 => gan.loss(NonSaturating).penalty(R1::new(0.1)),
            Self::Unrolled => gan.loss(Minimax).unrolled(unroll),
            // The baseline; games of their own are in `games.rs`.
            _ => gan,
        }
    }
}
