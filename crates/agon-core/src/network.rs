use burn::module::Module;
use burn::prelude::{Device, Tensor};
use serde_json::Value;

use crate::prior::Prior;
use crate::{Sample, Slope, derivative, random, weights};

/// A network that turns codes into samples.
pub trait Generator: Module + 'static {
    /// What it is fed: codes, or codes with conditions.
    type Input: 'static;
    /// What it makes.
    type Output: Sample;

    /// Makes one sample per code.
    fn generate(&self, input: Self::Input) -> Self::Output;

    /// Where its codes come from, unless the game says otherwise.
    fn prior(&self) -> Box<dyn Prior<Code = Self::Input>>;

    /// The configuration it can be rebuilt from, which checkpoints keep beside the weights.
    ///
    /// `None`: a run with this network can be resumed, but the network cannot be loaded without
    /// building it first.
    fn config(&self) -> Option<Value> {
        None
    }

    /// Makes `n` samples as after training: no gradients, running statistics, seeded codes.
    fn sample(&self, n: usize, seed: u64) -> Self::Output {
        self.sample_from(&*self.prior(), n, seed)
    }

    /// The same with codes from elsewhere than its own prior.
    fn sample_from(&self, prior: &dyn Prior<Code = Self::Input>, n: usize, seed: u64) -> Self::Output {
        let codes = prior.draw(n, &mut random::stream(seed, 0), &plain_device(self));
        self.valid().generate(codes)
    }

    /// A copy whose running statistics are those of its present weights.
    ///
    /// In training they lag behind weights that move, and each batch counts for a moment only. Here `batches` batches
    /// of `batch` codes go through weights that stay, so that batch norm ends at their statistics, weighed by the
    /// layer's own momentum. A network without running statistics comes back as it is. Codes are seeded; dropout draws from
    /// the device.
    ///
    /// # Example
    /// ```
    /// # use agon_core::Generator;
    /// # fn judged<G: Generator>(generator: &G) -> G::Output {
    /// generator.with_standing_statistics(50, 100, 0).sample(2_500, 0)
    /// # }
    /// ```
    ///
    /// # References
    /// Brock, Donahue and Simonyan 2019, "Large scale GAN training for high fidelity natural image synthesis",
    /// arXiv:1809.11096, who name them so. PacGAN's programs move them by 50 batches ahead of every look.
    #[must_use]
    fn with_standing_statistics(&self, batches: usize, batch: usize, seed: u64) -> Self {
        let settled = weights::copy(self);
        let (forward, prior) = (settled.clone().no_grad(), self.prior());
        let device = settled.devices().into_iter().next().unwrap_or_default();
        let mut random = random::stream(seed, 1);
        for _ in 0..batches {
            let _ = forward.generate(prior.draw(batch, &mut random, &device));
        }
        // This also brings the last batch into the statistics.
        let plain = settled.valid();
        if weights::is_on_autodiff(self) { settled } else { plain }
    }
}

/// A network that judges samples: a discriminator, a critic, an energy.
pub trait Discriminator: Module + 'static {
    /// What it judges.
    type Input: Sample;
    /// What it says: raw scores, and perhaps more.
    type Output: Scored;

    /// Judges each member of the batch.
    fn discriminate(&self, input: Self::Input) -> Self::Output;

    /// The derivative of the scores at `at` in the direction `along`, itself differentiable.
    ///
    /// Gradient penalties are built on it. The default is a central difference, which works for any
    /// network; a network whose layers carry tangents overrides it with the exact derivative.
    ///
    /// # Shapes
    /// As the scores: `[batch, scores]`.
    fn derivative(&self, at: &Self::Input, along: &Self::Input) -> Tensor<2> {
        derivative::central_difference(self, at, along)
    }

    /// How the scores change around `at`, which is all that gradient penalties ask for.
    ///
    /// The default goes there and back and then asks for the [`derivative`](Self::derivative). A network which is linear
    /// piece by piece can do with less.
    fn slope(&self, at: &Self::Input) -> Slope<Self::Input> {
        Slope::of(self, at)
    }

    /// The configuration it can be rebuilt from, which checkpoints keep beside the weights.
    fn config(&self) -> Option<Value> {
        None
    }
}

/// A network that finds the codes of samples.
pub trait Encoder: Module + 'static {
    /// What it is fed.
    type Input: Sample;
    /// The codes.
    type Output;

    /// One code per member of the batch.
    fn encode(&self, input: Self::Input) -> Self::Output;

    /// The configuration it can be rebuilt from, which checkpoints keep beside the weights.
    fn config(&self) -> Option<Value> {
        None
    }
}

/// A network that turns samples of one domain into samples of another.
pub trait Translator: Module + 'static {
    /// What it is fed and what it makes.
    type Sample: Sample;

    /// One counterpart per member of the batch.
    fn translate(&self, sample: Self::Sample) -> Self::Sample;

    /// The configuration it can be rebuilt from, which checkpoints keep beside the weights.
    fn config(&self) -> Option<Value> {
        None
    }
}

/// What a discriminator says, reduced to what a loss needs.
pub trait Scored {
    /// Raw scores, `[batch, scores]`: one column for a plain critic, more for one that judges patches or
    /// embeds.
    fn scores(&self) -> Tensor<2>;
}

impl<const D: usize> Scored for Tensor<D> {
    fn scores(&self) -> Tensor<2> {
        let batch = self.dims()[0];
        self.clone().reshape([batch as i64, -1])
    }
}

/// Scores, and whatever else was found in the samples: class logits, codes, features.
impl<A: Scored, B> Scored for (A, B) {
    fn scores(&self) -> Tensor<2> {
        self.0.scores()
    }
}

/// The device a network lives on, without autodiff.
pub(crate) fn plain_device(network: &impl Module) -> Device {
    network.devices().into_iter().next().unwrap_or_default().inner()
}
