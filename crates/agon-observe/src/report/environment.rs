use burn::prelude::Device;

use crate::run_manifest::{Command, Machine, Versions};

/// Of what the program was made and what it runs on: names and values.
pub(super) fn environment(device: &Device) -> Vec<(String, String)> {
    let (versions, machine) = (Versions::here(), Machine::here(device));
    let memory = machine
        .memory
        .map(|bytes| format!("{:.1} GiB", bytes as f64 / (1 << 30) as f64));
    let facts = [
        ("agon", Some(versions.agon)),
        ("burn", Some(versions.burn)),
        ("compiler", Some(versions.rustc)),
        ("profile", Some(versions.profile)),
        ("device", Some(machine.device)),
        ("processor", Some(format!("{}, {} threads", machine.cpu, machine.cores))),
        ("memory", memory),
        ("system", Some(machine.system)),
        ("folder", Some(Command::here().folder)),
    ];
    let known = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    known
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The command this program was started with, as a shell takes it.
pub(super) fn command() -> String {
    let command = Command::here();
    let variables = command
        .variables
        .iter()
        .map(|(name, value)| format!("{name}={}", quoted(value)));
    let words = std::iter::once(&command.program).chain(&command.arguments);
    variables
        .chain(words.map(|word| quoted(word)))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A word that a POSIX shell reads as it stands.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,@%+".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_can_be_given_again() {
        assert_eq!(quoted("--out=runs/a"), "--out=runs/a");
        assert_eq!(quoted("two words"), "'two words'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
        assert!(!command().is_empty());
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let facts = environment(&Device::default());
        assert!(facts.iter().any(|(name, _)| name == "processor"));
        assert!(facts.iter().all(|(_, value)| !value.is_empty()));
    }
}
