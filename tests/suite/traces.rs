//! Everything that a run can leave behind, and whether it is whole.

use std::fs;
use std::path::Path;

use agon::prelude::*;

use crate::support::*;

pub type Images = Gan<DcganGenerator, DcganDiscriminator>;

/// A run that writes its manifest, a log, images and checkpoints, all of them in every round.
pub fn writer(folder: &Path, checkpoints: Checkpoints) -> Trainer<Images> {
    Trainer::new(images().average(0.9))
        .observe(RunManifest::to(folder.join("run.json")))
        .observe(MetricsLog::every(1).to(folder.join("log")))
        .observe(SampleGrid::every(1).side(2).to(folder.join("samples")))
        .observe(checkpoints.to(folder.join("checkpoints")))
}

/// Checks that all of it can be read; answers the round of the newest checkpoint, or 0.
pub fn check(folder: &Path) -> u64 {
    check_images(&folder.join("samples"));
    check_log(&folder.join("log"));
    if folder.join("run.json").exists() {
        RunRecord::read(folder.join("run.json")).unwrap();
    }
    let Ok(checkpoint) = Checkpoint::open(folder.join("checkpoints/latest")) else {
        return 0;
    };
    let generator: DcganGenerator = checkpoint.network("generator", &Device::default()).unwrap();
    assert_eq!(generator.sample(2, 0).dims(), [2, 1, 8, 8]);
    let step = checkpoint.manifest().step;
    let mut resumed = Trainer::new(images().average(0.9)).resume(checkpoint.path());
    resumed.run(waves(), Budget::steps(step)).unwrap();
    step
}

/// Goes on, or begins anew if there is nothing to go on from, and compares with a run that met no trouble.
pub fn go_on(folder: &Path, steps: u64) {
    let mut trainer = writer(folder, Checkpoints::every(1).keep(2));
    if Checkpoint::open(folder.join("checkpoints/latest")).is_ok() {
        trainer = trainer.resume(folder.join("checkpoints/latest"));
    }
    trainer.run(waves(), Budget::steps(steps)).unwrap();
    assert_eq!(check(folder), steps);
    let scratch = Scratch::new(&format!("unbroken-{}", folder.file_name().unwrap().display()));
    let mut unbroken = Trainer::new(images().average(0.9)).observe(MetricsLog::every(1).to(&scratch.0));
    unbroken.run(waves(), Budget::steps(steps)).unwrap();
    for file in ["metrics.jsonl", "metrics.csv"] {
        let read = |folder: &Path| fs::read_to_string(folder.join(file)).unwrap();
        assert_eq!(read(&folder.join("log")), read(&scratch.0), "{file}");
    }
    let digests = RunRecord::read(folder.join("run.json")).unwrap().players;
    let mut game = unbroken.into_game();
    let expected: Vec<_> = game
        .players()
        .iter()
        .map(|player| Some(player.digest().unwrap()))
        .collect();
    assert_eq!(
        digests.into_iter().map(|player| player.digest).collect::<Vec<_>>(),
        expected
    );
}

fn check_images(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "png") {
            let file = std::io::BufReader::new(fs::File::open(&path).unwrap());
            let mut reader = png::Decoder::new(file).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut pixels).unwrap();
        }
    }
}

/// All lines but the last are whole; the last may have been cut off with its end of line.
fn check_log(folder: &Path) {
    let whole = |file: &str| {
        let text = fs::read_to_string(folder.join(file)).unwrap_or_default();
        let lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    for (i, line) in whole("metrics.jsonl").iter().enumerate() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["step"], i as u64 + 1, "{line}");
    }
    let rows = whole("metrics.csv");
    let cells = |row: &String| row.split(',').count();
    assert!(rows.iter().all(|row| cells(row) == cells(&rows[0])), "{rows:?}");
}
