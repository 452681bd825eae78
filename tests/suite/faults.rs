//! What goes wrong around a run: data that fails, files that are damaged, disks that are full or closed.
//!
//! `AGON_FUZZ` sets how many damaged checkpoints are tried; the gate tries some hundred, thousands are on record
//! (docs/faults.md).

use std::fs;
use std::path::{Path, PathBuf};

use agon::prelude::*;
use rand::RngExt;

use crate::support::*;

/// Fails at one batch, or panics there; the data of the ring otherwise.
struct Brittle<B> {
    data: B,
    at: u64,
    panics: bool,
}

impl<B: Batches> Batches for Brittle<B> {
    type Batch = B::Batch;

    fn batch(&mut self, index: u64, seed: u64, device: &Device) -> Result<B::Batch> {
        match (index == self.at, self.panics) {
            (true, true) => panic!("the loader lost its worker"),
            (true, false) => Err(Error::Data("images/0042.png is gone".into())),
            (false, _) => self.data.batch(index, seed, device),
        }
    }

    fn per_epoch(&self) -> Option<u64> {
        self.data.per_epoch()
    }
}

#[test]
fn data_that_vanishes_ends_the_run_and_nothing_is_lost() {
    for panics in [false, true] {
        let scratch = Scratch::new(&format!("vanish-{panics}"));
        let folder = scratch.join("checkpoints");
        let keep = || Checkpoints::every(2).to(&folder);
        let brittle = Brittle {
            data: ring(),
            at: 7,
            panics,
        };
        let error = Trainer::new(points())
            .observe(keep())
            .run(brittle, Budget::steps(10))
            .unwrap_err();
        match error {
            Error::Data(source) => assert!(source.to_string().contains("0042.png")),
            Error::Panic { round, message } => assert!(round == 8 && message.contains("worker"), "{round} {message}"),
            other => panic!("{other}"),
        }
        // With the data back, the run goes on as if it had never stopped.
        let mut resumed = Trainer::new(points()).observe(keep()).resume(folder.join("latest"));
        resumed.run(ring(), Budget::steps(10)).unwrap();
        let mut whole = Trainer::new(points());
        whole.run(ring(), Budget::steps(10)).unwrap();
        assert_eq!(weights(resumed.game().generator()), weights(whole.game().generator()));
    }
}

#[test]
fn a_file_in_the_way_is_named_by_every_writer() {
    let scratch = Scratch::new("in-the-way");
    fs::write(scratch.join("file"), "in the way").unwrap();
    let place = |name: &str| scratch.join("file").join(name);
    let game = || images();
    let trainers: Vec<(&str, Trainer<_>)> = vec![
        (
            "checkpoints",
            Trainer::new(game()).observe(Checkpoints::every(1).to(place("checkpoints"))),
        ),
        (
            "log",
            Trainer::new(game()).observe(MetricsLog::every(1).to(place("log"))),
        ),
        (
            "samples",
            Trainer::new(game()).observe(SampleGrid::every(1).side(2).to(place("samples"))),
        ),
        (
            "run.json",
            Trainer::new(game()).observe(RunManifest::to(place("run.json"))),
        ),
    ];
    for (name, mut trainer) in trainers {
        let error = trainer.run(waves(), Budget::steps(2)).unwrap_err();
        let named = matches!(&error, Error::Io { path, .. } if path.starts_with(scratch.join("file")));
        assert!(named, "{name}: {error}");
    }
}

/// A checkpoint with every kind of file, and the weights in it.
fn small_checkpoint(scratch: &Scratch) -> (PathBuf, Vec<u32>) {
    let game = Lookahead::new(stateful());
    let mut trainer = Trainer::new(game).observe(Checkpoints::every(7).to(scratch.join("checkpoints")));
    trainer.run(ring(), Budget::steps(7)).unwrap();
    (scratch.join("checkpoints/step-00000007"), every_weight(trainer.game()))
}

fn stateful() -> Points {
    let tiny = Gan::new(
        MlpGeneratorConfig::new(2, 2).with_hidden(vec![3]).init(&device()),
        MlpDiscriminatorConfig::new(2).with_hidden(vec![3]).init(&device()),
    );
    let adam = Optimizer::from(Adam::new(1e-3)).accumulate(2);
    tiny.optimizers(adam).average(0.9).loss(BoundaryEquilibrium::new(0.5))
}

fn every_weight(game: &Lookahead<Points>) -> Vec<u32> {
    [weights(game.game().generator()), weights(game.game().discriminator())].concat()
}

