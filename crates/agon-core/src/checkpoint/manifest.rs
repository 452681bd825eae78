use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(doc)]
use crate::Game;
use crate::{Memory, player::short_type_name};

/// The version of burn which checkpoints are written with.
pub const BURN: &str = "0.22";

/// The layout of checkpoints that this version writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 2;

/// The file which a manifest is kept in.
pub(super) const MANIFEST: &str = "manifest.json";

/// What a checkpoint says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The layout of the directory.
    pub format: u32,
    /// The version of agon which wrote it.
    pub agon: String,
    /// The version of burn it was built with.
    pub burn: String,
    /// The type of the game.
    pub game: String,
    /// The game with its settings, as [`Game::describe`] says it; older versions did not.
    #[serde(default)]
    pub description: String,
    /// Rounds played.
    pub step: u64,
    /// The seed of the run.
    pub seed: u64,
    /// Batches taken from the data.
    pub position: u64,
    /// The players.
    pub players: Vec<Entry>,
    /// State of the game besides the players'.
    pub memory: Memory,
    /// State of observers.
    #[serde(default)]
    pub observers: BTreeMap<String, Memory>,
    /// The figures of the last round. What is not a finite number is left out.
    #[serde(deserialize_with = "numbers", default)]
    pub figures: BTreeMap<String, f64>,
    /// Name, size and checksum of every other file.
    pub files: Vec<FileMark>,
}

/// One player in a manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The player's name.
    pub name: String,
    /// The type of its network.
    pub network: String,
    /// The configuration its network can be built from.
    pub config: Option<Value>,
    /// Steps its optimizer has taken.
    pub steps: u64,
    /// Gradients waiting in its accumulator.
    pub pending_updates: u64,
    /// The parameters which they are of.
    pub pending: Vec<u64>,
    /// How it learns, in words.
    pub optimizer: String,
    /// The name of the rule by which it learns; older versions did not say.
    #[serde(default)]
    pub rule: Option<String>,
    /// What its learning rate is multiplied by: less than 1 after it was told to slow down.
    #[serde(default = "full")]
    pub pace: f64,
}

const fn full() -> f64 {
    1.0
}

/// How to tell that a file is the one that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMark {
    /// The file's name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its CRC-32.
    pub crc32: u32,
}

impl Manifest {
    /// The manifest of a game before anything has happened.
    pub(crate) fn of<G>() -> Self {
        Self {
            format: FORMAT,
            agon: env!("CARGO_PKG_VERSION").to_owned(),
            burn: BURN.to_owned(),
            game: short_type_name::<G>(),
            description: String::new(),
            step: 0,
            seed: 0,
            position: 0,
            players: Vec::new(),
            memory: Memory::new(),
            observers: BTreeMap::new(),
            figures: BTreeMap::new(),
            files: Vec::new(),
        }
    }
}

/// The checksum of a manifest, as it is on paper: over everything but itself.
pub(super) fn checksum(manifest: &Value) -> u32 {
    let mut manifest = manifest.clone();
    if let Some(fields) = manifest.as_object_mut() {
        fields.remove(CHECK);
    }
    crc32fast::hash(manifest.to_string().as_bytes())
}

/// The file of a memory that is too long for a manifest.
pub(crate) fn memory_file(name: &str) -> String {
    format!("memory.{name}.f64")
}

/// The name of the memory which is in this file.
pub(super) fn remembered(file: &str) -> Option<&str> {
    file.strip_prefix("memory.")?.strip_suffix(".f64")
}

/// Where a manifest keeps its own checksum.
pub(super) const CHECK: &str = "crc32";

/// JSON has no NaN: such figures are written as null and dropped here.
fn numbers<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let figures = BTreeMap::<String, Option<f64>>::deserialize(deserializer)?;
    Ok(figures
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect())
}
