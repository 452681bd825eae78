use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::Bytes;
use serde_json::Value;

use super::atomic::{is_file_name, parent_of};
use super::manifest::{CHECK, Entry, FORMAT, FileMark, MANIFEST, Manifest, checksum, remembered};
use super::observer::{BEST, step_of};
use super::writer::REPLACED;
use crate::{Error, Game, Memory, Result, panics, player::short_type_name};

/// An opened checkpoint.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    manifest: Manifest,
}

impl Reader {
    /// Opens a checkpoint directory; of a directory of checkpoints, or of `latest` in it, the newest one, and
    /// of `best` the best.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] if there is none, if it was written by a newer version, or if a file is missing
    /// or has another size than the manifest says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = resolve(path.as_ref())?;
        let manifest = read_manifest(&path)?;
        let reader = Self { path, manifest };
        for mark in &reader.manifest.files {
            reader.check_size(mark)?;
        }
        Ok(reader)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether it has this file.
    pub fn has(&self, file: &str) -> bool {
        self.manifest.files.iter().any(|mark| mark.name == file)
    }

    /// The content of a file, checked against its checksum.
    pub fn bytes(&self, file: &str) -> Result<Vec<u8>> {
        let path = self.path.join(file);
        let mark = self.manifest.files.iter().find(|mark| mark.name == file);
        let mark = mark.ok_or_else(|| Error::checkpoint(&self.path, format!("a file `{file}`"), "none"))?;
        let bytes = fs::read(&path).map_err(|error| Error::io(&path, error))?;
        let crc32 = crc32fast::hash(&bytes);
        if crc32 != mark.crc32 {
            let expected = format!("the checksum {:08x}", mark.crc32);
            return Err(Error::checkpoint(
                path,
                expected,
                format!("{crc32:08x}: the file is damaged"),
            ));
        }
        Ok(bytes)
    }

    /// What a file holds. Whatever a parser trips over is an error that names the file, be it by a panic: a checksum
    /// says that a file is as it was written, not by whom.
    pub(crate) fn parse<T, E: Display>(
        &self,
        file: &str,
        expected: impl ToString,
        parse: impl FnOnce(Bytes) -> Result<T, E>,
    ) -> Result<T> {
        let bytes = Bytes::from_bytes_vec(self.bytes(file)?);
        let parsed = panics::caught(|| parse(bytes).map_err(|error| error.to_string()));
        let parsed = parsed.unwrap_or_else(Err);
        parsed.map_err(|error| Error::checkpoint(self.path.join(file), expected, error))
    }

    /// An error if one of the files is not what was written.
    pub(crate) fn check_files(&self) -> Result<()> {
        let mut marks = self.manifest.files.iter();
        marks.try_for_each(|mark| self.bytes(&mark.name).map(drop))
    }

    /// What the game wanted to be remembered: what the manifest holds, and what was too long for it.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let mut memory = self.manifest.memory.clone();
        for mark in &self.manifest.files {
            if let Some(name) = remembered(&mark.name) {
                memory = memory.with_bytes(name, &self.bytes(&mark.name)?);
            }
        }
        Ok(memory)
    }

    /// Puts a game where it was. If anything cannot be read, the game stays as it is.
    pub(crate) fn restore(&self, game: &mut impl Game) -> Result<()> {
        let memory = self.memory()?;
        let players = game.players().into_iter();
        let loaded = players.map(|player| player.load(self)).collect::<Result<Vec<_>>>()?;
        loaded.into_iter().for_each(|take_back| take_back());
        game.recall(&memory);
        Ok(())
    }

    /// What is said of this player.
    pub fn entry(&self, player: &str) -> Result<&Entry> {
        let players = &self.manifest.players;
        players.iter().find(|entry| entry.name == player).ok_or_else(|| {
            let names: Vec<_> = players.iter().map(|entry| entry.name.as_str()).collect();
            Error::checkpoint(&self.path, format!("a player `{player}`"), names.join(", "))
        })
    }

    /// An error if another type of game wrote it.
    pub(crate) fn check_game<G>(&self) -> Result<()> {
        let (expected, got) = (short_type_name::<G>(), &self.manifest.game);
        if *got == expected {
            return Ok(());
        }
        Err(Error::checkpoint(
            &self.path,
            format!("a run of `{expected}`"),
            format!("one of `{got}`"),
        ))
    }

    fn check_size(&self, mark: &FileMark) -> Result<()> {
        // A name with folders in it would lead out of the checkpoint.
        if !is_file_name(&mark.name) {
            return Err(Error::checkpoint(
                &self.path,
                "files right in it",
                format!("`{}`", mark.name),
            ));
        }
        let path = self.path.join(&mark.name);
        let expected = format!("{} bytes", mark.bytes);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.len() == mark.bytes => Ok(()),
            Ok(metadata) => Err(Error::checkpoint(path, expected, format!("{}", metadata.len()))),
            Err(error) => Err(Error::checkpoint(path, expected, error)),
        }
    }
}

