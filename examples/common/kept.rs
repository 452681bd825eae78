//! Runs that leave something: checkpoints, how to load a network of them, and how to go on.

use std::path::Path;

use agon::prelude::*;

use super::Basic;

/// Keeps checkpoints below this folder in place of those of earlier runs, or goes on from the last of them.
pub fn kept<G: Game>(trainer: Trainer<G>, folder: &Path, seed: u64, resume: bool) -> Trainer<G> {
    let folder = folder.join("checkpoints");
    let trainer = trainer.observe(Checkpoints::every(1_000).replacing().to(&folder));
    match resume && has_checkpoint(&folder) {
        true => trainer.resume(folder.join("latest")),
        false => trainer.seed(seed),
    }
}

/// Whether there is one to go on from, sound or not.
fn has_checkpoint(folder: &Path) -> bool {
    let name = |entry: std::io::Result<std::fs::DirEntry>| Some(entry.ok()?.file_name().to_string_lossy().into_owned());
    std::fs::read_dir(folder).is_ok_and(|entries| entries.filter_map(name).any(|name| name.starts_with("step-")))
}

impl Basic {
    /// Says how the network of this type is loaded from the last checkpoint of a run, and sees that it can be.
    pub fn say_how_to_load<N: Loadable>(&self, outcome: &Outcome) -> super::Ending {
        // A run of no rounds has none.
        let Some(checkpoint) = &outcome.checkpoint else {
            return Ok(());
        };
        N::load(checkpoint, &self.device()?)?;
        let latest = checkpoint.with_file_name("latest");
        self.say(format!("to load it: {}::load({latest:?}, &device)?", path_of::<N>()));
        Ok(())
    }
}

/// A type as a program names it where a function of it is called: `Packed::<DcganGenerator>`.
fn path_of<N>() -> String {
    let names = std::any::type_name::<N>().split_inclusive(['<', '>', ',', ' ']);
    let short: String = names.map(|name| name.rsplit("::").next().unwrap_or(name)).collect();
    short.replacen('<', "::<", 1)
}

/// This call with one more flag, as one would type it in a shell.
pub fn this_call_with(flag: &str) -> String {
    let called = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let called: Vec<String> = called.filter(|word| word != flag).collect();
    let words = called.iter().map(|word| quoted(word)).chain([flag.to_owned()]);
    words.collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./=,:+@%".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}
