//! Inception-V3 with weights by a formula: the features of images at every layer that metrics use.

use std::collections::BTreeMap;
use std::path::Path;

use agon::metrics::extractors::{FeatureExtractor, Inception, Weights};
use burn::prelude::Tensor;
use burn::tensor::{DType, TensorData};
use serde_json::Value;

use super::golden::{Array, Case, Errors, Golden, Result, Setting, values};

/// Features of images whose reference values are near zero are measured against this.
const FLOOR: f64 = 1e-3;

/// One case per size of images and layer, with the weights of a file or those of the formula.
pub fn verify(golden: &Golden, setting: &Setting, file: Option<&Path>) -> Result<Vec<Case>> {
    let device = setting.device.clone().inner();
    let weights = match file {
        Some(path) => Weights::load(path).map_err(|error| error.to_string())?,
        None => by_note(&golden.json)?,
    };
    let inception = Inception::in_precision(setting.dtype, weights, &device).map_err(|error| error.to_string())?;
    let mut cases = Vec::new();
    for (name, images) in &golden.tensors {
        let Some(size) = name.strip_prefix("images_") else {
            continue;
        };
        let found = inception
            .extract(pictures(images, setting)?)
            .map_err(|error| error.to_string())?;
        let prefix = format!("features_{size}.");
        let expected = golden
            .tensors
            .iter()
            .filter_map(|(name, array)| Some((name.strip_prefix(&prefix)?, array)));
        for (layer, reference) in expected {
            let error = match found.layer(layer) {
                Some(features) => error_of(features.clone(), reference),
                None => Err(format!("the network has no layer `{layer}`")),
            };
            cases.push(Case {
                name: format!("{size} {layer}"),
                error,
                tolerance: if setting.dtype == DType::F64 { 1e-6 } else { 1e-4 },
            });
        }
    }
    if cases.is_empty() {
        return Err("expected tensors `images_..` and `features_..` in the file, got none".into());
    }
    Ok(cases)
}

fn error_of(found: Tensor<2>, reference: &Array) -> Result<f64> {
    let mut errors = Errors::with_floor(FLOOR);
    errors.compare(&values(found)?, &reference.values)?;
    Ok(errors.largest)
}

/// Bytes as values from -1 to 1.
fn pictures(images: &Array, setting: &Setting) -> Result<Tensor<4>> {
    let shape: [usize; 4] = images
        .shape
        .clone()
        .try_into()
        .map_err(|_| "expected images of rank 4")?;
    let scaled: Vec<f32> = images.values.iter().map(|byte| (byte / 127.5 - 1.0) as f32).collect();
    Ok(Tensor::from_data(
        TensorData::new(scaled, shape),
        &setting.device.clone().inner(),
    ))
}

/// The weights that the file's note describes.
fn by_note(json: &Value) -> Result<Weights> {
    let salt = json
        .get("salt")
        .and_then(Value::as_f64)
        .ok_or("expected a number `salt` in the file")?;
    let shapes = json
        .get("shapes")
        .and_then(Value::as_object)
        .ok_or("expected an object `shapes` in the file")?;
    let shape = |shape: &Value| -> Option<Vec<usize>> {
        shape
            .as_array()?
            .iter()
            .map(|size| Some(size.as_u64()? as usize))
            .collect()
    };
    let mut sorted = BTreeMap::new();
    for (name, value) in shapes {
        let shape = shape(value).ok_or_else(|| format!("expected the shape of `{name}` to be whole numbers"))?;
        sorted.insert(name.clone(), shape);
    }
    let tensor = |(position, (name, shape)): (usize, (String, Vec<usize>))| {
        let values = by_formula(&name, &shape, position, salt);
        (name, shape, values)
    };
    Ok(Weights::from_values(sorted.into_iter().enumerate().map(tensor)))
}

/// Element i of tensor number `position`: `s = sin(12.9898 i + 78.233 (position + 1) + salt)`,
/// `u = 2 frac(43758.5453 s) - 1`, scaled by what the tensor is.
fn by_formula(name: &str, shape: &[usize], position: usize, salt: f64) -> Vec<f32> {
    let fan_in: usize = shape.iter().skip(1).product();
    let scaled = |u: f64| match name {
        name if name.ends_with("running_var") => 1.0 + 0.5 * u,
        name if name.ends_with("running_mean") => 0.1 * u,
        name if name.ends_with("bn.weight") => 1.0 + 0.2 * u,
        name if name.ends_with(".bias") => 0.1 * u,
        _ => u * (6.0 / fan_in as f64).sqrt(),
    };
    let value = |i: usize| {
        let s = (12.9898 * i as f64 + 78.233 * (position + 1) as f64 + salt).sin();
        let product = 43_758.545_3 * s;
        scaled(2.0 * (product - product.floor()) - 1.0) as f32
    };
    (0..shape.iter().product()).map(value).collect()
}