/// What comes of a damaged checkpoint: the same weights, or an error that is none of a panic.
fn load(path: &Path) -> Result<Vec<u32>> {
    let mut trainer = Trainer::new(Lookahead::new(stateful())).resume(path);
    trainer.run(ring(), Budget::steps(0))?;
    let loaded: MlpGenerator = Checkpoint::open(path)?.network("generator", &Device::default())?;
    assert_eq!(loaded.sample(2, 0).dims(), [2, 2]);
    Ok(every_weight(trainer.game()))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn cases(default: usize) -> usize {
    let wanted = std::env::var("AGON_FUZZ").ok().and_then(|n| n.parse().ok());
    wanted.unwrap_or(default)
}

/// Cuts the end off, turns one to four bits, or puts random bytes somewhere.
fn damaged(whole: &[u8], random: &mut random::Random) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    match random.random_range(0..4) {
        0 => bytes.truncate(random.random_range(0..whole.len())),
        1 | 2 => {
            for _ in 0..random.random_range(1..5) {
                let at = random.random_range(0..bytes.len());
                bytes[at] ^= 1 << random.random_range(0..8);
            }
        }
        _ => {
            let at = random.random_range(0..bytes.len());
            let end = (at + random.random_range(1..64)).min(bytes.len());
            bytes[at..end].iter_mut().for_each(|byte| *byte = random.random());
        }
    }
    bytes
}

#[test]
fn damaged_checkpoints_are_refused() {
    let scratch = Scratch::new("fuzz");
    let (folder, expected) = small_checkpoint(&scratch);
    assert_eq!(load(&folder).unwrap(), expected);
    let mut random = random::stream(5, 0);
    let (mut refused, mut equal) = (0, 0);
    let files = files(&folder);
    assert!(files.len() >= 11, "{files:?}");
    for case in 0..cases(300) {
        let file = &files[case % files.len()];
        let whole = fs::read(file).unwrap();
        fs::write(file, damaged(&whole, &mut random)).unwrap();
        match load(&folder) {
            Ok(weights) if weights == expected => equal += 1,
            Ok(_) => panic!("case {case}: other weights from a damaged {}", file.display()),
            Err(Error::Checkpoint { .. } | Error::Io { .. }) => refused += 1,
            Err(error) => panic!("case {case}, {}: {error}", file.display()),
        }
        fs::write(file, &whole).unwrap();
    }
    say(&format!(
        "damaged checkpoints: {refused} refused, {equal} with the same content"
    ));
}

/// The reader's second line: files whose checksums were made to fit. What a parser of lengths does with a lying one
/// must be an error too, and take no more memory than the file could hold.
#[test]
fn lying_checkpoints_are_refused_or_harmless() {
    let scratch = Scratch::new("lies");
    let (folder, _) = small_checkpoint(&scratch);
    let mut random = random::stream(6, 0);
    let (mut refused, mut loaded) = (0, 0);
    let manifest = fs::read(folder.join("manifest.json")).unwrap();
    let files: Vec<_> = files(&folder)
        .into_iter()
        .filter(|path| path.extension().unwrap() == "bpk")
        .collect();
    for case in 0..cases(200) {
        let file = &files[case % files.len()];
        let whole = fs::read(file).unwrap();
        // The head, where the lengths are, as often as the rest.
        let lie = match case / files.len() % 2 {
            0 => [
                &damaged(&whole[..whole.len().min(400)], &mut random)[..],
                &whole[whole.len().min(400)..],
            ]
            .concat(),
            _ => damaged(&whole, &mut random),
        };
        fs::write(file, &lie).unwrap();
        fs::write(folder.join("manifest.json"), fitted(&manifest, file, &lie)).unwrap();
        match load(&folder) {
            Ok(_) => loaded += 1,
            Err(Error::Checkpoint { .. } | Error::Io { .. }) => refused += 1,
            Err(error) => panic!("case {case}, {}: {error}", file.display()),
        }
        fs::write(file, &whole).unwrap();
    }
    say(&format!("lying checkpoints: {refused} refused, {loaded} loaded"));
}

/// The manifest with size and checksum of a file replaced, and its own checksum.
fn fitted(manifest: &[u8], file: &Path, bytes: &[u8]) -> Vec<u8> {
    let mut json: serde_json::Value = serde_json::from_slice(manifest).unwrap();
    let name = file.file_name().unwrap().to_str().unwrap();
    for mark in json["files"].as_array_mut().unwrap() {
        if mark["name"] == name {
            mark["bytes"] = bytes.len().into();
            mark["crc32"] = crc32(bytes).into();
        }
    }
    json.as_object_mut().unwrap().remove("crc32");
    json["crc32"] = crc32(json.to_string().as_bytes()).into();
    serde_json::to_vec(&json).unwrap()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// A line for the record, seen with `--nocapture`.
fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}
