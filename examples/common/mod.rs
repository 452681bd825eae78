//! What the examples share: their common options, the choice of a device, how they print, and how they end.
//!
//! This is the only place that names backends.
#![allow(dead_code, reason = "each example uses a part of it")]

mod data;
mod idle;
pub mod judge;
mod kept;
mod plot;

use std::io::Write;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use agon::prelude::{Device, Error, Tensor};
use clap::Args;
use serde_json::Value;

#[allow(unused_imports, reason = "not every example trains on images")]
pub use data::{ImageData, ImageFiles, LabelledPictures, Pictures, Source, hold_out};
#[allow(unused_imports, reason = "not every example has options that may be idle")]
pub use idle::{Given, Refused, parse};
#[allow(unused_imports, reason = "not every example keeps what it trained")]
pub use kept::{kept, this_call_with};
#[allow(unused_imports, reason = "not every example draws")]
pub use plot::{Panel, colours};

/// How an example ends: an error is printed, and makes the exit status 1, or 2 if an option was refused for what it
/// would not do.
pub type Ending = Result<(), Box<dyn std::error::Error>>;

/// Options of every example that computes something.
#[derive(Debug, Clone, Args)]
pub struct Basic {
    /// Backend, one of those compiled in (flex unless built otherwise); without it the environment variable BURN_DEVICE
    #[arg(long, value_name = "NAME")]
    pub device: Option<String>,
    /// End with one line of JSON on the standard output; all other text then goes to the standard error
    #[arg(long)]
    pub json: bool,
}

/// Options of every example that trains, beside the basic ones.
#[derive(Debug, Clone, Args)]
pub struct Common {
    #[command(flatten)]
    pub basic: Basic,
    /// Decides every random choice
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Rounds to play, instead of the example's own number
    #[arg(long)]
    pub steps: Option<u64>,
    /// Folder for what is written [default: out/<example>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

impl Deref for Common {
    type Target = Basic;

    fn deref(&self) -> &Basic {
        &self.basic
    }
}

impl Common {
    /// The folder for what is written, made if need be.
    pub fn folder(&self, example: &str) -> Result<PathBuf, String> {
        folder(self.out.as_deref(), example)
    }
}

/// The folder of `--out`, else that of the example, made if need be.
pub fn folder(out: Option<&Path>, example: &str) -> Result<PathBuf, String> {
    let path = out.map_or_else(|| Path::new("out").join(example), Path::to_owned);
    match std::fs::create_dir_all(&path) {
        Ok(()) => Ok(path),
        Err(error) => Err(format!("--out {}: {error}", path.display())),
    }
}

impl Basic {
    /// Nothing but how to print, for programs that have options of their own.
    pub fn printing(json: bool) -> Self {
        Self { device: None, json }
    }

    /// The device asked for, without autodiff.
    pub fn device(&self) -> Result<Device, String> {
        device(self.device.as_deref())
    }

    /// A line for people. That nobody reads it (`| head`) is no reason to stop.
    pub fn say(&self, line: impl std::fmt::Display) {
        let _ = if self.json {
            writeln!(std::io::stderr(), "{line}")
        } else {
            writeln!(std::io::stdout(), "{line}")
        };
    }

    /// The line for machines, if it is wanted.
    pub fn report(&self, report: &Value) {
        if self.json {
            let _ = writeln!(std::io::stdout(), "{report}");
        }
    }
}

/// Options whose value is a finite number of at least 0.
pub fn deviation(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        _ => Err("expected a finite number of at least 0".to_owned()),
    }
}

/// Options whose value is `LEAST` or more: so many samples to judge by, say.
pub fn at_least<const LEAST: usize>(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n >= LEAST => Ok(n),
        _ => Err(format!("expected a whole number from {LEAST} on")),
    }
}

/// What a choice is called on the command line.
pub fn name(value: impl clap::ValueEnum) -> String {
    let value = value.to_possible_value();
    value.map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Samples `[n, 2]` as points of the plane.
pub fn points(samples: Tensor<2>) -> agon::core::Result<Vec<[f32; 2]>> {
    let values = samples.try_into_vec_as::<f32>();
    let values = values.map_err(|error| Error::Device(error.to_string()))?;
    Ok(values.as_chunks().0.to_vec())
}

/// The nearest of these means, and how far it is.
pub fn nearest(point: [f32; 2], means: &[[f32; 2]]) -> (usize, f32) {
    let distance = |mean: &[f32; 2]| (mean[0] - point[0]).hypot(mean[1] - point[1]);
    let distances = means.iter().map(distance).enumerate();
    distances
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((0, f32::INFINITY))
}

/// Mean and standard deviation.
pub fn spread(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0).max(1.0)).sqrt())
}

