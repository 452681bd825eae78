use agon_core::{Error, Result};
use serde::Deserialize;

use super::log::{Addition, Format};

/// One JSON object per line: `{"step":2,"loss":0.5}`.
#[derive(Debug)]
pub(super) struct JsonLines;

#[derive(Deserialize)]
struct Record {
    step: u64,
}

impl Format for JsonLines {
    fn keep(&mut self, old: &str, last: u64) -> String {
        let counts = |line: &&str| {
            let record = serde_json::from_str::<Record>(line);
            line.ends_with('\n') && record.is_ok_and(|record| record.step <= last)
        };
        old.split_inclusive('\n').filter(counts).collect()
    }

    fn record(&mut self, step: u64, figures: &[(&str, f64)]) -> Result<Addition> {
        let mut line = format!("{{\"step\":{step}");
        for (name, value) in figures {
            line.push(',');
            line.push_str(&serde_json::to_string(name).map_err(Error::other)?);
            line.push(':');
            line.push_str(&serde_json::to_string(value).map_err(Error::other)?);
        }
        line.push_str("}\n");
        Ok(Addition::Line(line))
    }
}
