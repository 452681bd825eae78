//! How fast images come from a folder: decoded, resized, cut, mirrored, as batches on the device.
//!
//! ```text
//! cargo run --release --example loading                             # images made for the purpose
//! cargo run --release --example loading -- --folder photos --workers 0,2 --json
//! ```
//! `benches/peers/loading.py` times PyTorch's loader on the same files, in turns with this one.

mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use agon::prelude::*;
use clap::Parser;
use common::{Basic, Ending};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use rand::RngExt;

/// Time the loading of a folder of images.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    basic: Basic,
    /// Decides the order and which images are mirrored
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Folder for the images that are made [default: out/loading]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Folder of images; without it, images are made
    #[arg(long)]
    folder: Option<PathBuf>,
    /// How many images are made, of each kind
    #[arg(long, default_value_t = 1_000)]
    images: u32,
    /// Numbers of worker threads to try
    #[arg(long, value_delimiter = ',', default_value = "0,1,2")]
    workers: Vec<usize>,
    /// Height and width of the images of a batch
    #[arg(long, default_value_t = 64)]
    size: usize,
    /// 1: grey, 3: colour
    #[arg(long, default_value_t = 3)]
    channels: usize,
    /// Images in a batch
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// Times the folder is read, of which the median counts
    #[arg(long, default_value_t = 3)]
    epochs: u64,
    /// Keep the decoded images in memory
    #[arg(long)]
    cache: bool,
    /// Instead of timing, write the images of the folder in the order of their paths, not mirrored, as
    /// little-endian floats
    #[arg(long, value_name = "FILE", requires = "folder")]
    dump: Option<PathBuf>,
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    if let (Some(file), Some(folder)) = (&options.dump, &options.folder) {
        return dump(options, folder, file);
    }
    let folders = match &options.folder {
        Some(folder) => vec![folder.clone()],
        None => make(&common::folder(options.out.as_deref(), "loading")?, options.images)?,
    };
    let mut timings = Vec::new();
    for folder in &folders {
        for &workers in &options.workers {
            let per_second = time(options, folder, workers)?;
            options.basic.say(format!(
                "{}, {workers} workers: {per_second:.0} images a second",
                folder.display()
            ));
            timings.push(serde_json::json!({
                "folder": folder,
                "workers": workers,
                "images_per_second": per_second,
            }));
        }
    }
    options.basic.report(&serde_json::json!({ "timings": timings }));
    Ok(())
}

/// Images a second, the median of the epochs. Workers begin anew with every epoch.
fn time(options: &Options, folder: &Path, workers: usize) -> Result<f64, Box<dyn std::error::Error>> {
    let device = options.basic.device()?;
    let mut images = ImageFolder::open(folder)?
        .size(options.size)
        .channels(options.channels)
        .flip();
    if options.cache {
        images = images.cache(usize::MAX);
    }
    let items = images.items().unwrap_or_default();
    let batches = images.batches(options.batch);
    let mut rates = Vec::new();
    for epoch in 0..options.epochs.max(1) {
        let mut batches = batches.clone().workers(workers);
        let per_epoch = batches.per_epoch().unwrap_or_default();
        let start = Instant::now();
        for index in epoch * per_epoch..(epoch + 1) * per_epoch {
            batches.batch(index, options.seed, &device)?;
        }
        device.sync()?;
        rates.push(items as f64 / start.elapsed().as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    Ok(rates[rates.len() / 2])
}

fn dump(options: &Options, folder: &Path, file: &Path) -> Ending {
    let images = ImageFolder::open(folder)?.size(options.size).channels(options.channels);
    let mut file = std::io::BufWriter::new(fs::File::create(file)?);
    for item in 0..images.items().unwrap_or_default() {
        let image = images.gather(&[item], options.seed, &options.basic.device()?)?;
        for value in image.try_into_vec_as::<f32>()? {
            file.write_all(&value.to_le_bytes())?;
        }
    }
    Ok(file.flush()?)
}

/// Folders of images that look a little like photographs: half of them 256 by 256, half 400 by 300.
fn make(folder: &Path, images: u32) -> Result<Vec<PathBuf>, Box<dyn std::error::Error>> {
    let folders = ["jpeg", "png"].map(|kind| folder.join(format!("{kind}-{images}")));
    if folders.iter().all(|folder| folder.exists()) {
        return Ok(folders.to_vec());
    }
    // They get their names when they are whole, so that a folder which is there is.
    let partial = ["jpeg", "png"].map(|kind| folder.join(format!("{kind}-{images}.partial")));
    for folder in &partial {
        let _ = fs::remove_dir_all(folder);
        for class in ["square", "wide"] {
            fs::create_dir_all(folder.join(class))?;
        }
    }
    for i in 0..images {
        let (class, width, height) = if i % 2 == 0 {
            ("square", 256, 256)
        } else {
            ("wide", 400, 300)
        };
        let image = photograph(width, height, u64::from(i));
        let mut jpeg = Vec::new();
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 90))?;
        fs::write(partial[0].join(class).join(format!("{i:05}.jpg")), jpeg)?;
        image.save(partial[1].join(class).join(format!("{i:05}.png")))?;
    }
    for (partial, folder) in partial.iter().zip(&folders) {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::rename(partial, folder)?;
    }
    Ok(folders.to_vec())
}

/// Waves of all lengths, the long ones the highest, and the noise of a camera.
fn photograph(width: u32, height: u32, seed: u64) -> RgbImage {
    let mut random = random::stream(seed, 0);
    let waves: [[f32; 6]; 24] = std::array::from_fn(|i| {
        let length = 400.0 / (1.0 + i as f32).powf(1.3);
        let angle = random.random::<f32>() * 6.3;
        let tint = std::array::from_fn::<f32, 3, _>(|_| (random.random::<f32>() - 0.5) * length * 0.3);
        [
            angle.cos() / length,
            angle.sin() / length,
            angle,
            tint[0],
            tint[1],
            tint[2],
        ]
        .map(|x| x * 1.0)
    });
    RgbImage::from_fn(width, height, |x, y| {
        let mut colour = [128.0; 3];
        for [across, down, phase, red, green, blue] in waves {
            let height = (6.3 * (x as f32 * across + y as f32 * down) + phase).sin();
            colour[0] += red * height;
            colour[1] += green * height;
            colour[2] += blue * height;
        }
        Rgb(colour.map(|value| (value + 6.0 * random.random::<f32>()) as u8))
    })
}