/// Prints the error, if there is one. A run that a signal stopped ends with the status that shells expect then.
pub fn exit(ending: Ending) -> ExitCode {
    match ending {
        Ok(()) => agon::observe::interrupted().map_or(ExitCode::SUCCESS, ExitCode::from),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            match error.is::<Refused>() {
                true => ExitCode::from(2),
                false => ExitCode::FAILURE,
            }
        }
    }
}

/// The most memory this process ever had, where the system tells.
pub fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

type Make = fn() -> Device;

/// How a device is made, if its backend is compiled in.
macro_rules! compiled {
    ($condition:meta, $device:expr) => {{
        #[cfg($condition)]
        let make: Option<Make> = Some(|| $device);
        #[cfg(not($condition))]
        let make: Option<Make> = None;
        make
    }};
}

/// Every backend: its name, the cargo feature that adds it, and how to get its device.
fn backends() -> [(&'static str, Option<Make>); 10] {
    [
        ("flex", compiled!(feature = "flex", Device::flex())),
        ("ndarray", compiled!(feature = "ndarray", Device::ndarray())),
        (
            "wgpu",
            compiled!(
                any(feature = "wgpu", feature = "wgpu-software"),
                Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)
            ),
        ),
        (
            "vulkan",
            compiled!(
                feature = "vulkan",
                Device::vulkan(burn::tensor::DeviceKind::DefaultDevice)
            ),
        ),
        (
            "metal",
            compiled!(
                feature = "metal",
                Device::metal(burn::tensor::DeviceKind::DefaultDevice)
            ),
        ),
        (
            "webgpu",
            compiled!(
                feature = "webgpu",
                Device::webgpu(burn::tensor::DeviceKind::DefaultDevice)
            ),
        ),
        ("cuda", compiled!(feature = "cuda", Device::cuda(0))),
        ("rocm", compiled!(feature = "rocm", Device::rocm(0))),
        ("cpu", compiled!(feature = "cpu", Device::cpu())),
        ("tch", compiled!(feature = "tch", Device::libtorch())),
    ]
}

/// The device of this name, else the one that `BURN_DEVICE` names, else the best that is compiled in.
///
/// burn reads `BURN_DEVICE` too and panics when it cannot be; here that is an error, whoever asks.
pub fn device(name: Option<&str>) -> Result<Device, String> {
    let variable = std::env::var("BURN_DEVICE").ok();
    let by_variable = variable
        .map(|name| find(&name).map_err(|error| format!("BURN_DEVICE: {error}")))
        .transpose()?;
    match (name, by_variable) {
        (Some(name), _) => find(name)
            .map_err(|error| format!("--device: {error}"))
            .map(|make| make()),
        (None, Some(make)) => Ok(make()),
        (None, None) if backends().iter().all(|(_, make)| make.is_none()) => Err(nothing("no device")),
        (None, None) => Ok(Device::default()),
    }
}

fn find(name: &str) -> Result<Make, String> {
    let name = name.to_lowercase();
    match backends().into_iter().find(|(other, _)| *other == name) {
        Some((_, Some(make))) => Ok(make),
        Some((_, None)) => Err(format!(
            "`{name}` is not compiled in; build with `--features {name}`. {}",
            compiled_in()
        )),
        None => Err(nothing(&format!("`{name}` is not a backend"))),
    }
}

fn compiled_in() -> String {
    let names: Vec<_> = backends()
        .iter()
        .filter(|(_, make)| make.is_some())
        .map(|(name, _)| *name)
        .collect();
    format!(
        "Compiled in: {}.",
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    )
}

fn nothing(what: &str) -> String {
    let all = backends();
    let others: Vec<_> = all
        .iter()
        .filter(|(_, make)| make.is_none())
        .map(|(name, _)| *name)
        .collect();
    format!(
        "{what}. {} The cargo features of the same name add: {}.",
        compiled_in(),
        others.join(", ")
    )
}
