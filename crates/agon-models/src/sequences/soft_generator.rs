//! The generator of the Gumbel-softmax GAN: choices of tokens are soft, so that gradients pass through them.

use agon_core::prior::{Gumbel, Normal, Prior, Product};
use agon_core::{Error, Generator, Result, one_hot};
use agon_nn::{Activation, Linear, LstmPolicy, LstmPolicyConfig, LstmState, linear};
use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::prelude::{Device, Int, Tensor};
use burn::tensor::activation::{log_softmax, softmax};
use serde_json::Value;

use crate::built::built;

/// Configuration of a [`SoftGenerator`].
#[derive(Config, Debug)]
pub struct SoftGeneratorConfig {
    /// How many different tokens there are.
    pub vocabulary: usize,
    /// Tokens in a sequence.
    pub length: usize,
    /// Numbers in the code that the state begins from.
    #[config(default = 32)]
    pub latent: usize,
    /// Numbers in the hidden state, and in the vector of a token.
    #[config(default = 32)]
    pub hidden: usize,
    /// Adds Gumbel noise: tokens are drawn then. Otherwise the code decides them all.
    #[config(default = true)]
    pub gumbel: bool,
    /// Says whole tokens, while gradients pass as if they were soft.
    #[config(default = false)]
    pub straight_through: bool,
    /// How soft the choice of a token is at the beginning of training.
    #[config(default = 5.0)]
    pub temperature: f64,
    /// Where weights come from.
    #[config(default = "Initializer::Normal { mean: 0.0, std: 0.2 }")]
    pub initializer: Initializer,
}

impl SoftGeneratorConfig {
    /// TextGAN's: no noise, and a choice a hundred times as sharp as the softmax.
    pub fn text_gan(vocabulary: usize, length: usize) -> Self {
        Self::new(vocabulary, length).with_gumbel(false).with_temperature(0.01)
    }

    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero or the temperature not above zero.
    pub fn try_init(&self, device: &Device) -> Result<SoftGenerator> {
        let sizes = [self.vocabulary, self.length, self.latent, self.hidden];
        if sizes.contains(&0) {
            let what = "vocabulary, length, latent and hidden of a soft generator";
            return Err(Error::config(what, "numbers above zero", format!("{sizes:?}")));
        }
        if !(self.temperature > 0.0 && self.temperature.is_finite()) {
            return Err(Error::config("temperature", "a number above zero", self.temperature));
        }
        let policy = LstmPolicyConfig::new(self.vocabulary)
            .with_embedding(self.hidden)
            .with_hidden(self.hidden)
            .with_initializer(self.initializer.clone());
        let temperature = Tensor::from_data([self.temperature], device);
        Ok(SoftGenerator {
            begin: linear([self.latent, 2 * self.hidden], true, &self.initializer, device),
            policy: policy.init(device),
            temperature: Param::from_tensor(temperature).set_require_grad(false),
            config: self.clone(),
        })
    }
}

/// An LSTM whose choice of a token is soft, so that gradients pass through it.
///
/// ```text
/// y_t = softmax((h_t V + b + g_t) / tau),    h_(t + 1) = LSTM(y_t E, h_t),    (h_0, c_0) = tanh(z A + a)
/// ```
///
/// `z`: normal noise; `g`: Gumbel noise, with which the largest entry of `y_t` is a draw from the softmax whatever
/// `tau`, or none; `tau`: the temperature: the lower, the nearer to whole tokens, and the worse the gradients. It is
/// part of the checkpoint; [`Cooling`](super::Cooling) lowers it. A judge tells soft choices from the whole tokens of real sequences at
/// once: with [`straight_through`](SoftGeneratorConfig::straight_through) `y_t` is the most likely token, with the
/// gradient of the soft choice. In the figure: an LSTM unrolled from left to right, Gumbel noise falling on each of its
/// choices, and each soft choice going into the next step.
///
/// # Shapes
/// Codes `[batch, latent]`, with noise `[batch, latent + length * vocabulary]`; sequences `[batch, length,
/// vocabulary]`, whose last dimension sums to one.
///
/// # Example
/// ```
/// use agon_core::Generator;
/// use agon_models::SoftGeneratorConfig;
/// use burn::prelude::Device;
///
/// let generator = SoftGeneratorConfig::new(6, 12).init(&Device::default());
/// assert_eq!(generator.tokens(4, 0).dims(), [4, 12]);
/// ```
/// The Gumbel-softmax GAN, which cools to 1 in 20,000 updates:
/// ```
/// use agon_core::Gan;
/// use agon_models::{Cooling, LstmDiscriminatorConfig, SoftGeneratorConfig};
/// use burn::prelude::Device;
///
/// let device = Device::default().autodiff();
/// let generator = SoftGeneratorConfig::new(6, 12).init(&device);
/// let gan = Gan::new(generator, LstmDiscriminatorConfig::new(6).init(&device))
///     .generator_constraint(Cooling::over(20_000, 1.0));
/// ```
///
/// # References
/// Kusner and Hernandez-Lobato 2016, "GANs for sequences of discrete elements with the Gumbel-softmax distribution",
/// arXiv:1611.04051; without noise Zhang et al. 2017, arXiv:1706.03850; straight through: Jang, Gu and Poole 2017,
/// "Categorical reparameterization with Gumbel-softmax", arXiv:1611.01144. The paper of the GAN lowers
/// `tau` from 5 to 1. The next step reads the soft choice itself here, and noise falls when samples are drawn as well,
/// since with it the most likely token is a draw. Published implementations differ in both: RelGAN's, and its port in
/// TextGAN-PyTorch, read the embedding of the most likely token, through which no gradient passes, and multiply by a
/// growing inverse temperature where this divides by a falling one.
#[doc(alias = "Gumbel-softmax")]
#[derive(Module, Debug)]
pub struct SoftGenerator {
    begin: Linear,
    policy: LstmPolicy,
    pub(super) temperature: Param<Tensor<1>>,
    #[module(skip)]
    pub(super) config: SoftGeneratorConfig,
}

