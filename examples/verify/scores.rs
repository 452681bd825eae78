//! The metrics cases of classifiers, pairs of images and sequences.

use agon::metrics::classifiers::{InceptionScore, ModeScore};
use agon::metrics::images::{Structure, peak_signal_to_noise};
use agon::metrics::sequences::{Bleu, Sentence};
use agon::metrics::{Metric, Origin};
use burn::prelude::Tensor;
use serde_json::Value;

use super::golden::{Errors, Golden, Result, Setting, array, values};
use super::metrics::{Run, samples};

/// Which cases are known, by how their names begin, and how they are run.
pub const CASES: &[(&str, Run)] = &[
    ("inception_score", inception_score),
    ("mode_score_mdgan_order", mode_score_reversed),
    ("mode_score", mode_score),
    ("psnr", psnr),
    ("ssim_gaussian", ssim),
    ("bleu", bleu),
];

fn words(error: agon::metrics::Error) -> String {
    error.to_string()
}

/// `value` over all samples, and `splits_10` for each of ten splits.
fn inception_score(_: &str, case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let probabilities = samples(golden, setting, "probabilities.fake")?;
    let mut compare = |splits: usize, key: &str| {
        let mut score = InceptionScore::new().splits(splits);
        score.add(Origin::Fake, &probabilities).map_err(words)?;
        errors.compare(&score.of_splits().map_err(words)?, &array(case, key)?.values)
    };
    compare(1, "value")?;
    for key in case.as_object().into_iter().flat_map(|case| case.keys()) {
        if let Some(splits) = key.strip_prefix("splits_").and_then(|splits| splits.parse().ok()) {
            compare(splits, key)?;
        }
    }
    Ok(())
}

fn mode_score(_: &str, case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    errors.compare(&mode_scores(golden, setting)?[..1], &array(case, "value")?.values)
}

fn mode_score_reversed(_: &str, case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    errors.compare(&mode_scores(golden, setting)?[1..2], &array(case, "value")?.values)
}

fn mode_scores(golden: &Golden, setting: &Setting) -> Result<Vec<f64>> {
    let mut score = ModeScore::new();
    score
        .add(Origin::Real, &samples(golden, setting, "probabilities.real")?)
        .map_err(words)?;
    score
        .add(Origin::Fake, &samples(golden, setting, "probabilities.fake")?)
        .map_err(words)?;
    Ok(score
        .compute()
        .map_err(words)?
        .iter()
        .map(|figure| figure.value)
        .collect())
}

/// The two images of the file, with values from 0 to 1.
fn images(golden: &Golden, setting: &Setting) -> Result<[Tensor<4>; 2]> {
    let image = |name| -> Result<Tensor<4>> {
        let image = samples(golden, setting, name)?;
        let [height, width] = image.dims();
        Ok(image.reshape([1, 1, height, width]))
    };
    Ok([image("image.a")?, image("image.b")?])
}

fn psnr(_: &str, case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let [a, b] = images(golden, setting)?;
    let found = peak_signal_to_noise(a, b, 1.0).map_err(words)?;
    errors.compare(&values(found)?, &array(case, "value")?.values)
}

fn ssim(_: &str, case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let [a, b] = images(golden, setting)?;
    let found = Structure::new().range(1.0).similarity(a, b).map_err(words)?;
    errors.compare(&values(found)?, &array(case, "value")?.values)
}

/// `bleu2`, `bleu3`, ..: each sentence against all references.
fn bleu(_: &str, case: &Value, golden: &Golden, _: &Setting, errors: &mut Errors) -> Result<()> {
    for key in case.as_object().into_iter().flat_map(|case| case.keys()) {
        let Some(length) = key.strip_prefix("bleu").and_then(|length| length.parse().ok()) else {
            continue;
        };
        let mut bleu = Bleu::new().up_to(&[length]).map_err(words)?;
        bleu.add(Origin::Real, &sentences(golden, "references")?)
            .map_err(words)?;
        bleu.add(Origin::Fake, &sentences(golden, "hypotheses")?)
            .map_err(words)?;
        let found: Vec<f64> = bleu.of_sentences().map_err(words)?.concat();
        errors.compare(&found, &array(case, key)?.values)?;
    }
    Ok(())
}

fn sentences(golden: &Golden, which: &str) -> Result<Vec<Sentence>> {
    let lists = golden
        .json
        .get("sequences")
        .and_then(|all| all.get(which))
        .and_then(Value::as_array);
    let lists = lists.ok_or_else(|| format!("expected `sequences.{which}` in the file, got nothing"))?;
    let token = |token: &Value| token.as_u64().and_then(|token| u32::try_from(token).ok());
    let sentence = |list: &Value| list.as_array()?.iter().map(token).collect::<Option<Sentence>>();
    let all: Option<Vec<Sentence>> = lists.iter().map(sentence).collect();
    all.ok_or_else(|| format!("expected `sequences.{which}` to be lists of whole numbers"))
}
