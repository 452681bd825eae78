use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use agon_core::checkpoint::write_atomically;
use agon_core::{Error, Game, Measurements, Moment, Observer, Result, Signal};

use super::csv::Csv;
use super::json_lines::JsonLines;

/// How a log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// `metrics.jsonl`: one JSON object per record.
    JsonLines,
    /// `metrics.csv`: one column per figure.
    Csv,
}

/// Writes the figures of the rounds to `metrics.jsonl` and `metrics.csv`.
///
/// A record holds the round and its figures, and nothing that differs from run to run, so a run that was
/// stopped and resumed leaves the same files, byte for byte, as one that never was: a resumed run keeps the
/// records up to where it goes on, whatever came after them is dropped. A new run begins its files anew.
///
/// Each record is handed to the operating system before a checkpoint of its round is written, so a program that is
/// killed loses none of them, and there is no checkpoint without its record. The figures are read from the device only in
/// the rounds that are written.
///
/// A figure that some rounds lack has an empty cell there; the columns stand in the order in which the
/// figures first came. JSON knows no NaN and no infinity: they are `null` there, and `NaN`, `inf` or `-inf`
/// in the CSV file.
///
/// # Errors
/// If a file cannot be read or written, the run ends with an error that names it.
///
/// # Example
/// ```no_run
/// # use agon_core::{Game, Trainer};
/// use agon_observe::{LogFormat, MetricsLog};
///
/// # fn example(game: impl Game + 'static) {
/// Trainer::new(game).observe(MetricsLog::every(10).only(LogFormat::Csv).to("out/log"));
/// # }
/// ```
#[derive(Debug)]
pub struct MetricsLog {
    every: u64,
    folder: PathBuf,
    formats: Vec<LogFormat>,
    files: Vec<LogFile>,
    /// Whether a new run has begun that has written nothing yet.
    waiting: bool,
}

/// One kind of log: how records become text, and what of an old one is kept.
pub(super) trait Format: std::fmt::Debug + Send {
    /// What is left of an old log when only the records up to round `last` count.
    fn keep(&mut self, old: &str, last: u64) -> String;

    /// What a record adds.
    fn record(&mut self, step: u64, figures: &[(&str, f64)]) -> Result<Addition>;
}

/// What a record adds to a log.
pub(super) enum Addition {
    /// A line at the end.
    Line(String),
    /// A line, and a new head (and so a new beginning of every line before).
    Rewrite(Box<dyn FnOnce(&str) -> String>),
}

#[derive(Debug)]
struct LogFile {
    path: PathBuf,
    format: Box<dyn Format>,
    file: File,
}

impl MetricsLog {
    /// Every so many rounds, into the folder `log`, in both formats.
    pub fn every(rounds: u64) -> Self {
        let formats = vec![LogFormat::JsonLines, LogFormat::Csv];
        Self {
            every: rounds,
            folder: PathBuf::from("log"),
            formats,
            files: Vec::new(),
            waiting: false,
        }
    }

    /// Into this folder, which is made if need be.
    pub fn to(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// In this format only.
    pub fn only(mut self, format: LogFormat) -> Self {
        self.formats = vec![format];
        self
    }

    /// Begins at round `step`. A new run takes the place of an old log only when it has something to write, for
    /// it may yet be refused.
    fn begin(&mut self, step: u64) -> Result<()> {
        if step > 0 || self.every == 0 {
            return self.open(step);
        }
        fs::create_dir_all(&self.folder).map_err(|error| Error::io(&self.folder, error))?;
        self.waiting = true;
        Ok(())
    }

    /// Opens the files at round `step`.
    fn open(&mut self, step: u64) -> Result<()> {
        if self.every == 0 {
            return Err(Error::config(
                "the rounds between two records of a log",
                "at least 1",
                0,
            ));
        }
        let open = |format: &LogFormat| {
            let (name, format): (_, Box<dyn Format>) = match format {
                LogFormat::JsonLines => ("metrics.jsonl", Box::new(JsonLines)),
                LogFormat::Csv => ("metrics.csv", Box::new(Csv::default())),
            };
            LogFile::open(self.folder.join(name), format, step)
        };
        self.files = self.formats.iter().map(open).collect::<Result<_>>()?;
        Ok(())
    }

    /// Writes the figures of a round, if it is one that is written.
    fn write(&mut self, step: u64, figures: &Measurements) -> Result<()> {
        if !step.is_multiple_of(self.every) {
            return Ok(());
        }
        if std::mem::take(&mut self.waiting) {
            self.open(0)?;
        }
        let figures = figures.all()?;
        if figures.iter().any(|(name, _)| *name == "step") {
            return Err(Error::config(
                "the name of a figure",
                "any but `step`, which logs use",
                "step",
            ));
        }
        for file in &mut self.files {
            file.write(step, &figures)?;
        }
        Ok(())
    }
}

impl LogFile {
    /// Opens a log at round `last`: what is there up to it stays.
    fn open(path: PathBuf, mut format: Box<dyn Format>, last: u64) -> Result<Self> {
        let old = if last == 0 { String::new() } else { read(&path)? };
        let kept = format.keep(&old, last);
        write_atomically(&path, kept.as_bytes())?;
        let file = append(&path)?;
        Ok(Self { path, format, file })
    }

