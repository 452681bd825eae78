//! SIGTERM, SIGHUP and Ctrl-C end a run in good order; a second one ends it at once.
#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use agon::prelude::*;

use crate::support::*;
use crate::traces;

const CHILD: &str = "AGON_SIGNAL_CHILD";
const SLOW: &str = "AGON_SIGNAL_SLOW";

/// Takes its time over the third round.
struct Slow;

impl<Gm: Game> Observer<Gm> for Slow {
    fn round(&mut self, moment: &mut Moment<'_, Gm>) -> Result<Signal> {
        if moment.step == 3 {
            std::thread::sleep(Duration::from_secs(60));
        }
        Ok(Signal::Continue)
    }
}

fn run_until_told(folder: &Path) -> ! {
    let checkpoints = Checkpoints::every(1_000_000);
    let mut trainer = traces::writer(folder, checkpoints).observe(StopOnInterrupt::new());
    if std::env::var_os(SLOW).is_some() {
        trainer = trainer.observe(Slow);
    }
    trainer.run(waves(), Budget::steps(u64::MAX)).unwrap();
    std::process::exit(interrupted().map_or(0, i32::from));
}

fn start(test: &str, folder: &Path, slow: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact"]).env(CHILD, folder);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    if slow {
        command.env(SLOW, "1");
    }
    let child = command.spawn().unwrap();
    wait_for(|| folder.join("samples/step-00000003.png").exists());
    child
}

fn wait_for(ready: impl Fn() -> bool) {
    let start = Instant::now();
    while !ready() {
        assert!(start.elapsed() < Duration::from_secs(120), "nothing happened");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn send(signal: &str, child: &Child) {
    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

#[test]
fn signals_end_a_run_in_good_order() {
    let test = "signals::signals_end_a_run_in_good_order";
    if let Some(folder) = std::env::var_os(CHILD) {
        run_until_told(Path::new(&folder));
    }
    for (signal, name, code) in [("TERM", "SIGTERM", 143), ("HUP", "SIGHUP", 129), ("INT", "Ctrl-C", 130)] {
        let scratch = Scratch::new(&format!("signal-{signal}"));
        let mut child = start(test, &scratch.0, false);
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        let reached = traces::check(&scratch.0);
        let record = RunRecord::read(scratch.join("run.json")).unwrap();
        assert_eq!(record.ending, Some(format!("stopped: interrupted by {name}")));
        assert!(reached >= 3 && record.steps == reached, "{signal}: {reached}");
        traces::go_on(&scratch.0, reached + 2);
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let test = "signals::a_second_signal_ends_it_at_once";
    if let Some(folder) = std::env::var_os(CHILD) {
        run_until_told(Path::new(&folder));
    }
    let scratch = Scratch::new("signal-twice");
    let mut child = start(test, &scratch.0, true);
    send("TERM", &child);
    // The first may still be on its way when the second comes, and two that wait are one.
    let mut sent = 0;
    while child.try_wait().unwrap().is_none() {
        assert!(sent < 100, "it does not end");
        send("TERM", &child);
        sent += 1;
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(traces::check(&scratch.0), 0, "there was no time for a checkpoint");
}