fn read_manifest(path: &Path) -> Result<Manifest> {
    let file = path.join(MANIFEST);
    let text = fs::read(&file).map_err(|error| Error::io(&file, error))?;
    let invalid = |error| Error::checkpoint(&file, "a manifest", error);
    let json: Value = serde_json::from_slice(&text).map_err(invalid)?;
    match json.get("format").and_then(Value::as_u64) {
        Some(format) if (1..=u64::from(FORMAT)).contains(&format) => {
            check_manifest(&file, &json, format)?;
            serde_json::from_value(json).map_err(invalid)
        }
        Some(format) => {
            let by = json.get("agon").and_then(Value::as_str).unwrap_or("unknown");
            let got = format!("format {format}, written by agon {by}: a newer version is needed");
            Err(Error::checkpoint(file, format!("format {FORMAT} or older"), got))
        }
        None => Err(Error::checkpoint(file, "a manifest with a format number", "none")),
    }
}

/// An error if a manifest is not what was written. Those of format 1 had no checksum.
fn check_manifest(file: &Path, json: &Value, format: u64) -> Result<()> {
    let crc32 = checksum(json);
    match json.get(CHECK).map(Value::as_u64) {
        None if format == 1 => Ok(()),
        Some(Some(expected)) if expected == u64::from(crc32) => Ok(()),
        _ => {
            let got = format!("{crc32}, which it does not: the file is damaged");
            Err(Error::checkpoint(file, "a manifest that holds its own checksum", got))
        }
    }
}

fn resolve(path: &Path) -> Result<PathBuf> {
    if path.join(MANIFEST).is_file() {
        return Ok(path.to_owned());
    }
    let name = path.file_name().and_then(|name| name.to_str());
    let found = match name {
        Some("best") if !path.exists() => best(&parent_of(path)),
        Some("latest") if !path.exists() => newest(&parent_of(path)),
        _ if !path.exists() => replaced(path),
        _ => newest(path),
    };
    found.ok_or_else(|| Error::checkpoint(path, "a checkpoint, or a directory of checkpoints", what_is_there(path)))
}

/// The old checkpoint of this name, if a replacement was cut short between taking it away and putting the new
/// one there.
fn replaced(path: &Path) -> Option<PathBuf> {
    let hidden = format!(".{}.{REPLACED}.", path.file_name()?.to_string_lossy());
    let entries = fs::read_dir(parent_of(path)).ok()?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.find(|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(&hidden))
    })
}

/// The newest checkpoint in a directory.
fn newest(directory: &Path) -> Option<PathBuf> {
    let (_, path) = checkpoints(directory).into_iter().next_back()?;
    Some(path)
}

fn best(directory: &Path) -> Option<PathBuf> {
    let text = fs::read(directory.join(BEST)).ok()?;
    let best: Value = serde_json::from_slice(&text).ok()?;
    let step = best.get("step")?.as_u64()?;
    let mut all = checkpoints(directory).into_iter();
    all.find(|(other, _)| *other == step).map(|(_, path)| path)
}

/// The checkpoints in a directory with their steps, oldest first. One whose replacement was cut short is there by its
/// hidden name.
pub(crate) fn checkpoints(directory: &Path) -> Vec<(u64, PathBuf)> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut found = BTreeMap::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if let Some(step) = step_of(&path) {
            found.insert(step, path);
        } else if let Some(step) = replaced_step_of(&path) {
            found.entry(step).or_insert(path);
        }
    }
    found.into_iter().collect()
}

/// The step of a checkpoint that was taken away to be replaced.
fn replaced_step_of(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?.strip_prefix('.')?;
    let (name, _) = name.split_once(&format!(".{REPLACED}."))?;
    step_of(Path::new(name))
}

fn what_is_there(path: &Path) -> &'static str {
    match (path.is_dir(), path.exists()) {
        (true, _) => "a directory without any",
        (false, true) => "a file",
        (false, false) => "nothing",
    }
}
