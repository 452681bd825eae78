//! Metrics of samples: distances, coverage, likelihood, classifiers, pairs of images, sequences.

use agon::metrics::{
    Comparison, FrechetDistance, KernelDistance, Metric, NearestNeighbourTest, Neighbourhoods, Origin, ParzenWindow,
};
use burn::prelude::Tensor;
use serde_json::Value;

use super::golden::{Case, Errors, Golden, Result, Setting, array};

/// Values that are nearly nothing are measured against this.
const FLOOR: f64 = 1e-3;

/// One case: its name, what the file says of it, the file, where to compute, and what it found.
pub type Run = fn(&str, &Value, &Golden, &Setting, &mut Errors) -> Result<()>;

/// Which cases are known, by how their names begin, and how they are run.
const CASES: &[(&str, Run)] = &[
    ("frechet_distance_singular", frechet_singular),
    ("frechet_distance", frechet),
    ("kernel_distance_unbiased", kernel),
    ("prdc_k", neighbourhoods),
    ("one_nearest_neighbour_accuracy", nearest_neighbour),
    ("parzen_log_likelihood_sigma_", parzen),
];

/// Runs every case.
pub fn verify(golden: &Golden, setting: &Setting) -> Result<Vec<Case>> {
    let run = |(name, case): (&String, &Value)| Case {
        name: name.clone(),
        error: error_of(name, case, golden, setting),
        tolerance: tolerance(name, setting),
    };
    Ok(golden.cases()?.map(run).collect())
}

/// The root of what should vanish, in a singular covariance, is the root of rounding.
fn tolerance(name: &str, setting: &Setting) -> f64 {
    if name.contains("singular") {
        setting.tolerance().max(1e-7)
    } else {
        setting.tolerance()
    }
}

fn error_of(name: &str, case: &Value, golden: &Golden, setting: &Setting) -> Result<f64> {
    let (_, run) = CASES
        .iter()
        .chain(super::scores::CASES)
        .find(|(begin, _)| name.starts_with(begin))
        .ok_or("no metric of this name is known")?;
    let mut errors = Errors::with_floor(FLOOR);
    run(name, case, golden, setting, &mut errors)?;
    Ok(errors.largest)
}

/// A matrix of the file, on the plain device.
pub fn samples(golden: &Golden, setting: &Setting, name: &str) -> Result<Tensor<2>> {
    Ok(setting.tensor::<2>(golden.tensor(name)?)?.inner())
}

/// The number that follows the beginning of a name.
fn parameter<T: std::str::FromStr>(name: &str, begin: &str) -> Result<T> {
    name.strip_prefix(begin)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| format!("expected a number after `{begin}`"))
}

/// The figures of a metric, by what they are called in the file, against what stands there.
fn figures<M: Metric<Batch = Tensor<2>>>(
    mut metric: M,
    [real, fake]: [Tensor<2>; 2],
    names: &[&str],
    case: &Value,
    errors: &mut Errors,
) -> Result<()> {
    let words = |error: agon::metrics::Error| error.to_string();
    metric.add(Origin::Real, &real).map_err(words)?;
    metric.add(Origin::Fake, &fake).map_err(words)?;
    let found = metric.compute().map_err(words)?;
    for (key, figure) in names.iter().zip(&found) {
        errors.compare(&[figure.value], &array(case, key)?.values)?;
    }
    Ok(())
}

fn features(golden: &Golden, setting: &Setting) -> Result<[Tensor<2>; 2]> {
    Ok([
        samples(golden, setting, "features.real")?,
        samples(golden, setting, "features.fake")?,
    ])
}

/// As many of each: the first ones.
fn equally_many([real, fake]: [Tensor<2>; 2]) -> [Tensor<2>; 2] {
    let n = real.dims()[0].min(fake.dims()[0]);
    [real.narrow(0, 0, n), fake.narrow(0, 0, n)]
}

fn frechet(_: &str, case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let features = features(golden, setting)?;
    figures(FrechetDistance::new(), features, &["value"], case, errors)
}

fn frechet_singular(_: &str, case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let features = [
        samples(golden, setting, "features_singular.real")?,
        samples(golden, setting, "features_singular.fake")?,
    ];
    figures(FrechetDistance::new(), features, &["value"], case, errors)
}

fn kernel(_: &str, case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let features = equally_many(features(golden, setting)?);
    figures(KernelDistance::new().collect(), features, &["value"], case, errors)
}

fn neighbourhoods(name: &str, case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let metric = Neighbourhoods::new(parameter(name, "prdc_k")?).collect();
    let names = ["precision", "recall", "density", "coverage"];
    figures(metric, features(golden, setting)?, &names, case, errors)
}

fn nearest_neighbour(_: &str, case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let features = equally_many(features(golden, setting)?);
    let metric = NearestNeighbourTest::new().collect();
    figures(metric, features, &["overall", "real", "fake"], case, errors)
}

fn parzen(name: &str, case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let [real, fake] = features(golden, setting)?;
    let first = measured(case).unwrap_or(50).min(real.dims()[0]);
    let mut metric = ParzenWindow::of_bandwidth(parameter(name, "parzen_log_likelihood_sigma_")?);
    let words = |error: agon::metrics::Error| error.to_string();
    metric.add(Origin::Real, &real.narrow(0, 0, first)).map_err(words)?;
    metric.add(Origin::Fake, &fake).map_err(words)?;
    let figures = metric.compute().map_err(words)?;
    let spread = figures[0].spread.ok_or("the figure has no spread")?;
    errors.compare(&[figures[0].value], &array(case, "mean")?.values)?;
    errors.compare(
        &[spread / (first as f64).sqrt()],
        &array(case, "standard_error")?.values,
    )
}

/// How many real samples the note says were measured: `mean over first 50 real`.
fn measured(case: &Value) -> Option<usize> {
    let (_, after) = case.get("note")?.as_str()?.split_once("first ")?;
    after.split_whitespace().next()?.parse().ok()
}
