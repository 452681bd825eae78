use burn::module::Module;
use burn::optim::GradientsParams;
use burn::prelude::Tensor;
use rand::RngExt;

use super::Gan;
use crate::derivative::Buffers;
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
        // Running statistics and power iterations are the same in all these passes, and know nothing of them.
        let buffers = (Buffers::of(generator), Buffers::of(discriminator));
        let put_back = |joint| {
            buffers.0.put_back();
            buffers.1.put_back();
            joint
        };
        let along_generator = difference(
            generator,
            &own.generator,
            |moved| put_back(self.of_generator(&moved, discriminator, false)),
            (generator, discriminator),
        );
        let along_discriminator = difference(
            discriminator,
            &own.discriminator,
            |moved| put_back(self.of_discriminator(generator, &moved, false)),
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
            .contest
            .loss
            .generator_needs_real()
            .then(|| scores(discriminator, self.real));
        let loss = self.gan.contest.loss.generator(scores(discriminator, &fake), real);
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
        let loss = self
            .gan
            .contest
            .loss
            .discriminator_at(real_scores, fake_scores, samples);
        if measured {
            self.round.measure("loss/discriminator", &loss);
            self.round.measure_spreads(self.real, &fake);
            if let Some(sign) = self.gan.contest.loss.sign_of_real() {
                self.round.measure_scores(&seen.0, &seen.1, sign);
            }
            if !self.round.is_silent() {
                self.gan.contest.loss.advance(seen.0, seen.1);
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

#[cfg(test)]
mod tests {
    use burn::module::{Param, RunningState};
    use burn::prelude::Device;

    use super::*;
    use crate::prior::{Normal, Prior};
    use crate::{Budget, Game, Repeat, Sgd, Trainer, Updates};

    #[derive(Module, Debug)]
    struct Place {
        place: Param<Tensor<2>>,
    }

    impl Generator for Place {
        type Input = Tensor<2>;
        type Output = Tensor<2>;

        fn generate(&self, codes: Tensor<2>) -> Tensor<2> {
            self.place.val() + codes * 0.0
        }

        fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
            Box::new(Normal::new(1))
        }
    }

    /// `c w x`, where every pass makes `c` a tenth greater, as a power iteration might.
    #[derive(Module, Debug)]
    struct Drifting {
        weight: Param<Tensor<2>>,
        factor: RunningState<Tensor<1>>,
    }

    impl Discriminator for Drifting {
        type Input = Tensor<2>;
        type Output = Tensor<2>;

        fn discriminate(&self, points: Tensor<2>) -> Tensor<2> {
            let factor = self.factor.value_sync();
            self.factor.update(factor.clone() * 1.1);
            points.matmul(self.weight.val()) * Tensor::from_inner(factor.inner()).unsqueeze()
        }
    }

    /// Scores themselves: `D: E f - E r`, `G: -E f`.
    #[derive(Debug)]
    struct Plain;

    impl crate::AdversarialLoss for Plain {
        fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
            fake.mean() - real.mean()
        }

        fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
            -fake.mean()
        }
    }

    #[test]
    fn differenced_passes_begin_alike_and_leave_no_trace() {
        let device = Device::default().autodiff();
        let number = |value: f32| Param::from_tensor(Tensor::from_floats([[value]], &device));
        let critic = Drifting {
            weight: number(2.0),
            factor: RunningState::new(Tensor::ones([1], &device.clone().inner())),
        };
        let gan = Gan::new(Place { place: number(0.5) }, critic)
            .loss(Plain)
            .updates(Updates::Consensus { gamma: 1.0 })
            .optimizers(Sgd::new(1.0));
        let mut trainer = Trainer::new(gan);
        let data = Repeat(Tensor::<2>::zeros([1, 1], &device));
        trainer.run(data, Budget::steps(1)).unwrap();
        let gan = trainer.into_game();
        // One pass for the generator, one for real and one for generated samples; no more are counted.
        let factor: f32 = gan.discriminator().factor.value_sync().into_scalar();
        assert!((factor - 1.1f32.powi(3)).abs() < 1e-5, "{factor}");
        // With c_n after n passes, v = (-c_0 w, c_2 p); the others all begin at c_3, and the second of
        // them judges generated samples.
        let [c2, c3, c4] = [2, 3, 4].map(|passes| 1.1f32.powi(passes));
        let weight: f32 = gan.discriminator().weight.val().into_scalar();
        let place: f32 = gan.generator().place.val().into_scalar();
        let expected = (2.0 - c2 * 0.5 - c3 * 2.0, 0.5 + 2.0 - c4 * c2 * 0.5);
        assert!((weight - expected.0).abs() < 1e-2, "{weight} {expected:?}");
        assert!((place - expected.1).abs() < 1e-2, "{place} {expected:?}");
    }
}
