//! How fast metrics are, and how much memory they take: one process for each, so that a script can measure
//! them beside other libraries (see `benches/peers/metrics.py`).
//!
//! ```text
//! cargo run --release --example metrics_speed -- --metric neighbours --samples 10000 --json
//! ```

mod common;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use agon::metrics::{
    Comparison, EnergyDistance, FrechetDistance, KernelDistance, Metric, Neighbourhoods, Origin, ParzenWindow, Report,
    SlicedWasserstein,
};
use agon::prelude::*;
use burn::tensor::TensorData;
use clap::{Parser, ValueEnum};
use common::{Basic, Ending, peak_rss_mb};

/// Time a metric.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    basic: Basic,
    /// Decides the samples that are drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// What is computed
    #[arg(long, value_enum)]
    metric: What,
    /// Samples of each set, if they are drawn
    #[arg(long, default_value_t = 1000, value_parser = common::at_least::<1>)]
    samples: usize,
    /// Numbers in a sample
    #[arg(long, default_value_t = 2048, value_parser = common::at_least::<1>)]
    width: usize,
    /// Real samples: a file of 32-bit floats, one sample after the other [default: they are drawn]
    #[arg(long, value_name = "FILE", requires = "fake")]
    real: Option<PathBuf>,
    /// Generated samples, likewise
    #[arg(long, value_name = "FILE", requires = "real")]
    fake: Option<PathBuf>,
    /// Samples that come at once
    #[arg(long, default_value_t = 500, value_parser = common::at_least::<1>)]
    batch: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Frechet distance
    Frechet,
    /// Kernel distance of all samples
    Kernel,
    /// Kernel distance, and over 100 subsets of 1000
    Subsets,
    /// Precision, recall, density, coverage and 1-NN accuracy, k = 5
    Neighbours,
    /// Energy distance
    Energy,
    /// Sliced Wasserstein distance over 512 directions
    Sliced,
    /// Parzen-window log-likelihood
    Parzen,
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    match options.metric {
        What::Frechet => measure(options, FrechetDistance::new()),
        What::Kernel => measure(options, KernelDistance::new().collect()),
        What::Subsets => {
            let size = options.samples.min(1000);
            measure(options, KernelDistance::new().subsets(100, size, 0).collect())
        }
        What::Neighbours => measure(options, Neighbourhoods::new(5).collect()),
        What::Energy => measure(options, EnergyDistance::new().collect()),
        What::Sliced => measure(options, SlicedWasserstein::new(0).collect()),
        What::Parzen => measure(options, ParzenWindow::of_bandwidth(1.0)),
    }
}

fn measure<M: Metric<Batch = Tensor<2>>>(options: &Options, mut metric: M) -> Ending {
    let device = options.basic.device()?;
    let mut adding = 0.0;
    for (origin, file) in [(Origin::Real, &options.real), (Origin::Fake, &options.fake)] {
        let mut source = Source::new(file.as_deref(), origin, options)?;
        while let Some(batch) = source.next(options, &device)? {
            let start = Instant::now();
            metric.add(origin, &batch)?;
            adding += start.elapsed().as_secs_f64();
        }
    }
    let start = Instant::now();
    let report = Report::from(metric.compute()?);
    let computing = start.elapsed().as_secs_f64();
    let memory = peak_rss_mb();
    options.basic.say(&report);
    options.basic.say(format!(
        "{adding:.2} s to take the samples, {computing:.2} s to compare them, peak memory {memory:.0?} MB"
    ));
    options.basic.report(&serde_json::json!({
        "seconds": adding + computing,
        "add_seconds": adding,
        "compute_seconds": computing,
        "peak_rss_mb": memory,
        "figures": report,
    }));
    Ok(())
}

/// Where samples come from, some at a time.
#[allow(clippy::large_enum_variant, reason = "there are two of them")]
enum Source {
    File(BufReader<File>),
    Drawn {
        random: Box<random::Random>,
        left: usize,
        shift: f32,
    },
}

impl Source {
    fn new(file: Option<&Path>, origin: Origin, options: &Options) -> std::result::Result<Self, String> {
        match file {
            Some(path) => File::open(path)
                .map(|file| Self::File(BufReader::new(file)))
                .map_err(|error| format!("{}: {error}", path.display())),
            None => Ok(Self::Drawn {
                random: Box::new(random::stream(options.seed, origin as u64)),
                left: options.samples,
                shift: if origin == Origin::Real { 0.0 } else { 0.02 },
            }),
        }
    }

    fn next(&mut self, options: &Options, device: &Device) -> std::result::Result<Option<Tensor<2>>, String> {
        let width = options.width;
        match self {
            Self::File(file) => {
                let mut bytes = Vec::with_capacity(options.batch * width * 4);
                file.take((options.batch * width * 4) as u64)
                    .read_to_end(&mut bytes)
                    .map_err(|error| error.to_string())?;
                if bytes.len() % (4 * width) != 0 {
                    return Err(format!(
                        "expected whole samples of {width} values, got {} bytes",
                        bytes.len()
                    ));
                }
                let values: Vec<f32> = bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
                let rows = values.len() / width;
                Ok((rows > 0).then(|| Tensor::from_data(TensorData::new(values, [rows, width]), device)))
            }
            Self::Drawn { random, left, shift } => {
                let rows = options.batch.min(*left);
                *left -= rows;
                Ok((rows > 0).then(|| random::normal([rows, width], random, device) + *shift))
            }
        }
    }
}
