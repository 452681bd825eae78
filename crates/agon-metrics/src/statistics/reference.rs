use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{file, npz};
use crate::error::{Error, Result};
use crate::{Moments, Origin, Protocol};

/// How reference statistics were made.
///
/// Statistics compare only with features that were made the same way; the [`hash`](Self::hash) says whether
/// they were.
///
/// # Example
/// ```
/// use agon_metrics::{Protocol, Recipe};
///
/// let protocol = Protocol::new().extracted_by("Inception-V3, pool 2048").prepared_by("bilinear 299x299");
/// let recipe = Recipe::new("CIFAR-10, 50000 training images", protocol);
/// assert_eq!(recipe.hash().len(), 64);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Which samples: the data set, the part of it, how many.
    pub data: String,
    /// How they became features.
    pub protocol: Protocol,
}

impl Recipe {
    /// Of these samples, made into features like this.
    pub fn new(data: impl Into<String>, protocol: Protocol) -> Self {
        Self {
            data: data.into(),
            protocol,
        }
    }

    /// The SHA-256 of all of it, in hexadecimal digits.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        let mut part = |text: &str| {
            // With its length, so that no two recipes run into the same text.
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        };
        part(&self.data);
        for option in [&self.protocol.extractor, &self.protocol.preparation] {
            part(if option.is_some() { "some" } else { "none" });
            part(option.as_deref().unwrap_or_default());
        }
        for (name, value) in &self.protocol.settings {
            part(name);
            part(value);
        }
        hex(&hasher.finalize())
    }
}

/// Mean and covariance of the features of a reference set, and how they were made.
///
/// Saved as safetensors: `mean` and `covariance` in `f64`, with the number of samples, the recipe and its
/// hash, and a hash of the values in the metadata. Loading checks both hashes. The `.npz` statistics of
/// pytorch-fid (`mu`, `sigma`) are read too; they do not say how they were made, nor of how many samples.
///
/// # Example
/// ```
/// use agon_metrics::{FrechetDistance, Metric, Moments, Origin, Protocol, Recipe, ReferenceStatistics};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let mut moments = Moments::new();
/// moments.add(Origin::Real, &Tensor::<2>::from_data([[0.0], [2.0]], &device))?;
/// let recipe = Recipe::new("two points", Protocol::new());
/// let reference = ReferenceStatistics::new(moments, recipe.clone())?;
///
/// let path = std::env::temp_dir().join(format!("reference-{}.safetensors", std::process::id()));
/// reference.save(&path)?;
/// let reference = ReferenceStatistics::load(&path)?.expect(&recipe)?;
/// # std::fs::remove_file(&path).unwrap();
/// let mut metric = FrechetDistance::new().against(&reference);
/// metric.add(Origin::Fake, &Tensor::<2>::from_data([[3.0], [5.0]], &device))?;
/// assert!((metric.compute()?[0].value - 9.0).abs() < 1e-9);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceStatistics {
    moments: Moments,
    recipe: Option<Recipe>,
    name: String,
}

impl ReferenceStatistics {
    /// Of moments, made like this.
    ///
    /// # Errors
    /// If the moments are of less than two samples.
    pub fn new(moments: Moments, recipe: Recipe) -> Result<Self> {
        moments.covariance(Origin::Real)?;
        let name = format!("{} ({})", recipe.data, &recipe.hash()[..12]);
        Ok(Self {
            moments,
            recipe: Some(recipe),
            name,
        })
    }

    /// The moments.
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    /// How they were made, if they say so.
    pub fn recipe(&self) -> Option<&Recipe> {
        self.recipe.as_ref()
    }

    /// What they are called in protocols.
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// The same, if they were made like this.
    ///
    /// # Errors
    /// [`Error::Config`] with both recipes if not.
    pub fn expect(self, recipe: &Recipe) -> Result<Self> {
        if self.recipe.as_ref() == Some(recipe) {
            return Ok(self);
        }
        let describe = |recipe: &Recipe| format!("{}: {} ({})", recipe.data, recipe.protocol, &recipe.hash()[..12]);
        let got = self
            .recipe
            .as_ref()
            .map_or("statistics that do not say".to_owned(), describe);
        Err(Error::config(
            "the recipe of reference statistics",
            describe(recipe),
            got,
        ))
    }

