//! The model that makes the data.

use agon::core::{random, weights};
use agon::nn::{LstmCell, LstmPolicy, LstmPolicyConfig, TokenSoftmax};
use agon::prelude::*;
use burn::nn::Initializer;

use crate::{LENGTH, Options};

/// The authors' oracle from its file, or one of the same law.
pub fn open(options: &Options, device: &Device) -> Result<LstmGenerator, Box<dyn std::error::Error>> {
    match &options.oracle {
        Some(path) => read(&Arrays::open(path.as_path())?, device),
        None => {
            let initializer = Initializer::Normal { mean: 0.0, std: 1.0 };
            let policy = LstmPolicyConfig::new(options.vocabulary).with_initializer(initializer);
            let oracle = LstmGeneratorConfig::new(policy, LENGTH).try_init(device)?;
            random::with_seeded_device(device, options.common.seed, || weights::initialize(&oracle));
            Ok(oracle)
        }
    }
}

/// `Wi Ui bi` of the input gate, `f` forget, `og` output, `c` candidate; `embedding`; `Wo bo` of the last layer.
fn read(file: &Arrays, device: &Device) -> Result<LstmGenerator, Box<dyn std::error::Error>> {
    let gates = |kind: &str| {
        let parts = ["i", "f", "og", "c"].map(|gate| array::<2>(file, &format!("{kind}{gate}"), device));
        Ok::<_, agon::data::Error>(Tensor::cat(parts.into_iter().collect::<Result<Vec<_>, _>>()?, 1))
    };
    let biases = ["i", "f", "og", "c"].map(|gate| array::<1>(file, &format!("b{gate}"), device));
    let biases = Tensor::cat(biases.into_iter().collect::<Result<Vec<_>, _>>()?, 0);
    let embedding = array::<2>(file, "embedding", device)?;
    let config = LstmPolicyConfig::new(embedding.dims()[0]);
    let output = TokenSoftmax::from_weights(array::<2>(file, "Wo", device)?.transpose(), array(file, "bo", device)?);
    let cell = LstmCell::from_weights(gates("W")?, gates("U")?, biases);
    let policy = LstmPolicy::of(embedding, cell, output);
    Ok(LstmGenerator::of(policy, LstmGeneratorConfig::new(config, LENGTH))?)
}

/// All rows of an array.
fn array<const D: usize>(file: &Arrays, name: &str, device: &Device) -> Result<Tensor<D>, agon::data::Error> {
    let rows = file.get(name)?.rows::<D>()?;
    let all: Vec<u64> = (0..rows.items().unwrap_or_default()).collect();
    rows.gather(&all, 0, device)
}