impl SoftGenerator {
    /// How many different tokens its sequences have, and how many tokens a sequence.
    pub fn sentences(&self) -> [usize; 2] {
        [self.config.vocabulary, self.config.length]
    }

    /// `n` sequences of whole tokens from seeded codes: at each place the most likely one.
    ///
    /// # Shapes
    /// `[n, length]`
    pub fn tokens(&self, n: usize, seed: u64) -> Tensor<2, Int> {
        self.sample(n, seed).argmax(2).squeeze_dim(2)
    }

    /// Numbers in the code that the state begins from.
    pub fn latent(&self) -> usize {
        self.config.latent
    }

    /// How soft the choice of a token is now.
    pub fn temperature(&self) -> Tensor<1> {
        self.temperature.val().inner()
    }

    /// `- mean over tokens of log p(token | tokens before, code)`, with its gradient: what training beforehand lowers.
    ///
    /// # Shapes
    /// Codes without noise, `[batch, latent]`, and sequences `[batch, length, vocabulary]`, as long as its own.
    ///
    /// # Panics
    /// If sequences have another length or vocabulary.
    pub fn nll(&self, codes: Tensor<2>, sequences: Tensor<3>) -> Tensor<1> {
        let mut logs = Vec::with_capacity(self.config.length);
        let [batch, length, _] = sequences.dims();
        self.unroll(codes, |place, logits| {
            logs.push(log_softmax(logits, 1));
            sequences.clone().narrow(1, place, 1).squeeze_dim(1)
        });
        (Tensor::stack::<3>(logs, 1) * sequences).sum() / -((batch * length) as f64)
    }

    /// The state before anything is said.
    fn begin(&self, codes: Tensor<2>) -> LstmState {
        let (begin, hidden) = (Activation::Tanh.forward(self.begin.forward(codes)), self.config.hidden);
        LstmState {
            hidden: begin.clone().narrow(1, 0, hidden),
            cell: begin.narrow(1, hidden, hidden),
        }
    }

    /// Asks at each place for what is said, given the logits, and reads it.
    fn unroll(&self, codes: Tensor<2>, mut say: impl FnMut(usize, Tensor<2>) -> Tensor<2>) {
        let table = self.policy.table();
        let start = table.clone().narrow(0, self.policy.start(), 1);
        let mut read = start.repeat_dim(0, codes.dims()[0]);
        let mut state = self.begin(codes);
        for place in 0..self.config.length {
            state = self.policy.step(read, state);
            let logits = self.policy.output().logits(state.hidden.clone());
            read = say(place, logits).matmul(table.clone());
        }
    }
}

/// The most likely token, with the gradient of the soft choice.
fn whole(soft: Tensor<2>) -> Tensor<2> {
    // The first of equals.
    let token = one_hot(soft.clone().argmax(1).squeeze_dim(1), soft.dims()[1]).cast(soft.dtype());
    soft.clone() + (token - soft).detach()
}

impl Generator for SoftGenerator {
    type Input = Tensor<2>;
    type Output = Tensor<3>;