    fn write(&mut self, step: u64, figures: &[(&str, f64)]) -> Result<()> {
        match self.format.record(step, figures)? {
            Addition::Line(line) => self
                .file
                .write_all(line.as_bytes())
                .map_err(|error| Error::io(&self.path, error)),
            Addition::Rewrite(rewrite) => {
                write_atomically(&self.path, rewrite(&read(&self.path)?).as_bytes())?;
                self.file = append(&self.path)?;
                Ok(())
            }
        }
    }
}

fn append(path: &Path) -> Result<File> {
    OpenOptions::new()
        .append(true)
        .open(path)
        .map_err(|error| Error::io(path, error))
}

/// The text of a file; none if there is no file. What is no text cannot be a record and is left out.
fn read(path: &Path) -> Result<String> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Error::io(path, error)),
    }
}

impl<G: Game> Observer<G> for MetricsLog {
    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        self.begin(moment.step)
    }

    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        self.write(moment.step, moment.figures)?;
        Ok(Signal::Continue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Folder, figures};

    /// Runs a log over some rounds; `eval` comes every fifth.
    fn run(folder: &Folder, start: u64, end: u64) {
        let mut log = MetricsLog::every(1).to(folder.path().join("log"));
        log.open(start).unwrap();
        for step in start + 1..=end {
            let mut measured = vec![
                ("loss/d", 1.0 / step as f64),
                ("a, \"b\"", f64::from(step as f32 * 0.1)),
            ];
            if step.is_multiple_of(5) {
                measured.push(("eval", f64::NAN));
            }
            log.write(step, &figures(&measured)).unwrap();
        }
    }

    fn texts(folder: &Folder) -> [String; 2] {
        ["log/metrics.jsonl", "log/metrics.csv"].map(|name| fs::read_to_string(folder.path().join(name)).unwrap())
    }

    #[test]
    fn records_are_what_was_measured() {
        let folder = Folder::new("log");
        run(&folder, 0, 5);
        let [json, csv] = texts(&folder);
        assert_eq!(json.lines().count(), 5);
        assert_eq!(
            json.lines().nth(1),
            Some(r#"{"step":2,"loss/d":0.5,"a, \"b\"":0.20000000298023224}"#)
        );
        assert!(json.ends_with("\"eval\":null}\n"));
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], r#"step,loss/d,"a, ""b""",eval"#);
        assert_eq!((lines[2], lines[5]), ("2,0.5,0.20000000298023224,", "5,0.2,0.5,NaN"));
    }

    #[test]
    fn a_resumed_log_equals_the_one_never_stopped() {
        let whole = Folder::new("log-whole");
        run(&whole, 0, 13);
        for (stopped, resumed) in [(4, 3), (9, 3), (9, 9), (12, 5), (13, 0)] {
            let parts = Folder::new(&format!("log-{stopped}-{resumed}"));
            run(&parts, 0, stopped);
            run(&parts, resumed, 13);
            assert_eq!(
                texts(&whole),
                texts(&parts),
                "stopped at {stopped}, resumed at {resumed}"
            );
        }
        // Also where the resumed run ends before a figure of the old one would come again.
        let (short, parts) = (Folder::new("log-short"), Folder::new("log-shortened"));
        run(&short, 0, 4);
        run(&parts, 0, 9);
        run(&parts, 3, 4);
        assert_eq!(texts(&short), texts(&parts));
    }

    #[test]
    fn half_a_record_is_dropped() {
        let (whole, broken) = (Folder::new("log-uncut"), Folder::new("log-cut"));
        run(&whole, 0, 8);
        run(&broken, 0, 4);
        for name in ["log/metrics.jsonl", "log/metrics.csv"] {
            let path = broken.path().join(name);
            let mut bytes = fs::read(&path).unwrap();
            bytes.truncate(bytes.len() - 3);
            fs::write(&path, bytes).unwrap();
        }
        run(&broken, 3, 8);
        assert_eq!(texts(&whole), texts(&broken));
    }

    #[test]
    fn what_cannot_be_written_ends_the_run() {
        let folder = Folder::new("log-err");
        let path = folder.path().join("log");
        fs::write(&path, "a file where the folder should be").unwrap();
        let mut log = MetricsLog::every(1).to(&path);
        let error = log.open(0).unwrap_err();
        assert!(error.to_string().contains("log"), "{error}");
        let mut log = MetricsLog::every(0).to(folder.path().join("other"));
        assert!(log.open(0).is_err());
        let mut log = MetricsLog::every(1).to(folder.path().join("other"));
        log.open(0).unwrap();
        assert!(log.write(1, &figures(&[("step", 1.0)])).is_err());
    }
}
