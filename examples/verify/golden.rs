//! Files of reference values, and how far something is from them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

use burn::prelude::{Device, Tensor};
use burn::tensor::{DType, TensorData};
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

/// What can go wrong is said in words.
pub type Result<T> = std::result::Result<T, String>;

/// Numbers with a shape, as the file has them.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// A file of reference values.
#[derive(Debug)]
pub struct Golden {
    pub json: Value,
    pub tensors: BTreeMap<String, Array>,
}

impl Golden {
    /// Reads the JSON, and the tensors of the same name where there are any.
    pub fn read(path: &Path) -> Result<Self> {
        if !["json", "safetensors"]
            .map(OsStr::new)
            .map(Some)
            .contains(&path.extension())
        {
            return Err(format!("{}: expected a .json or .safetensors file", path.display()));
        }
        let json_path = path.with_extension("json");
        let text = std::fs::read_to_string(&json_path).map_err(|e| format!("{}: {e}", json_path.display()))?;
        let json: Value = serde_json::from_str(&text).map_err(|e| {
            format!(
                "{}: expected a JSON file of reference values, got {e}",
                json_path.display()
            )
        })?;
        let has = |key: &str, is: fn(&Value) -> bool| json.get(key).is_some_and(is);
        let known = has("cases", Value::is_object) || has("steps", Value::is_array) || has("shapes", Value::is_object);
        if !known {
            let path = json_path.display();
            return Err(format!(
                "{path}: expected an object `cases`, an array `steps` or an object `shapes`, got none of them"
            ));
        }
        let tensors_path = path.with_extension("safetensors");
        let tensors = if tensors_path.exists() {
            read_tensors(&tensors_path)?
        } else {
            BTreeMap::new()
        };
        Ok(Self { json, tensors })
    }

    /// The cases, by name, of which there must be some.
    pub fn cases(&self) -> Result<impl Iterator<Item = (&String, &Value)>> {
        let cases = self.json.get("cases").and_then(Value::as_object);
        match cases.filter(|cases| !cases.is_empty()) {
            Some(cases) => Ok(cases.iter()),
            None => Err("expected an object `cases` in the file, got none or an empty one".into()),
        }
    }

    /// A tensor of the file.
    pub fn tensor(&self, name: &str) -> Result<&Array> {
        self.tensors
            .get(name)
            .ok_or_else(|| format!("the file has no tensor `{name}`"))
    }
}

fn read_tensors(path: &Path) -> Result<BTreeMap<String, Array>> {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let file = SafeTensors::deserialize(&bytes)
        .map_err(|e| format!("{}: expected a safetensors file, got {e}", path.display()))?;
    let read = |(name, view): (String, safetensors::tensor::TensorView<'_>)| {
        let values = match view.dtype() {
            Dtype::F64 => view
                .data()
                .as_chunks()
                .0
                .iter()
                .map(|b| f64::from_le_bytes(*b))
                .collect(),
            Dtype::F32 => view
                .data()
                .as_chunks()
                .0
                .iter()
                .map(|b| f64::from(f32::from_le_bytes(*b)))
                .collect(),
            Dtype::I64 => view
                .data()
                .as_chunks()
                .0
                .iter()
                .map(|b| i64::from_le_bytes(*b) as f64)
                .collect(),
            Dtype::U8 => view.data().iter().copied().map(f64::from).collect(),
            other => {
                return Err(format!(
                    "{}: `{name}` is {other:?}, expected F64, F32, I64 or U8",
                    path.display()
                ));
            }
        };
        Ok((
            name,
            Array {
                shape: view.shape().to_vec(),
                values,
            },
        ))
    };
    file.tensors().into_iter().map(read).collect()
}

/// The (nested) numbers under a key.
pub fn array(value: &Value, key: &str) -> Result<Array> {
    let mut found = Array {
        shape: Vec::new(),
        values: Vec::new(),
    };
    let inner = value.get(key).ok_or_else(|| format!("expected `{key}`, got nothing"))?;
    flatten(inner, 0, &mut found).ok_or_else(|| format!("expected `{key}` to be numbers of one shape"))?;
    Ok(found)
}

