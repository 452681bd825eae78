use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use burn::store::burn_pack;
use burn::store::{ModuleStore, PytorchStore, SafetensorsStore, bridge};

use crate::{Error, Result};

/// The names under which the published file goes.
const PUBLISHED: [&str; 3] = [
    "pt_inception-2015-12-05-6726825d.pth",
    "weights-inception-2015-12-05-6726825d.pth",
    "inception-2015-12-05.safetensors",
];
/// Where the published file can be had.
const SOURCE: &str =
    "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth";

/// The parameters of [`Inception`](super::Inception) by their names in the published file.
///
/// The published file is `pt_inception-2015-12-05-6726825d.pth` of `pytorch-fid`, the TensorFlow graph of 2015
/// converted; a `.safetensors` file of the same names will do as well. Nothing is downloaded, and weights that
/// are not there are an error, never random.
///
/// # Errors
/// A file that is missing, cannot be read, or lacks a tensor, is named with what should be there.
#[derive(Clone)]
pub struct Weights {
    tensors: BTreeMap<String, burn_pack::Tensor>,
    from: PathBuf,
}

impl Weights {
    /// From a PyTorch file (`.pth`, `.pt`) or a `.safetensors` file.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if !path.is_file() {
            return Err(missing(&path.display().to_string(), &path.display().to_string()));
        }
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        let tensors = match extension {
            "pth" | "pt" => read(PytorchStore::from_file(path).map_indices_contiguous(false)),
            "safetensors" => read(SafetensorsStore::from_file(path)),
            other => Err(format!("a file of the kind `.{other}`")),
        };
        let tensors = tensors.map_err(|got| {
            let expected = "a PyTorch file (.pth) or a .safetensors file of the weights of Inception-V3";
            Error::file(path, expected, got)
        })?;
        Ok(Self {
            tensors,
            from: path.to_owned(),
        })
    }

    /// From the first of the usual folders that has the published file.
    ///
    /// These are `$AGON_CACHE`, else `agon` in the user's cache folder (`$XDG_CACHE_HOME` or `~/.cache`), and
    /// `torch/hub/checkpoints` there, where `pytorch-fid` leaves it.
    pub fn cached() -> Result<Self> {
        let folders = cache_folders();
        let files = folders
            .iter()
            .flat_map(|folder| PUBLISHED.map(|name| folder.join(name)));
        if let Some(path) = files.into_iter().find(|path| path.is_file()) {
            return Self::load(path);
        }
        let put = folders.first().map_or_else(|| PathBuf::from("."), Clone::clone);
        let looked: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        Err(missing(
            &put.join(PUBLISHED[0]).display().to_string(),
            &looked.join(", "),
        ))
    }

    /// From values in memory, by the names and in the shapes of the published file.
    pub fn from_values(values: impl IntoIterator<Item = (String, Vec<usize>, Vec<f32>)>) -> Self {
        let tensor = |(name, shape, values): (String, Vec<usize>, Vec<f32>)| {
            let data = burn::tensor::TensorData::new(values, shape);
            (name.clone(), bridge::from_data(data, name, None))
        };
        Self {
            tensors: values.into_iter().map(tensor).collect(),
            from: PathBuf::from("values in memory"),
        }
    }

    /// Takes the values of a tensor, which must have this shape.
    pub(super) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f64>> {
        let expected = format!("a tensor `{name}` of the shape {shape:?}");
        let Some(tensor) = self.tensors.remove(name) else {
            return Err(Error::file(&self.from, expected, "none of this name"));
        };
        let found: Vec<usize> = tensor.shape.iter().copied().collect();
        if found != shape {
            return Err(Error::file(&self.from, expected, format!("the shape {found:?}")));
        }
        let data = bridge::into_data(tensor).map_err(|error| Error::file(&self.from, &expected, error.to_string()))?;
        let values: Vec<f64> = data.iter::<f64>().collect();
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(Error::file(&self.from, expected, format!("the value {value} in it"))),
            None => Ok(values),
        }
    }
}

impl fmt::Debug for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Weights")
            .field("from", &self.from)
            .field("tensors", &self.tensors.len())
            .finish()
    }
}

fn read<S: ModuleStore<Error: fmt::Display>>(mut store: S) -> Result<BTreeMap<String, burn_pack::Tensor>, String> {
    store.get_all_tensors().cloned().map_err(|error| error.to_string())
}

fn missing(put: &str, looked: &str) -> Error {
    let expected = format!("the weights of Inception-V3: get {SOURCE} (91 MB) and put it at {put}, or give its path");
    Error::file(looked, expected, "no such file")
}

/// The user's cache folders, those of agon first.
fn cache_folders() -> Vec<PathBuf> {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let user = variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
    let own = variable("AGON_CACHE").or_else(|| Some(user.clone()?.join("agon")));
    let torch = user.map(|user| user.join("torch/hub/checkpoints"));
    own.into_iter().chain(torch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by `torch.save` of a dictionary of two tensors, `bn.weight` of `[2]` and `fc.weight` of `[3, 2]`
    /// with the values 0 to 5.
    const SMALL: &[u8] = include_bytes!("small.pth");

    fn small(name: &str, bytes: &[u8]) -> (PathBuf, Result<Weights>) {
        let path = std::env::temp_dir().join(format!("agon-metrics-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        let weights = Weights::load(&path);
        (path, weights)
    }

    #[test]
    fn a_pytorch_file_is_read_as_it_is() {
        let (path, weights) = small("small.pth", SMALL);
        let mut weights = weights.unwrap();
        // Neither transposed nor renamed.
        assert_eq!(
            weights.take("fc.weight", &[3, 2]).unwrap(),
            [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
        );
        assert_eq!(weights.take("bn.weight", &[2]).unwrap(), [0.5, 1.5]);
        let error = weights.take("bn.bias", &[2]).unwrap_err().to_string();
        assert!(error.contains("`bn.bias`") && error.contains("small.pth"), "{error}");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn other_shapes_and_values_are_errors() {
        let mut weights = Weights::from_values([
            ("a".to_owned(), vec![2], vec![1.0, 2.0]),
            ("b".to_owned(), vec![1], vec![f32::NAN]),
        ]);
        let error = weights.take("a", &[3]).unwrap_err().to_string();
        assert!(error.contains("[3]") && error.contains("[2]"), "{error}");
        assert!(weights.take("b", &[1]).unwrap_err().to_string().contains("NaN"));
    }

    #[test]
    fn what_is_missing_is_said_with_what_to_put_where() {
        let error = Weights::load("/nowhere/inception.pth").unwrap_err().to_string();
        assert!(
            error.contains("/nowhere/inception.pth") && error.contains(PUBLISHED[0]),
            "{error}"
        );
        let (path, wrong) = small("wrong.pth", b"no weights");
        let error = wrong.unwrap_err().to_string();
        assert!(error.contains("wrong.pth"), "{error}");
        std::fs::remove_file(path).unwrap();
        let (path, wrong) = small("wrong.onnx", b"no weights");
        assert!(wrong.unwrap_err().to_string().contains(".onnx"));
        std::fs::remove_file(path).unwrap();
    }
}