    fn generate(&self, codes: Tensor<2>) -> Tensor<3> {
        let SoftGeneratorConfig {
            vocabulary,
            latent,
            gumbel,
            straight_through,
            ..
        } = self.config;
        let sharpness = self.temperature.val().recip().unsqueeze();
        let mut sequence = Vec::with_capacity(self.config.length);
        self.unroll(codes.clone().narrow(1, 0, latent), |place, mut logits| {
            if gumbel {
                logits = logits + codes.clone().narrow(1, latent + place * vocabulary, vocabulary);
            }
            let soft = softmax(logits * sharpness.clone(), 1);
            let said = if straight_through { whole(soft) } else { soft };
            sequence.push(said.clone());
            said
        });
        Tensor::stack(sequence, 1)
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        let normal = Normal::new(self.config.latent);
        if !self.config.gumbel {
            return Box::new(normal);
        }
        let noise = Gumbel::new(self.config.length * self.config.vocabulary);
        Box::new(Product::of(normal).and(noise))
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(SoftGeneratorConfig => SoftGenerator);

#[cfg(test)]
mod tests {
    use agon_core::random;
    use burn::tensor::Tolerance;

    use super::*;

    #[test]
    fn the_choice_sums_to_one_and_sharpens() {
        let device = Device::default();
        let warm = SoftGeneratorConfig::new(6, 4).init(&device);
        let soft = warm.sample(8, 3);
        let sums = soft.clone().sum_dim(2);
        sums.clone()
            .into_data()
            .assert_approx_eq::<f32>(&sums.ones_like().into_data(), Tolerance::absolute(1e-5));
        let mut sharp = warm;
        sharp.temperature = sharp.temperature.map(|temperature| temperature.full_like(0.01));
        let sharp = sharp.sample(8, 3);
        let top = |soft: Tensor<3>| soft.max_dim(2).mean().into_scalar::<f32>();
        assert!(top(soft) < 0.7 && top(sharp) > 0.95);
    }

    #[test]
    fn likelihoods_of_all_sentences_sum_to_one() {
        let device = Device::default();
        let generator = SoftGeneratorConfig::text_gan(2, 3).init(&device);
        let code = Tensor::<2>::ones([1, 32], &device);
        let sum: f64 = (0..8)
            .map(|sentence| {
                let tokens = [0, 1, 2].map(|place| (sentence >> place) & 1);
                let sequence = Tensor::<1, Int>::from_data(tokens, &device).one_hot::<2>(2).float();
                let nll: f64 = generator.nll(code.clone(), sequence.unsqueeze()).into_scalar();
                (-3.0 * nll).exp()
            })
            .sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
    }

    #[test]
    fn of_tokens_that_are_as_likely_one_is_said() {
        let equals = Tensor::<2>::from_data([[0.25, 0.5, 0.5], [1.0, 1.0, 1.0]], &Device::default());
        let said: Vec<f32> = whole(equals).try_into_vec_as().unwrap();
        assert_eq!(said, [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn whole_tokens_have_the_gradient_of_soft_ones() {
        let device = Device::default().autodiff();
        let soft = SoftGeneratorConfig::new(5, 1).with_temperature(0.7).init(&device);
        let mut whole = soft.clone();
        whole.config.straight_through = true;
        let codes = soft.prior().draw(6, &mut random::stream(1, 0), &device);
        let weights = random::normal([6, 1, 5], &mut random::stream(2, 0), &device);
        let look = |generator: &SoftGenerator| {
            let said = generator.generate(codes.clone());
            let gradients = (said.clone() * weights.clone()).sum().backward();
            let gradient = generator.begin.weight.grad(&gradients).unwrap();
            (said.inner(), gradient)
        };
        let ((said, known), (_, expected)) = (look(&whole), look(&soft));
        let error: f32 = (known - expected.clone()).abs().max().into_scalar();
        let size: f32 = expected.abs().max().into_scalar();
        assert!(size > 1e-3 && error < 1e-6 * size, "{error} of {size}");
        let off: f32 = (said.clone() * (said.clone() - 1.0)).abs().max().into_scalar();
        let sums: f32 = (said.sum_dim(2) - 1.0).abs().max().into_scalar();
        assert!(off < 1e-6 && sums < 1e-6, "{off} {sums}");
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        let device = Device::default();
        assert!(SoftGeneratorConfig::new(0, 4).try_init(&device).is_err());
        assert!(
            SoftGeneratorConfig::new(6, 4)
                .with_temperature(0.0)
                .try_init(&device)
                .is_err()
        );
    }
}
