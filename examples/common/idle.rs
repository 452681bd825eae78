//! Options that would change nothing: they are refused, as those that are not understood.

use std::fmt::{self, Display, Formatter};

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};

/// Which options a call has.
#[derive(Debug)]
pub struct Given(ArgMatches);

/// An option that is refused, in words.
#[derive(Debug)]
pub struct Refused(pub String);

/// The options of this call, with defaults for the others; and which it has.
pub fn parse<O: Parser>() -> (O, Given) {
    let matches = <O as CommandFactory>::command().get_matches();
    let options = <O as FromArgMatches>::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    (options, Given(matches))
}

impl Given {
    /// An error if there is one of these options that is idle: it means nothing to what is done.
    pub fn refuse_idle(&self, options: &[(&str, bool)], done: impl Display) -> Result<(), Refused> {
        match options.iter().find(|(option, idle)| self.has(option) && *idle) {
            None => Ok(()),
            Some((option, _)) => Err(Refused(format!("{option} means nothing to {done}"))),
        }
    }

    /// Whether there is this option, `--so-called`.
    fn has(&self, option: &str) -> bool {
        let id = option.trim_start_matches('-').replace('-', "_");
        self.0.value_source(&id) == Some(ValueSource::CommandLine)
    }
}

impl Display for Refused {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}
