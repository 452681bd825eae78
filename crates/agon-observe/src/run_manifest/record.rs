use std::collections::BTreeMap;
use std::path::Path;

use agon_core::checkpoint::write_atomically;
use agon_core::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::environment::{Command, Machine, Versions};

/// What a run was, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunRecord {
    /// The layout of the file.
    pub format: u32,
    /// The game with its settings.
    pub game: String,
    /// The players; their digests are those of the end.
    pub players: Vec<PlayerRecord>,
    /// The seed.
    pub seed: u64,
    /// How long it was to be played.
    pub budget: String,
    /// Settings which the program added.
    pub settings: BTreeMap<String, Value>,
    /// What the data was, if the program said so.
    pub data: Option<String>,
    /// The round in which it was resumed.
    pub resumed: Option<u64>,
    /// How it was called.
    pub command: Command,
    /// Of what it was made.
    pub versions: Versions,
    /// On what it ran.
    pub machine: Machine,
    /// When it began.
    pub started: String,
    /// When it ended; nothing if it was killed, or still runs.
    pub ended: Option<String>,
    /// Why it ended.
    pub ending: Option<String>,
    /// Rounds played.
    pub steps: u64,
    /// The figures of the last round; those that are not finite are null.
    pub figures: BTreeMap<String, Option<f64>>,
}

/// One player of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlayerRecord {
    /// The player's name.
    pub name: String,
    /// The type of its network.
    pub network: String,
    /// What its network is built from.
    pub config: Option<Value>,
    /// How it learns.
    pub optimizer: String,
    /// How many numbers it learns.
    pub parameters: usize,
    /// Steps its optimizer took.
    pub steps: u64,
    /// A SHA-256 of its network at the end.
    pub digest: Option<String>,
}

/// The layout that this version writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;

impl RunRecord {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`Error::Io`] if there is none, and an error that names the file if it is none or from a newer version.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        let refuse = |got: String| Error::config(path.display(), "the manifest of a run", got);
        let record: Self = serde_json::from_slice(&text).map_err(|error| refuse(error.to_string()))?;
        match record.format {
            1..=FORMAT => Ok(record),
            0 => Err(refuse("no format number".to_owned())),
            newer => Err(refuse(format!("format {newer}: a newer version is needed"))),
        }
    }

    /// Writes it, whole or not at all.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(Error::other)?;
        write_atomically(path, &text)
    }
}
