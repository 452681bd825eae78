use std::time::{SystemTime, UNIX_EPOCH};

use burn::prelude::Device;
use serde::{Deserialize, Serialize};

/// The program that played, and what it was told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The program's file.
    pub program: String,
    /// What stood after its name.
    pub arguments: Vec<String>,
    /// The folder in which it was called.
    pub folder: String,
    /// Environment variables that change what is computed.
    pub variables: Vec<(String, String)>,
}

/// Variables which burn and its thread pools listen to.
const VARIABLES: [&str; 3] = ["BURN_DEVICE", "RAYON_NUM_THREADS", "CUBECL_AUTOTUNE_LEVEL"];

impl Command {
    /// This program.
    pub(super) fn here() -> Self {
        let shown = |path: std::io::Result<std::path::PathBuf>| path.map(|path| path.display().to_string());
        let arguments = std::env::args_os().skip(1);
        let variables = VARIABLES.into_iter();
        Self {
            program: shown(std::env::current_exe()).unwrap_or_default(),
            arguments: arguments
                .map(|argument| argument.to_string_lossy().into_owned())
                .collect(),
            folder: shown(std::env::current_dir()).unwrap_or_default(),
            variables: variables
                .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
                .collect(),
        }
    }
}

/// Of what the program was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// The version of agon.
    pub agon: String,
    /// The version of burn.
    pub burn: String,
    /// The compiler, if it is known.
    pub rustc: String,
    /// `debug` or `release`: whether agon itself was built with debug assertions.
    pub profile: String,
}

impl Versions {
    pub(super) fn here() -> Self {
        let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
        Self {
            agon: env!("CARGO_PKG_VERSION").to_owned(),
            burn: agon_core::checkpoint::BURN.to_owned(),
            rustc: env!("AGON_RUSTC").to_owned(),
            profile: profile.to_owned(),
        }
    }
}

/// On what it ran.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The model of the processor, if it is known.
    pub cpu: String,
    /// How many of its threads the program may use.
    pub cores: usize,
    /// Memory in bytes, if it is known.
    pub memory: Option<u64>,
    /// Operating system, its version, and the instruction set.
    pub system: String,
    /// The device which the game was played on.
    pub device: String,
}

impl Machine {
    pub(super) fn here(device: &Device) -> Self {
        let cores = std::thread::available_parallelism();
        let release = read("/proc/sys/kernel/osrelease").unwrap_or_default();
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        Self {
            cpu: field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned()),
            cores: cores.map_or(0, usize::from),
            memory: field("/proc/meminfo", "MemTotal").and_then(|text| kilobytes(&text)),
            system: [os, release.trim(), arch].join(" "),
            device: format!("{:?}", device.clone().inner()),
        }
    }
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// The value of `name: value` in a file of such lines.
fn field(path: &str, name: &str) -> Option<String> {
    let text = read(path)?;
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(key, _)| key.trim() == name)?;
    Some(value.trim().to_owned())
}

fn kilobytes(text: &str) -> Option<u64> {
    let number = text.strip_suffix("kB")?.trim();
    number.parse::<u64>().ok()?.checked_mul(1024)
}

/// The time now, as `2026-11-21T09:41:07Z`.
pub(super) fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    at(since.map_or(0, |since| since.as_secs()))
}

/// A time in seconds since 1970.
fn at(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The Gregorian date so many days after 1970-01-01. Years begin in March here, so that the leap day is the last.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(at(4_107_542_399), "2100-02-28T23:59:59Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00Z");
    }

    #[test]
    fn sizes_are_in_bytes() {
        assert_eq!(kilobytes("24576 kB"), Some(25_165_824));
        assert_eq!(kilobytes("much"), None);
    }
}
