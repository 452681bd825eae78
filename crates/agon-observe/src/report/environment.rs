use std::fs;

/// What is known of the program and the machine it runs on: names and values.
pub(super) fn environment() -> Vec<(String, String)> {
    let mut facts = vec![
        ("agon".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        (
            "system".to_owned(),
            format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH),
        ),
    ];
    let threads = std::thread::available_parallelism().map_or_else(|_| "?".to_owned(), |n| n.to_string());
    match line_of("/proc/cpuinfo", "model name") {
        Some(cpu) => facts.push(("processor".to_owned(), format!("{cpu}, {threads} threads"))),
        None => facts.push(("processor".to_owned(), format!("{threads} threads"))),
    }
    if let Some(memory) = line_of("/proc/meminfo", "MemTotal").and_then(|size| gibibytes(&size)) {
        facts.push(("memory".to_owned(), memory));
    }
    if let Ok(folder) = std::env::current_dir() {
        facts.push(("working directory".to_owned(), folder.display().to_string()));
    }
    facts
}

/// The command this program was started with, as a shell takes it.
pub(super) fn command() -> String {
    let words: Vec<String> = std::env::args_os()
        .map(|word| quoted(&word.to_string_lossy()))
        .collect();
    words.join(" ")
}

/// The value of the first `name: value` in a file.
fn line_of(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    let (_, value) = line.split_once(':')?;
    Some(value.trim().to_owned())
}

/// `16318472 kB` in the unit people count in.
fn gibibytes(size: &str) -> Option<String> {
    let kibibytes: f64 = size.split_whitespace().next()?.parse().ok()?;
    Some(format!("{:.1} GiB", kibibytes / (1 << 20) as f64))
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
    fn memory_is_in_gibibytes() {
        assert_eq!(gibibytes("16777216 kB").as_deref(), Some("16.0 GiB"));
        assert_eq!(gibibytes("much"), None);
        assert!(environment().iter().any(|(name, _)| name == "processor"));
    }
}
