//! What reports and TensorBoard's files hold of a run, also of one that was stopped, resumed or failed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use agon::prelude::*;
use rand::RngExt;
use serde_json::Value;

use crate::support::*;

type Images = Gan<DcganGenerator, DcganDiscriminator>;

/// What is measured in each round.
const FIGURES: [&str; 6] = [
    "gradient/discriminator",
    "gradient/generator",
    "loss/discriminator",
    "loss/generator",
    "rate/discriminator",
    "rate/generator",
];

fn report(path: &Path) -> Report<Images> {
    Report::every(1)
        .title("</title><script>alert(1)</script>")
        .samples(4, 2)
        .pictures("first", 5, |game: &Images| image_grid(Sampling::sample(game, 1, 3), 1))
        .pause(Duration::ZERO)
        .to(path)
}

/// The data which lies in a report.
fn data(path: &Path) -> Value {
    let html = std::fs::read_to_string(path).unwrap();
    let (_, rest) = html.split_once("id=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

/// Plays up to round `steps` in a folder, resuming if it is not a new run.
fn run(folder: &Path, steps: u64, resume: bool) {
    let mut trainer = Trainer::new(images().average(0.9))
        .observe(report(&folder.join("report.html")))
        .observe(
            TensorBoard::every(2)
                .samples(4, 2)
                .histograms(6)
                .to(folder.join("board")),
        )
        .observe(Checkpoints::every(4).to(folder.join("checkpoints")));
    trainer = match resume {
        true => trainer.resume(folder.join("checkpoints/latest")),
        false => trainer.seed(7),
    };
    trainer.run(waves(), Budget::steps(steps)).unwrap();
}

#[test]
fn a_resumed_report_equals_the_one_never_stopped() {
    let scratch = Scratch::new("report-resume");
    let (whole, parts) = (scratch.join("whole"), scratch.join("parts"));
    run(&whole, 11, false);
    run(&parts, 7, false);
    run(&parts, 11, true);
    let (whole, parts) = (data(&whole.join("report.html")), data(&parts.join("report.html")));
    for what in ["curves", "pictures", "step", "total", "seed"] {
        assert_eq!(whole[what], parts[what], "{what}");
    }
    assert_eq!(whole["ending"]["kind"], "spent");
    let curves = whole["curves"].as_array().unwrap();
    let mut names: Vec<_> = curves.iter().map(|curve| curve["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, FIGURES);
    assert!(
        curves
            .iter()
            .all(|curve| curve["points"].as_array().unwrap().len() == 11)
    );
    let frames = |i: usize| -> Vec<u64> {
        let frames = whole["pictures"][i]["frames"].as_array().unwrap();
        frames.iter().map(|frame| frame["step"].as_u64().unwrap()).collect()
    };
    assert_eq!((frames(0), frames(1)), (vec![0, 4, 8, 11], vec![0, 5, 10, 11]));
}

#[test]
fn a_report_says_who_plays_and_how() {
    let scratch = Scratch::new("report-players");
    run(&scratch.0, 2, false);
    let data = data(&scratch.join("report.html"));
    let generator = &data["players"][1];
    assert_eq!(
        (&generator["name"], &generator["network"]),
        (&"generator".into(), &"DcganGenerator".into())
    );
    assert_eq!(generator["config"]["latent"], 8);
    let optimizer = generator["optimizer"].as_str().unwrap();
    for part in ["Adam", "beta_1 0.5", "learning rate 0.0002", "moving average keeps 0.9"] {
        assert!(optimizer.contains(part), "{optimizer}");
    }
    assert!(!data["environment"].as_array().unwrap().is_empty());
    let html = std::fs::read_to_string(scratch.join("report.html")).unwrap();
    assert_eq!(html.matches("<script").count(), 2, "the title is text");
    assert!(
        !html.contains("http://") && !html.contains("https://"),
        "nothing is loaded"
    );
}

/// Fails in a round.
struct Fail(u64);

impl<G: Game> Observer<G> for Fail {
    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        match moment.step == self.0 {
            true => Err(Error::other("the disk is on fire")),
            false => Ok(Signal::Continue),
        }
    }
}

#[test]
fn a_failed_run_says_so_and_a_refused_one_leaves_the_old_report() {
    let scratch = Scratch::new("report-failed");
    let path = scratch.join("report.html");
    let mut trainer = Trainer::new(images()).observe(report(&path)).observe(Fail(3));
    trainer.run(waves(), Budget::steps(9)).unwrap_err();
    let failed = data(&path);
    assert_eq!(
        (&failed["ending"]["kind"], &failed["step"]),
        (&"failed".into(), &3.into())
    );
    assert_eq!(failed["ending"]["reason"], "the disk is on fire");

    let before = std::fs::read(&path).unwrap();
    let mut refused = Trainer::new(images())
        .observe(report(&path))
        .observe(MetricsLog::every(0));
    refused.run(waves(), Budget::steps(9)).unwrap_err();
    assert!(before == std::fs::read(&path).unwrap());
    let mut wrong = Trainer::new(images()).observe(report(&path).samples(3, 1));
    let error = wrong.run(waves(), Budget::steps(1)).unwrap_err().to_string();
    assert!(error.contains("`samples` twice"), "{error}");
}

const CHILD: &str = "AGON_REPORT_CHILD";

/// The test starts itself as a child which writes its report after every round, and kills it at a random
/// moment, again and again. `AGON_KILLS` sets how often.
#[test]
fn a_killed_run_leaves_its_last_report_whole() {
    if let Ok(folder) = std::env::var(CHILD) {
        let folder = Path::new(&folder);
        run(
            folder,
            u64::MAX,
            Checkpoint::open(folder.join("checkpoints/latest")).is_ok(),
        );
    }
    let scratch = Scratch::new("report-killed");
    let kills = std::env::var("AGON_KILLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(8);
    let mut random = random::stream(5, 0);
    let mut reached = 0;
    for kill in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["report::a_killed_run_leaves_its_last_report_whole", "--exact"])
            .env(CHILD, &scratch.0)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(random.random_range(60..300)));
        child.kill().unwrap();
        child.wait().unwrap();
        if !scratch.join("report.html").exists() {
            assert_eq!(reached, 0, "kill {kill}: the report is gone");
            continue;
        }
        let data = data(&scratch.join("report.html"));
        let points = data["curves"][0]["points"].as_array().unwrap();
        assert_eq!(points.last().unwrap()[0], data["step"], "kill {kill}");
        assert!(points.is_sorted_by_key(|point| point[0].as_u64()), "kill {kill}");
        reached = data["step"].as_u64().unwrap();
    }
    assert!(reached > 0, "no child ever got to write");
}

/// The lengths of the records of a file of events.
fn records(path: &Path) -> Vec<usize> {
    let bytes = std::fs::read(path).unwrap();
    let mut rest = &bytes[..];
    let mut lengths = Vec::new();
    while !rest.is_empty() {
        let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
        rest = &rest[length + 16..];
        lengths.push(length);
    }
    lengths
}

fn event_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn each_part_of_a_run_has_its_file_of_events() {
    let scratch = Scratch::new("board");
    run(&scratch.0, 7, false);
    run(&scratch.0, 11, true);
    let files = event_files(&scratch.join("board"));
    // Version, start, samples of round 0, rounds 2, 4 and 6, samples of round 7; then 8, 10 and samples of 11.
    let counts: Vec<usize> = files.iter().map(|file| records(file).len()).collect();
    assert_eq!(counts, [7, 5]);
}

/// TensorBoard itself, from the interpreter that `AGON_PYTHON` names, reads what was written.
#[test]
#[ignore = "needs an interpreter with TensorBoard: AGON_PYTHON=python cargo test -- --ignored tensorboard"]
fn tensorboard_reads_it_back() {
    let python = std::env::var("AGON_PYTHON").expect("AGON_PYTHON names an interpreter that has tensorboard");
    let scratch = Scratch::new("board-python");
    run(&scratch.0, 7, false);
    run(&scratch.0, 11, true);
    // A write that was cut short.
    let files = event_files(&scratch.join("board"));
    let mut bytes = std::fs::read(&files[1]).unwrap();
    bytes.extend([1, 2, 3, 4, 5]);
    std::fs::write(&files[1], bytes).unwrap();

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_tensorboard.py");
    let output = Command::new(python)
        .arg(script)
        .arg(scratch.join("board"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();

    let steps = |value: &Value| -> Vec<u64> {
        let events = value.as_array().unwrap();
        events.iter().map(|event| event["step"].as_u64().unwrap()).collect()
    };
    for tag in FIGURES {
        assert_eq!(steps(&read["scalars"][tag]), [2, 4, 6, 8, 10], "{tag}");
    }
    assert_eq!(steps(&read["images"]["samples"]), [0, 4, 7, 8, 11]);
    assert!(
        read["images"]["samples"]
            .as_array()
            .unwrap()
            .iter()
            .all(|image| image["size"] == serde_json::json!([22, 22]))
    );
    let histogram = &read["histograms"]["generator/layers.0.weight"];
    assert_eq!(steps(histogram), [6]);
    assert_eq!(histogram[0]["num"], 8.0 * 4.0 * 4.0 * 4.0);

    // The values are those that the report of the same run has.
    let curves = data(&scratch.join("report.html"));
    let all = curves["curves"].as_array().unwrap();
    let loss = all.iter().find(|curve| curve["name"] == "loss/generator").unwrap();
    for event in read["scalars"]["loss/generator"].as_array().unwrap() {
        let points = loss["points"].as_array().unwrap();
        let point = points.iter().find(|point| point[0] == event["step"]).unwrap();
        let (ours, theirs) = (point[1].as_f64().unwrap(), event["value"].as_f64().unwrap());
        assert!((ours - theirs).abs() <= 1e-6 * ours.abs(), "{ours} {theirs}");
    }
}
