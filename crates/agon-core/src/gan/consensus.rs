use burn::module::Module;
use burn::optim::GradientsParams;
use burn::prelude::Tensor;
use rand::RngExt;

use super::Gan;
use crate::{Discriminator, Feed, Generator, Result, Round, Sample, Scored, derivative, random, weights};

/// Gradients for the weights of both players.
struct Joint {
    generator: GradientsParams,
    discriminator: GradientsParams,
}

impl<G: Generator, D: Discriminator<Input = G::Output>> Gan<G, D> {
    /// Both players move at once, along `v + gamma J'v` with `v = (dL_D/dD, dL_G/dG)`: the second term is the
    /// gradient of `gamma |v|^2 / 2`.
    ///
    /// `J'v` is the sum over both players of the gradient (for all weights) of that player's loss, differenced
    /// along its own part of `v`.
    pub(super) fn move_by_consensus(
        &mut self,
        gamma: f64,
        data: &mut Feed<'_, G::Output>,
        round: &mut Round,
    ) -> Result<()> {
        let real = data.next_batch()?;
        let codes = round.random().random();
        let (generator, discriminator) = (self.generator.network().clone(), self.discriminator.network().clone());
        let mut losses = Losses {
            gan: self,
            real: &real,
            codes,
            round,
        };

        let own = losses.own(&generator, &discriminator);
        let pull = losses.pull(&generator, &discriminator, &own);
        let generator_step = weights::sum(&generator, &own.generator, &pull.generator, gamma);
        let discriminator_step = weights::sum(&discriminator, &own.discriminator, &pull.discriminator, gamma);
        drop((generator, discriminator));

        self.discriminator.apply(round, discriminator_step);
        self.generator.apply(round, generator_step);
        Ok(())
    }
}

/// Both players' losses on one batch and one draw of codes, at any weights.
struct Losses<'a, G: Generator, D: Discriminator<Input = G::Output>> {
    gan: &'a mut Gan<G, D>,
    real: &'a G::Output,
    /// The seed of the codes, which are the same at all weights.
    codes: u64,
    round: &'a mut Round,
}

impl<G: Generator, D: Discriminator<Input = G::Output>> Losses<'_, G, D> {
    fn own(&mut self, generator: &G, discriminator: &D) -> Joint {
        Joint {
            generator: self.of_generator(generator, discriminator, true).generator,
            discriminator: self.of_discriminator(generator, discriminator, true).discriminator,
        }
    }

    fn pull(&mut self, generator: &G, discriminator: &D, own: &Joint) -> Joint {
        let along_generator = difference(
            generator,
            &own.generator,
            |moved| self.of_generator(&moved, discriminator, false),
            (generator, discriminator),
        );
        let along_discriminator = difference(
            discriminator,
            &own.discriminator,
            |moved| self.of_discriminator(generator, &moved, false),
            (generator, discriminator),
        );
        Joint {
            generator: weights::sum(
                generator,
                &along_generator.generator,
                &along_discriminator.generator,
                1.0,
            ),
            discriminator: weights::sum(
                discriminator,
                &along_generator.discriminator,
                &along_discriminator.discriminator,
                1.0,
            ),
        }
    }

    fn fake(&mut self, generator: &G) -> G::Output {
        let mut random = random::stream(self.codes, 0);
        let codes = self.gan.prior.draw(self.real.size(), &mut random, self.round.device());
        generator.generate(codes)
    }

    /// All passes of a round see the same random numbers, so that their differences are those of weights.
    fn of_generator(&mut self, generator: &G, discriminator: &D, measured: bool) -> Joint {
        let device = self.round.device().clone();
        random::replayed(&device, || self.generator_joint(generator, discriminator, measured))
    }

    fn of_discriminator(&mut self, generator: &G, discriminator: &D, measured: bool) -> Joint {
        let device = self.round.device().clone();
        random::replayed(&device, || self.discriminator_joint(generator, discriminator, measured))
    }

    fn generator_joint(&mut self, generator: &G, discriminator: &D, measured: bool) -> Joint {
        let fake = self.fake(generator);
        let real = self
            .gan
            .loss
            .generator_needs_real()
            .then(|| scores(discriminator, self.real));
        let loss = self.gan.loss.generator(scores(discriminator, &fake), real);
        if measured {
            self.round.measure("loss/generator", &loss);
        }
        joint(&loss, generator, discriminator)
    }

    fn discriminator_joint(&mut self, generator: &G, discriminator: &D, measured: bool) -> Joint {
        let fake = self.fake(generator);
        let samples = (self.real.rows().detach(), fake.rows().detach());
        let (real_scores, fake_scores) = (scores(discriminator, self.real), scores(discriminator, &fake));
        let seen = (real_scores.clone().inner(), fake_scores.clone().inner());
        let loss = self.gan.loss.discriminator_at(real_scores, fake_scores, samples);
        if measured {
            self.round.measure("loss/discriminator", &loss);
            self.round.measure_spreads(self.real, &fake);
            if let Some(sign) = self.gan.loss.sign_of_real() {
                self.round.measure_scores(&seen.0, &seen.1, sign);
            }
            if !self.round.is_silent() {
                self.gan.loss.advance(seen.0, seen.1);
            }
        }
        joint(&loss, generator, discriminator)
    }
}

fn scores<D: Discriminator>(discriminator: &D, samples: &D::Input) -> Tensor<2> {
    discriminator.discriminate(samples.clone()).scores()
}

fn joint(loss: &Tensor<1>, generator: &impl Module, discriminator: &impl Module) -> Joint {
    let mut gradients = loss.backward();
    Joint {
        generator: GradientsParams::from_module(&mut gradients, generator),
        discriminator: GradientsParams::from_module(&mut gradients, discriminator),
    }
}

/// The derivative of `gradients` as the weights of `network` move along `direction`.
fn difference<M: Module, G: Module, D: Module>(
    network: &M,
    direction: &GradientsParams,
    mut gradients: impl FnMut(M) -> Joint,
    (generator, discriminator): (&G, &D),
) -> Joint {
    let Some(step) = derivative::weight_step(network, direction) else {
        return Joint {
            generator: GradientsParams::new(),
            discriminator: GradientsParams::new(),
        };
    };
    let shift = weights::times(network, weights::scaled(network, direction, 1.0), &step);
    let above = gradients(weights::shifted(network.clone(), &shift, 1.0));
    let below = gradients(weights::shifted(network.clone(), &shift, -1.0));
    let per_step = (step * 2.0).recip();
    Joint {
        generator: slope(generator, &above.generator, &below.generator, &per_step),
        discriminator: slope(discriminator, &above.discriminator, &below.discriminator, &per_step),
    }
}

fn slope(
    network: &impl Module,
    above: &GradientsParams,
    below: &GradientsParams,
    per_step: &Tensor<1>,
) -> GradientsParams {
    weights::times(network, weights::sum(network, above, below, -1.0), per_step)
}
