//! Any bytes as the manifest of a checkpoint, and as the choice of the best one.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use agon_core::checkpoint::Reader;
use libfuzzer_sys::fuzz_target;

/// A folder with one checkpoint, whose manifest and weights are written anew for every input.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("agon-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("step-00000007")).expect("a folder");
    folder
});

fuzz_target!(|bytes: &[u8]| {
    let checkpoint = FOLDER.join("step-00000007");
    let write = |name, content: &[u8]| std::fs::write(checkpoint.join(name), content).expect("a file");
    write("manifest.json", bytes);
    write("weights", bytes);
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
