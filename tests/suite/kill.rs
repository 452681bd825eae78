//! A run that is killed while it writes leaves its last checkpoint whole.
//!
//! The tests start themselves as children which do nothing but write, and kill them at a random moment, again and
//! again: one writes checkpoints, the other logs, images and a manifest as well. `AGON_KILLS` sets how often; the
//! gate does a few, hundreds are on record.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use agon::prelude::*;
use rand::RngExt;

use crate::support::*;
use crate::traces;

const CHILD: &str = "AGON_KILL_CHILD";

#[test]
fn a_checkpoint_survives_kills() {
    if let Ok(directory) = std::env::var(CHILD) {
        write_for_ever(Path::new(&directory));
    }
    let scratch = Scratch::new("kill");
    let mut random = random::stream(11, 0);
    let mut reached = 0;
    for kill in 0..kills() {
        let wait = Duration::from_millis(random.random_range(30..250));
        run_and_kill("kill::a_checkpoint_survives_kills", &scratch.0, wait);
        // A child that was killed before its first checkpoint leaves nothing, which is fine only at first.
        let Ok(checkpoint) = Checkpoint::open(scratch.join("latest")) else {
            assert_eq!(reached, 0, "kill {kill}: the checkpoint of round {reached} is gone");
            continue;
        };
        let step = checkpoint.manifest().step;
        assert!(step >= reached, "kill {kill}: went back from round {reached} to {step}");
        reached = step;
        if scratch.join("best.json").exists() {
            Checkpoint::open(scratch.join("best")).unwrap();
        }
        let generator: MlpGenerator = checkpoint.network("generator", &Device::default()).unwrap();
        assert_eq!(generator.sample(2, 0).dims(), [2, 2]);
        let mut resumed = Trainer::new(points()).resume(scratch.join("latest"));
        resumed.run(ring(), Budget::steps(step)).unwrap();
    }
    assert!(reached > 0, "no child ever got to write");
}

#[test]
fn everything_that_is_written_survives_kills() {
    if let Ok(directory) = std::env::var(CHILD) {
        let directory = Path::new(&directory);
        let mut trainer = traces::writer(directory, Checkpoints::every(1).keep(2).lowest("loss/generator"));
        if Checkpoint::open(directory.join("checkpoints/latest")).is_ok() {
            trainer = trainer.resume(directory.join("checkpoints/latest"));
        }
        let ended = trainer.run(waves(), Budget::steps(u64::MAX));
        unreachable!("{ended:?}");
    }
    let scratch = Scratch::new("kill-all");
    let mut random = random::stream(12, 0);
    let mut reached = 0;
    for kill in 0..kills() {
        let wait = Duration::from_millis(random.random_range(50..350));
        run_and_kill("kill::everything_that_is_written_survives_kills", &scratch.0, wait);
        let step = traces::check(&scratch.0);
        assert!(step >= reached, "kill {kill}: went back from round {reached} to {step}");
        reached = step;
    }
    assert!(reached > 0, "no child ever got to write");
    traces::go_on(&scratch.0, reached + 1);
}

fn kills() -> u64 {
    let wanted = std::env::var("AGON_KILLS").ok().and_then(|n| n.parse().ok());
    wanted.unwrap_or(12)
}

fn run_and_kill(test: &str, directory: &Path, wait: Duration) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact"])
        .env(CHILD, directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(wait);
    child.kill().unwrap();
    child.wait().unwrap();
}

fn write_for_ever(directory: &Path) -> ! {
    let mut trainer =
        Trainer::new(points()).observe(Checkpoints::every(1).keep(2).lowest("loss/generator").to(directory));
    if Checkpoint::open(directory.join("latest")).is_ok() {
        trainer = trainer.resume(directory.join("latest"));
    }
    let ended = trainer.run(ring(), Budget::steps(u64::MAX));
    unreachable!("{ended:?}");
}
