//! Checkpoints that were damaged: a bit, a block, an end, a whole file. Damage to what was trained is always
//! noticed; damage to the manifest is noticed or harmless, and nothing makes the reader panic.

use std::fs;
use std::path::Path;

use agon::core::checkpoint::Reader;
use agon::prelude::*;
use rand::RngExt;
use rand::seq::IndexedRandom;

use crate::support::*;

const DAMAGES: u64 = 600;

/// Reads everything there is.
fn read(checkpoint: &Path) -> Result<()> {
    let reader = Reader::open(checkpoint)?;
    for mark in &reader.manifest().files {
        reader.bytes(&mark.name)?;
    }
    MlpGenerator::load(checkpoint, &Device::default()).map(|_| ())
}

#[test]
fn no_damage_goes_unnoticed() {
    let scratch = Scratch::new("spoilt");
    let mut trainer = Trainer::new(points()).observe(Checkpoints::every(2).to(&scratch.0));
    trainer.run(ring(), Budget::steps(2)).unwrap();
    let checkpoint = Reader::open(&scratch.0).unwrap().path().to_owned();
    read(&checkpoint).unwrap();
    let names: Vec<_> = fs::read_dir(&checkpoint)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let mut noticed = 0;
    for damage in 0..DAMAGES {
        let mut random = random::stream(23, damage);
        let path = names.choose(&mut random).unwrap();
        let whole = fs::read(path).unwrap();
        let mut bytes = whole.clone();
        let at = random.random_range(0..bytes.len());
        match random.random_range(0..4) {
            0 => bytes[at] ^= 1 << random.random_range(0..8),
            1 => bytes.truncate(at),
            2 => bytes.iter_mut().skip(at).take(64).for_each(|byte| *byte = !*byte),
            _ => bytes.clear(),
        }
        fs::write(path, &bytes).unwrap();
        let result = read(&checkpoint);
        noticed += usize::from(result.is_err());
        let harmless = path.ends_with("manifest.json");
        assert!(
            result.is_err() || harmless,
            "damage {damage} to {} went unnoticed",
            path.display()
        );
        fs::write(path, &whole).unwrap();
    }
    assert!(noticed > 500, "{noticed} of {DAMAGES}");
    read(&checkpoint).unwrap();
}
