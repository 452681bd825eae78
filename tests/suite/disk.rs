//! A disk that fills up while a run writes checkpoints, logs, images and its manifest, and one that is read-only.
//!
//! The test starts itself as a child in a mount namespace of its own, with a small file system in memory. Where that
//! is not permitted it says so and tests nothing. `AGON_FILLS` sets how many levels are tried.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use agon::prelude::*;

use crate::support::*;
use crate::traces;

const CHILD: &str = "AGON_DISK_CHILD";

/// Runs the test of this name as a child, with a file system of 1 MiB at `AGON_DISK_CHILD`.
fn on_a_small_disk(test: &str) {
    let scratch = Scratch::new(&format!("disk-{}", test.len()));
    let script = r#"mount -t tmpfs -o size=1m agon "$1" || exit 99; exec "$2" "$3" --exact --nocapture"#;
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .args([scratch.0.as_os_str(), std::env::current_exe().unwrap().as_os_str()])
        .arg(format!("disk::{test}"))
        .env(CHILD, &scratch.0)
        .env("RUST_BACKTRACE", "0")
        .output();
    match output {
        Ok(output) if output.status.success() => say(String::from_utf8_lossy(&output.stderr).trim()),
        Ok(output) if output.status.code() == Some(99) || is_refused(&output.stderr) => {
            say("skipped: no file systems may be mounted here");
        }
        Ok(output) => panic!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(_) => say("skipped: there is no `unshare` here"),
    }
}

fn is_refused(stderr: &[u8]) -> bool {
    String::from_utf8_lossy(stderr).contains("unshare:")
}

/// A run that writes all it can, in every round.
fn writer(folder: &Path) -> Trainer<traces::Images> {
    traces::writer(folder, Checkpoints::every(1).keep(2).replacing())
}

/// Fills the disk but for so many bytes.
fn fill(folder: &Path, but: u64) {
    let path = folder.join("filler");
    let mut file = File::create(&path).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    let size = file.metadata().unwrap().len();
    file.set_len(size.saturating_sub(but)).unwrap();
}

#[test]
fn a_full_disk_ends_the_run_and_costs_nothing_that_was_written() {
    let Some(disk) = std::env::var_os(CHILD) else {
        return on_a_small_disk("a_full_disk_ends_the_run_and_costs_nothing_that_was_written");
    };
    let disk = Path::new(&disk);
    let levels: u64 = std::env::var("AGON_FILLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(12);
    let (mut full, mut had_room) = (0, 0);
    for level in 0..levels {
        let folder = disk.join("run");
        let _ = fs::remove_dir_all(&folder);
        // Every second run has begun before the disk is full.
        let begun = if level % 2 == 0 { 0 } else { 3 };
        writer(&folder).run(waves(), Budget::steps(begun)).unwrap();
        fill(disk, 4096 * level * 40 / levels);
        let result = match begun {
            0 => writer(&folder).run(waves(), Budget::steps(6)),
            _ => writer(&folder)
                .resume(folder.join("checkpoints/latest"))
                .run(waves(), Budget::steps(9)),
        };
        match result {
            Ok(_) => had_room += 1,
            Err(Error::Io { path, source }) => {
                assert!(
                    path.starts_with(disk) && source.kind() == std::io::ErrorKind::StorageFull,
                    "{path:?}: {source}"
                );
                full += 1;
            }
            Err(other) => panic!("level {level}: {other}"),
        }
        let reached = traces::check(&folder);
        assert!(
            reached >= begun,
            "level {level}: round {begun} is lost, {reached} is left"
        );
        fs::remove_file(disk.join("filler")).unwrap();
        traces::go_on(&folder, 12);
    }
    assert!(full > levels / 3, "the disk was full only {full} times");
    say(&format!(
        "disk full: {full} runs ended, {had_room} had room enough; {levels} went on afterwards"
    ));
}

#[test]
fn a_disk_that_may_not_be_written_is_named() {
    let Some(disk) = std::env::var_os(CHILD) else {
        return on_a_small_disk("a_disk_that_may_not_be_written_is_named");
    };
    let disk = Path::new(&disk);
    let folder = disk.join("run");
    writer(&folder).run(waves(), Budget::steps(3)).unwrap();
    let mount = Command::new("mount")
        .args(["-o", "remount,ro"])
        .arg(disk)
        .status()
        .unwrap();
    assert!(mount.success());
    let place = |name: &str| disk.join("new").join(name);
    let resumed = || Trainer::new(images()).resume(folder.join("checkpoints/latest"));
    let runs = [
        Trainer::new(images()).observe(Checkpoints::every(1).to(place("checkpoints"))),
        Trainer::new(images()).observe(MetricsLog::every(1).to(place("log"))),
        Trainer::new(images()).observe(SampleGrid::every(1).to(place("samples"))),
        Trainer::new(images()).observe(RunManifest::to(place("run.json"))),
        resumed().observe(Checkpoints::every(1).to(folder.join("checkpoints"))),
        resumed().observe(MetricsLog::every(1).to(folder.join("log"))),
        resumed().observe(SampleGrid::every(1).to(folder.join("samples"))),
        resumed().observe(RunManifest::to(folder.join("run.json"))),
    ];
    for (i, mut trainer) in runs.into_iter().enumerate() {
        match trainer.run(waves(), Budget::steps(6)) {
            Err(Error::Io { path, source }) => {
                assert!(path.starts_with(disk), "{i}: {path:?}");
                assert_eq!(source.kind(), std::io::ErrorKind::ReadOnlyFilesystem, "{i}: {source}");
            }
            other => panic!("{i}: {other:?}"),
        }
    }
    assert_eq!(traces::check(&folder), 3);
    say("a read-only disk: 8 runs refused, and what was on it is whole");
}

/// A line for the record, seen with `--nocapture`.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
