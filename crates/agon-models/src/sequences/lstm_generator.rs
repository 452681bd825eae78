//! A generator that draws sequences token by token.

use agon_core::prior::{Prior, Uniform};
use agon_core::{Error, Generator, Result};
use agon_nn::{LstmPolicy, LstmPolicyConfig};
use burn::config::Config;
use burn::module::Module;
use burn::prelude::{Device, Int, Tensor};
use serde_json::Value;

use crate::built::built;

/// Configuration of an [`LstmGenerator`].
#[derive(Config, Debug)]
pub struct LstmGeneratorConfig {
    /// The model of what comes next.
    pub policy: LstmPolicyConfig,
    /// Tokens in a sequence.
    pub length: usize,
}

impl LstmGeneratorConfig {
    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero, a sequence shorter than two tokens, or the start token is none.
    pub fn try_init(&self, device: &Device) -> Result<LstmGenerator> {
        self.check()?;
        Ok(LstmGenerator {
            policy: self.policy.init(device),
            config: self.clone(),
        })
    }

    fn check(&self) -> Result<()> {
        let LstmPolicyConfig {
            vocabulary,
            embedding,
            hidden,
            start,
            ..
        } = self.policy;
        if embedding == 0 || hidden == 0 {
            let got = format!("embedding {embedding}, hidden {hidden}");
            return Err(Error::config("LSTM policy", "widths above zero", got));
        }
        if start >= vocabulary {
            let expected = format!("one of {vocabulary} tokens");
            return Err(Error::config("start token of an LSTM policy", expected, start));
        }
        if self.length < 2 {
            return Err(Error::config("length of sequences", "at least 2 tokens", self.length));
        }
        Ok(())
    }
}

/// An LSTM that draws sequences token by token.
///
/// Its codes are the numbers from `[0, 1)` which the draws invert the distribution function at, one for each
/// token: so a seed gives the same sequences on every backend, and nothing is read back on the way.
///
/// # Shapes
/// `[batch, length]` to tokens `[batch, length]`.
///
/// # Example
/// ```
/// use agon_core::Generator;
/// use agon_models::LstmGeneratorConfig;
/// use agon_nn::LstmPolicyConfig;
/// use burn::prelude::Device;
///
/// let generator = LstmGeneratorConfig::new(LstmPolicyConfig::new(50), 7).init(&Device::default());
/// assert_eq!(generator.sample(3, 0).dims(), [3, 7]);
/// ```
///
/// # References
/// Yu et al. 2017, arXiv:1609.05473: embedding and hidden state of 32, all parameters from `N(0, 0.1^2)`.
#[derive(Module, Debug)]
pub struct LstmGenerator {
    policy: LstmPolicy,
    #[module(skip)]
    config: LstmGeneratorConfig,
}

impl LstmGenerator {
    /// This policy, for sequences of so many tokens.
    ///
    /// # Errors
    /// As [`LstmGeneratorConfig::try_init`], and where the policy is another than the configuration says.
    pub fn of(policy: LstmPolicy, config: LstmGeneratorConfig) -> Result<Self> {
        config.check()?;
        let ([vocabulary, embedding], said) = (policy.embedding().dims(), &config.policy);
        let found = [vocabulary, embedding, policy.hidden(), policy.start()];
        let expected = [said.vocabulary, said.embedding, said.hidden, said.start];
        if found != expected {
            let name = |[vocabulary, embedding, hidden, start]: [usize; 4]| {
                format!("{vocabulary} tokens as {embedding} numbers, a state of {hidden}, from {start}")
            };
            let (expected, found) = (name(expected), name(found));
            return Err(Error::config("the policy of an LSTM generator", expected, found));
        }
        Ok(Self { policy, config })
    }

    /// The model of what comes next.
    pub fn policy(&self) -> &LstmPolicy {
        &self.policy
    }

    /// Tokens in a sequence.
    pub fn length(&self) -> usize {
        self.config.length
    }

    /// How many different tokens its sequences have, and how many tokens a sequence.
    pub fn sentences(&self) -> [usize; 2] {
        [self.policy.vocabulary(), self.config.length]
    }
}

impl Generator for LstmGenerator {
    type Input = Tensor<2>;
    type Output = Tensor<2, Int>;

    fn generate(&self, codes: Tensor<2>) -> Tensor<2, Int> {
        self.policy.sample(codes)
    }

    fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
        Box::new(Uniform::between(self.config.length, 0.0, 1.0))
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

built!(LstmGeneratorConfig => LstmGenerator);

#[cfg(test)]
mod tests {
    use agon_nn::{LstmCell, TokenSoftmax};
    use burn::nn::Initializer;

    use super::*;

    #[test]
    fn a_policy_of_given_weights_is_what_its_configuration_says() {
        let device = Device::default();
        let initializer = Initializer::Normal { mean: 0.0, std: 1.0 };
        let policy = || {
            let cell = LstmCell::new(5, 3, &initializer, &device);
            let output = TokenSoftmax::from_weights(Tensor::ones([7, 3], &device), Tensor::zeros([7], &device));
            LstmPolicy::of(Tensor::ones([7, 5], &device), cell, output)
        };
        let config = LstmPolicyConfig::new(7).with_embedding(5).with_hidden(3);
        let generator = LstmGenerator::of(policy(), LstmGeneratorConfig::new(config.clone(), 4)).unwrap();
        assert_eq!(generator.sentences(), [7, 4]);
        let other = LstmGeneratorConfig::new(config.with_embedding(6), 4);
        let error = LstmGenerator::of(policy(), other).unwrap_err().to_string();
        assert!(
            error.contains("7 tokens as 6 numbers") && error.contains("got 7 tokens as 5"),
            "{error}"
        );
    }
}