fn flatten(value: &Value, depth: usize, into: &mut Array) -> Option<()> {
    if let Some(number) = value.as_f64() {
        into.values.push(number);
        return (depth == into.shape.len()).then_some(());
    }
    let items = value.as_array()?;
    match into.shape.get(depth) {
        Some(&length) if length != items.len() => return None,
        Some(_) => {}
        None => into.shape.push(items.len()),
    }
    items.iter().try_for_each(|item| flatten(item, depth + 1, into))
}

/// Where and in which precision to compute.
#[derive(Debug, Clone)]
pub struct Setting {
    pub device: Device,
    pub dtype: DType,
}

impl Setting {
    /// On this device, which must know the precision.
    pub fn new(device: &Device, dtype: DType) -> Result<Self> {
        if !device.supports_dtype(dtype) {
            return Err(format!(
                "the device {device:?} does not compute in {dtype:?}; try --f32"
            ));
        }
        Ok(Self {
            device: device.clone().autodiff(),
            dtype,
        })
    }

    /// The tolerance of what should agree to rounding.
    pub fn tolerance(&self) -> f64 {
        if self.dtype == DType::F64 { 1e-9 } else { 1e-5 }
    }

    /// A tensor of this shape.
    pub fn tensor<const D: usize>(&self, array: &Array) -> Result<Tensor<D>> {
        let shape: [usize; D] = array
            .shape
            .clone()
            .try_into()
            .map_err(|shape| format!("expected an array of rank {D}, got the shape {shape:?}"))?;
        Ok(Tensor::from_data(
            TensorData::new(array.values.clone(), shape),
            (&self.device, self.dtype),
        ))
    }

    /// A matrix of scores: a vector is a column.
    pub fn scores(&self, array: &Array) -> Result<Tensor<2>> {
        match *array.shape {
            [batch] => self.tensor(&Array {
                shape: vec![batch, 1],
                values: array.values.clone(),
            }),
            _ => self.tensor(array),
        }
    }
}

/// All values of a tensor.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f64>> {
    tensor
        .without_autodiff()
        .try_into_vec_as::<f64>()
        .map_err(|e| format!("the device failed: {e:?}"))
}

/// The largest relative error of a case: of each tensor the largest difference over the largest reference
/// value, which counts as at least the floor.
#[derive(Debug)]
pub struct Errors {
    pub largest: f64,
    floor: f64,
}

impl Errors {
    /// Reference tensors that vanish, or nearly, are measured against this floor.
    pub fn with_floor(floor: f64) -> Self {
        Self { largest: 0.0, floor }
    }

    /// Compares one tensor.
    pub fn compare(&mut self, found: &[f64], reference: &[f64]) -> Result<()> {
        if found.len() != reference.len() {
            return Err(format!("expected {} values, got {}", reference.len(), found.len()));
        }
        let size = reference.iter().fold(self.floor, |size, b| size.max(b.abs()));
        for (a, b) in found.iter().zip(reference) {
            let error = (a - b).abs() / size;
            self.largest = if error.is_nan() {
                f64::INFINITY
            } else {
                self.largest.max(error)
            };
        }
        Ok(())
    }
}

/// One case and how it went.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    pub error: Result<f64>,
    pub tolerance: f64,
}

impl Case {
    /// Whether it is within its tolerance.
    pub fn passed(&self) -> bool {
        self.error.as_ref().is_ok_and(|error| *error <= self.tolerance)
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passed() { "ok  " } else { "FAIL" };
        match &self.error {
            Ok(error) => write!(
                f,
                "{verdict} {:<56} {error:.1e} (tolerance {:.0e})",
                self.name, self.tolerance
            ),
            Err(message) => write!(f, "{verdict} {:<56} {message}", self.name),
        }
    }
}