    /// Writes them to a file, which is there whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] with the path; [`Error::Config`] if they do not say how they were made.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let Some(recipe) = &self.recipe else {
            return Err(Error::config("reference statistics that are saved", "a recipe", "none"));
        };
        let width = self.moments.width();
        let mean = bytes(self.moments.mean());
        let covariance = bytes(&self.moments.covariance(Origin::Real)?);
        let metadata = HashMap::from([
            ("format".to_owned(), FORMAT.to_owned()),
            ("count".to_owned(), self.moments.count().to_string()),
            (
                "recipe".to_owned(),
                serde_json::to_string(recipe).map_err(Error::other)?,
            ),
            ("recipe_sha256".to_owned(), recipe.hash()),
            ("values_sha256".to_owned(), digest(&mean, &covariance)),
        ]);
        let view = |shape: Vec<usize>, data| TensorView::new(Dtype::F64, shape, data).map_err(Error::other);
        let tensors = [
            ("covariance", view(vec![width, width], &covariance)?),
            ("mean", view(vec![width], &mean)?),
        ];
        file::write_atomically(path, &serialize(tensors, Some(metadata)).map_err(Error::other)?)
    }

    /// Reads what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::File`] with the path, if it is not such a file, or if its hashes do not fit.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let all = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        let unusable = |got: String| Error::file(path, "reference statistics", got);
        let parsed = SafeTensors::read_metadata(&all).map_err(|error| unusable(error.to_string()))?;
        let metadata = parsed.1.metadata().clone().unwrap_or_default();
        let entry = |key: &str| metadata.get(key).ok_or_else(|| unusable(format!("no `{key}`")));
        if entry("format")? != FORMAT {
            return Err(unusable(format!("the format `{}`", entry("format")?)));
        }
        let tensors = SafeTensors::deserialize(&all).map_err(|error| unusable(error.to_string()))?;
        let tensor = |name: &str| match tensors.tensor(name) {
            Ok(view) if view.dtype() == Dtype::F64 => Ok(view.data().to_vec()),
            Ok(view) => Err(unusable(format!("`{name}` of {:?}, not F64", view.dtype()))),
            Err(error) => Err(unusable(error.to_string())),
        };
        let (mean, covariance) = (tensor("mean")?, tensor("covariance")?);
        if *entry("values_sha256")? != digest(&mean, &covariance) {
            return Err(unusable("values that do not fit their hash".to_owned()));
        }
        let recipe: Recipe = serde_json::from_str(entry("recipe")?).map_err(|error| unusable(error.to_string()))?;
        if *entry("recipe_sha256")? != recipe.hash() {
            return Err(unusable("a recipe that does not fit its hash".to_owned()));
        }
        let count = entry("count")?;
        let count = count.parse().map_err(|_| unusable(format!("the count `{count}`")))?;
        let moments = Moments::from_parts(count, numbers(&mean), &numbers(&covariance))
            .map_err(|error| unusable(error.to_string()))?;
        Self::new(moments, recipe)
    }

    /// Reads the `.npz` statistics of pytorch-fid: `mu` and `sigma`.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::File`] with the path, if it is not such a file.
    pub fn load_npz(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let (mu, sigma) = (npz::read(path, "mu")?, npz::read(path, "sigma")?);
        let width = mu.values.len();
        if sigma.shape != [width, width] {
            let got = format!("`mu` {:?} and `sigma` {:?}", mu.shape, sigma.shape);
            return Err(Error::file(path, "a mean and a square covariance", got));
        }
        let moments = Moments::from_parts(0, mu.values, &sigma.values)
            .map_err(|error| Error::file(path, "a mean and a covariance", error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            moments,
            recipe: None,
            name: name.into_owned(),
        })
    }
}

/// What the metadata of these files says.
const FORMAT: &str = "agon reference statistics 1";

fn bytes(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn numbers(bytes: &[u8]) -> Vec<f64> {
    bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect()
}

fn digest(mean: &[u8], covariance: &[u8]) -> String {
    hex(&Sha256::new().chain_update(mean).chain_update(covariance).finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::PathBuf;

    use super::*;
    use crate::testing::{close, cloud, rows};

    fn scratch(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("agon-metrics-{}-{name}", std::process::id()))
    }

    fn reference() -> ReferenceStatistics {
        let protocol = Protocol::new().extracted_by("a net").with("layer", 3);
        let moments = Moments::of(&rows(&cloud(50, 4, 1, 0.3, 1.0)));
        ReferenceStatistics::new(moments, Recipe::new("noise", protocol)).unwrap()
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let (path, saved) = (scratch("whole.safetensors"), reference());
        saved.save(&path).unwrap();
        let loaded = ReferenceStatistics::load(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(loaded.moments().count(), 50);
        assert_eq!((loaded.recipe(), loaded.name()), (saved.recipe(), saved.name()));
        assert_eq!(loaded.moments().mean(), saved.moments().mean());
        let covariance = |statistics: &ReferenceStatistics| statistics.moments().covariance(Origin::Real).unwrap();
        close(&covariance(&loaded), &covariance(&saved), 1e-14);
    }

    #[test]
    fn another_recipe_is_refused() {
        let other = Recipe::new("noise", Protocol::new().extracted_by("another net"));
        let error = reference().expect(&other).unwrap_err().to_string();
        assert!(
            error.contains("another net") && error.contains("a net, layer 3"),
            "{error}"
        );
        assert_ne!(reference().recipe().unwrap().hash(), other.hash());
    }

    #[test]
    fn a_file_that_was_changed_is_refused() {
        let path = scratch("changed.safetensors");
        reference().save(&path).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 3;
        bytes[last] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let error = ReferenceStatistics::load(&path).unwrap_err().to_string();
        assert!(
            error.contains("values that do not fit their hash") && error.contains("changed"),
            "{error}"
        );
        std::fs::write(&path, b"nonsense").unwrap();
        assert!(matches!(ReferenceStatistics::load(&path), Err(Error::File { .. })));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(ReferenceStatistics::load(&path), Err(Error::Io { .. })));
    }

    #[test]
    fn statistics_of_pytorch_fid_are_read() {
        let path = scratch("fid.npz");
        let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        let plain = zip::write::SimpleFileOptions::default();
        for (name, shape, values) in [
            ("mu.npy", "(2,)", &[1.0, 2.0][..]),
            ("sigma.npy", "(2, 2)", &[2.0, 0.5, 0.5, 3.0]),
        ] {
            archive.start_file(name, plain).unwrap();
            archive.write_all(&npz::tests::npy(shape, values)).unwrap();
        }
        archive.finish().unwrap();
        let statistics = ReferenceStatistics::load_npz(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(
            (statistics.moments().mean(), statistics.moments().count()),
            (&[1.0, 2.0][..], 0)
        );
        let covariance = statistics.moments().covariance(Origin::Real).unwrap();
        assert_eq!(covariance, [2.0, 0.5, 0.5, 3.0]);
        assert!(statistics.recipe().is_none());
        assert!(ReferenceStatistics::load_npz("Cargo.toml").is_err());
    }
}
