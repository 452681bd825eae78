//! Any bytes as the manifest of a checkpoint, and as the choice of the best one.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use agon_core::checkpoint::Reader;
use libfuzzer_sys::fuzz_target;

/// A folder with one checkpoint, whose manifest is written anew for every input.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("agon-fuzz-{}", std::process::id()));
    let checkpoint = folder.join("step-00000007");
    std::fs::create_dir_all(&checkpoint).expect("a folder");
    std::fs::write(checkpoint.join("weights"), "weights").expect("a file");
    folder
});

fuzz_target!(|bytes: &[u8]| {
    std::fs::write(FOLDER.join("step-00000007/manifest.json"), bytes).expect("a file");
    std::fs::write(FOLDER.join("best.json"), bytes).expect("a file");
    for name in ["step-00000007", "latest", "best"] {
        let Ok(reader) = Reader::open(FOLDER.join(name)) else { continue };
        for mark in &reader.manifest().files {
            let read = reader.bytes(&mark.name);
            assert!(read.is_err() || read.is_ok_and(|read| crc32fast::hash(&read) == mark.crc32));
        }
        for player in &reader.manifest().players {
            assert!(reader.entry(&player.name).is_ok());
        }
    }
});
