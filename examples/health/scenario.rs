//! What can be watched: runs that go well, and runs that go wrong in one way each.

use agon::prelude::*;
use clap::ValueEnum;

/// How training goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// Well
    Healthy,
    /// The generator moves ten times as often as the discriminator, in large steps, and puts all on one card
    Collapse,
    /// The discriminator sees every flaw and learns faster than the generator
    Discriminator,
    /// The discriminator hardly learns
    Blind,
    /// A Wasserstein critic without any bound on its slope
    Divergence,
    /// Plain gradient descent at a rate without measure
    Nan,
}

/// By which method the healthy runs learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// Non-saturating with R1 on the ring; as the quickstart on digits
    Gan,
    /// Wasserstein with gradient penalty, 3 critic turns
    WganGp,
    /// Hinge with spectral norm
    Hinge,
    /// Least squares with R1
    Lsgan,
}

impl Method {
    fn play<G: Generator, D: Discriminator<Input = G::Output>>(self, gan: Gan<G, D>) -> Gan<G, D> {
        match self {
            Self::Gan => gan.penalty(R1::new(0.1)),
            Self::WganGp => gan
                .loss(Wasserstein)
                .penalty(GradientPenalty::two_sided(1.0))
                .turns(Turns::critic(3)),
            Self::Hinge => gan.loss(Hinge).constraint(SpectralNorm::new()),
            Self::Lsgan => gan.loss(LeastSquares::default()).penalty(R1::new(0.1)),
        }
    }
}

/// What is learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum World {
    /// Points on a ring of eight Gaussians, by perceptrons
    Ring,
    /// Drawn digits of 16 by 16 pixels, or the images at --data, by a small DCGAN
    Digits,
}

pub type Points = Gan<MlpGenerator, MlpDiscriminator>;
pub type Images = Gan<DcganGenerator, DcganDiscriminator>;

impl Scenario {
    /// A GAN for the ring.
    pub fn points(self, method: Method, device: &Device) -> Points {
        let gan = Gan::new(
            MlpGeneratorConfig::new(8, 2).with_hidden(vec![64, 64]).init(device),
            MlpDiscriminatorConfig::new(2).with_hidden(vec![64, 64]).init(device),
        )
        .optimizers(adam(1e-3));
        match self {
            Self::Healthy => method.play(gan),
            _ => self.spoil(gan),
        }
    }

    /// A GAN for digits; `rounds` is how long it is to learn.
    pub fn images(self, method: Method, rounds: u64, shape: [usize; 3], device: &Device) -> Result<Images> {
        let gan = Gan::new(
            DcganGeneratorConfig::new(32, shape).with_width(8).try_init(device)?,
            DcganDiscriminatorConfig::new(shape).with_width(8).try_init(device)?,
        );
        Ok(match self {
            // As in the quickstart.
            Self::Healthy if method == Method::Gan => gan
                .loss(LabelSmoothing::one_sided(NonSaturating, 0.9))
                .instance_noise(InstanceNoise::annealed(0.15, 0.03, rounds)),
            Self::Healthy => method
                .play(gan)
                .instance_noise(InstanceNoise::annealed(0.15, 0.03, rounds)),
            _ => self.spoil(gan),
        })
    }

    fn spoil<G: Generator, D: Discriminator<Input = G::Output>>(self, gan: Gan<G, D>) -> Gan<G, D> {
        match self {
            Self::Healthy => gan,
            Self::Collapse => gan
                .turns(Turns::new(1, 10))
                .discriminator_optimizer(adam(1e-4))
                .generator_optimizer(adam(1e-2)),
            Self::Discriminator => gan.discriminator_optimizer(adam(1e-3)).generator_optimizer(adam(1e-6)),
            Self::Blind => gan.discriminator_optimizer(adam(1e-7)).generator_optimizer(adam(1e-3)),
            Self::Divergence => gan.loss(Wasserstein).optimizers(adam(2e-2)),
            // Well until the rate has grown too far.
            Self::Nan => gan
                .loss(Wasserstein)
                .optimizers(Optimizer::from(Sgd::new(30.0)).schedule(Schedule::Warmup {
                    over: 400,
                    then: Box::new(Schedule::Constant),
                })),
        }
    }
}

fn adam(rate: f64) -> Adam {
    Adam::new(rate).betas(0.5, 0.999)
}
