use std::path::Path;

use burn::module::Module;
use burn::prelude::Device;
use burn::store::ModuleRecord;
use serde::de::DeserializeOwned;

use super::{Entry, Manifest, Reader};
use crate::{Error, Result, player::short_type_name};

/// A network that can be built from its configuration alone, and so be loaded from a checkpoint without the
/// program that trained it.
///
/// # Example
/// ```ignore
/// let generator = DcganGenerator::load("out/checkpoints/latest", &device)?;
/// let images = generator.sample(64, 7);
/// ```
///
/// A generator samples from its own prior. One that was trained with another ([`Gan::prior`](crate::Gan::prior)) wants the
/// same again, by [`Generator::sample_from`](crate::Generator::sample_from);
/// [`Manifest::description`](super::Manifest::description) says which that was.
pub trait Loadable: Module + 'static {
    /// The configuration, as the network's `config` gives it.
    type Config: DeserializeOwned;

    /// Builds the network.
    fn from_config(config: &Self::Config, device: &Device) -> Result<Self>;

    /// The network of this type in a checkpoint, with averaged weights if the run kept an average.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if there is no checkpoint, none or several networks of this type that can be built, a file
    /// that is truncated or damaged, or a format from a newer version.
    fn load(checkpoint: impl AsRef<Path>, device: &Device) -> Result<Self> {
        Checkpoint::open(checkpoint)?.only(device)
    }
}

/// A checkpoint, to look into and to load networks from.
#[derive(Debug)]
pub struct Checkpoint(Reader);

impl Checkpoint {
    /// Opens a checkpoint directory, or `latest` or `best` in a directory of checkpoints.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Reader::open(path).map(Self)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        self.0.manifest()
    }

    /// The network of the player with this name.
    ///
    /// # Errors
    /// As [`Loadable::load`].
    pub fn network<N: Loadable>(&self, player: &str, device: &Device) -> Result<N> {
        self.build(self.0.entry(player)?, device)
    }

    /// The network of this type, if there is exactly one that can be built: helpers of a game have no configuration.
    fn only<N: Loadable>(&self, device: &Device) -> Result<N> {
        let wanted = short_type_name::<N>();
        let entries = &self.manifest().players;
        let mut fitting: Vec<_> = entries.iter().filter(|entry| entry.network == wanted).collect();
        if fitting.iter().any(|entry| entry.config.is_some()) {
            fitting.retain(|entry| entry.config.is_some());
        }
        match fitting[..] {
            [entry] => self.build(entry, device),
            [_, ..] => {
                let got = "several: name the player, with `Checkpoint::network`";
                Err(Error::checkpoint(self.path(), format!("one `{wanted}`"), got))
            }
            [] => Err(Error::checkpoint(self.path(), format!("a `{wanted}`"), listed(entries))),
        }
    }

    fn build<N: Loadable>(&self, entry: &Entry, device: &Device) -> Result<N> {
        let wanted = short_type_name::<N>();
        if entry.network != wanted {
            let got = format!("a `{}`", entry.network);
            return Err(Error::checkpoint(
                self.path(),
                format!("`{}` to be a `{wanted}`", entry.name),
                got,
            ));
        }
        let config = entry
            .config
            .clone()
            .ok_or_else(|| Error::checkpoint(self.path(), format!("the configuration of `{}`", entry.name), "none"))?;
        let config = serde_json::from_value(config)
            .map_err(|error| Error::checkpoint(self.path(), format!("a configuration of `{wanted}`"), error))?;
        let file = format!("{}.network.bpk", entry.name);
        let network = N::from_config(&config, device)?;
        self.0.parse(&file, format!("weights of `{wanted}`"), |bytes| {
            network.try_load_record(ModuleRecord::from_bytes(bytes)?)
        })
    }
}

fn listed(entries: &[Entry]) -> String {
    let names: Vec<_> = entries
        .iter()
        .map(|entry| format!("`{}`: {}", entry.name, entry.network))
        .collect();
    names.join(", ")
}
