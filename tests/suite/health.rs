//! What a monitor does about trouble, in real runs.

use std::fs;

use agon::prelude::*;

use crate::support::*;

/// Replaces figures of a round.
struct Pretend(fn(u64) -> Option<(&'static str, f64)>);

impl<Gm: Game> Observer<Gm> for Pretend {
    fn round(&mut self, moment: &mut Moment<'_, Gm>) -> Result<Signal> {
        if let Some((name, value)) = (self.0)(moment.step) {
            moment.figures.add_known(name, value);
        }
        Ok(Signal::Continue)
    }
}

/// All samples are nearly one from round 30 to round 50.
fn collapses_once(step: u64) -> Option<(&'static str, f64)> {
    let spread = if (30..50).contains(&step) { 1e-4 } else { 0.7 };
    Some(("spread/fake", spread))
}

fn collapses_for_good(step: u64) -> Option<(&'static str, f64)> {
    (step >= 30).then_some(("spread/fake", 1e-4))
}

fn eager() -> Health {
    [
        Symptom::Duplicates,
        Symptom::Crowding,
        Symptom::Separation,
        Symptom::Confusion,
    ]
    .into_iter()
    .fold(Health::new().every(1).patience(6).grace(0), Health::without)
}

fn notes(trainer: &Trainer<Points>, level: Level) -> Vec<(u64, String)> {
    let notes = trainer
        .notes()
        .iter()
        .filter(|note| note.source == "health" && note.level == level);
    notes.map(|note| (note.step, note.text.clone())).collect()
}

fn both(gan: &Points) -> Vec<u32> {
    [weights(gan.generator()), weights(gan.discriminator())].concat()
}

#[test]
fn a_collapse_is_rolled_back_and_resuming_does_the_same() {
    let scratch = Scratch::new("collapse");
    let run = |folder: &str, steps: u64, resume: bool| {
        let folder = scratch.join(folder);
        let treated = eager().on(Trouble::Collapse, [Remedy::RollBack, SlowDown::by(0.5).into()]);
        let mut trainer = Trainer::new(points())
            .observe(Pretend(collapses_once))
            .observe(treated)
            .observe(Checkpoints::every(5).keep(9).to(&folder));
        if resume {
            trainer = trainer.resume(folder.join("latest"));
        }
        trainer.run(ring(), Budget::steps(steps)).unwrap();
        trainer
    };
    let whole = run("whole", 60, false);
    let alarms = notes(&whole, Level::Alarm);
    // The smoothed figure falls below a tenth in the eleventh round of it, and stays there for the patience of six.
    assert_eq!(
        alarms.iter().map(|(step, _)| *step).collect::<Vec<_>>(),
        [46],
        "{alarms:?}"
    );
    assert!(alarms[0].1.contains("the generator has collapsed"), "{alarms:?}");
    // Which is taken into account: the checkpoint is from before round 30.
    let went_back = "went back to round 25, 1 of at most 3 times".to_owned();
    assert!(notes(&whole, Level::Warning).contains(&(46, went_back)));
    let manifest = Checkpoint::open(scratch.join("whole/latest")).unwrap();
    assert!(manifest.manifest().players.iter().all(|player| player.pace == 0.5));

    for stop in [32, 40, 45, 46, 47, 52] {
        let parts = format!("parts-{stop}");
        run(&parts, stop, false);
        let resumed = run(&parts, 60, true);
        assert!(both(whole.game()) == both(resumed.game()), "stopped at {stop}");
    }
}

#[test]
fn going_back_has_an_end() {
    let scratch = Scratch::new("end");
    let mut trainer = Trainer::new(points())
        .observe(Pretend(collapses_for_good))
        .observe(eager().on(Trouble::Collapse, Remedy::RollBack).at_most(2))
        .observe(Checkpoints::every(5).keep(9).to(scratch.join("checkpoints")));
    let error = trainer.run(ring(), Budget::steps(200)).unwrap_err();
    assert!(matches!(error, Error::Unhealthy { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("collapsed") && text.contains("going back 2 times did not help"),
        "{text}"
    );
    assert_eq!(notes(&trainer, Level::Alarm).len(), 3);

    let mut trainer = Trainer::new(points())
        .observe(Pretend(collapses_for_good))
        .observe(eager().on(Trouble::Collapse, Remedy::RollBack));
    let error = trainer.run(ring(), Budget::steps(200)).unwrap_err().to_string();
    assert!(error.contains("there is no checkpoint to go back to"), "{error}");
}

#[test]
fn a_damaged_checkpoint_is_passed_over() {
    /// Damages the checkpoint of round 25 after round 28.
    struct Vandal(std::path::PathBuf);
    impl Observer<Points> for Vandal {
        fn round(&mut self, moment: &mut Moment<'_, Points>) -> Result<Signal> {
            if moment.step == 28 {
                fs::write(self.0.join("step-00000025/generator.weights.bpk"), "nothing").unwrap();
            }
            Ok(Signal::Continue)
        }
    }
    let scratch = Scratch::new("vandal");
    let mut trainer = Trainer::new(points())
        .observe(Pretend(collapses_once))
        .observe(Vandal(scratch.0.clone()))
        .observe(eager().on(Trouble::Collapse, Remedy::RollBack))
        .observe(Checkpoints::every(5).keep(9).to(&scratch.0));
    trainer.run(ring(), Budget::steps(50)).unwrap();
    let warnings = notes(&trainer, Level::Warning);
    assert!(
        warnings
            .iter()
            .any(|(_, text)| text.contains("cannot go back") && text.contains("step-00000025"))
    );
    assert!(
        warnings.iter().any(|(_, text)| text.contains("went back to round 20")),
        "{warnings:?}"
    );
}

#[test]
fn the_best_checkpoint_can_be_the_one() {
    let scratch = Scratch::new("to-best");
    let figures = |step: u64| match step {
        1..30 => Some(("score", (step as f64 - 12.0).abs())),
        _ => collapses_once(step),
    };
    let mut trainer = Trainer::new(points())
        .observe(Pretend(figures))
        // Before, samples spread as those of a network that has learned nothing do.
        .observe(eager().grace(29).on(Trouble::Collapse, Remedy::RollBackToBest))
        .observe(Checkpoints::every(5).keep(9).lowest("score").to(&scratch.0));
    trainer.run(ring(), Budget::steps(50)).unwrap();
    let warnings = notes(&trainer, Level::Warning);
    assert!(
        warnings.iter().any(|(_, text)| text.contains("went back to round 12")),
        "{warnings:?}"
    );
}

#[test]
fn a_run_can_be_stopped_or_slowed_down() {
    let mut trainer = Trainer::new(points())
        .observe(Pretend(collapses_for_good))
        .observe(eager().on(Trouble::Collapse, Remedy::Stop));
    let outcome = trainer.run(ring(), Budget::steps(200)).unwrap();
    let Ending::Stopped(reason) = outcome.ending else {
        panic!("{:?}", outcome.ending);
    };
    assert!(reason.contains("collapsed") && outcome.steps < 60, "{reason}");

    let slow = SlowDown::by(0.5).only("discriminator").not_below(0.2);
    let mut trainer = Trainer::new(points())
        .observe(Pretend(collapses_for_good))
        .observe(eager().on(Trouble::Collapse, slow));
    trainer.run(ring(), Budget::steps(100)).unwrap();
    let mut game = trainer.into_game();
    let players = game.players();
    let paces: Vec<_> = players.iter().map(|player| (player.name(), player.pace())).collect();
    assert_eq!(paces, [("discriminator", 0.2), ("generator", 1.0)]);
}

#[test]
fn a_rate_beyond_measure_is_survived() {
    let scratch = Scratch::new("rate");
    // The rate is harmless at first and grows beyond all bounds.
    let wild = || {
        let growing = Schedule::Exponential { factor: 1.2 };
        points()
            .loss(Wasserstein)
            .optimizers(Optimizer::from(Sgd::new(1e-3)).schedule(growing))
    };
    let mut lost = Trainer::new(wild()).guard(Guard::every(5));
    let error = lost.run(ring(), Budget::steps(200)).unwrap_err();
    assert!(matches!(error, Error::NotFinite { .. }), "{error}");

    let mut saved = Trainer::new(wild())
        .guard(Guard::every(5))
        .observe(Health::new().on(
            Trouble::NotFinite,
            [Remedy::RollBack, SlowDown::by(1e-6).not_below(0.0).into()],
        ))
        .observe(Checkpoints::every(5).to(&scratch.0));
    let outcome = saved.run(ring(), Budget::steps(100)).unwrap();
    assert_eq!((outcome.steps, outcome.ending), (100, Ending::Spent));
    assert!(!notes(&saved, Level::Alarm).is_empty());
    assert!(
        both(saved.game())
            .into_iter()
            .all(|bits| f32::from_bits(bits).is_finite())
    );
}

#[test]
fn samples_are_compared_with_real_ones() {
    let alarms = |scale: f64| {
        let real = GaussianMixture::ring()
            .batches(64)
            .batch(0, 1, &Device::default())
            .unwrap()
            * scale;
        // Batches of the game are not looked at.
        let watch = Symptom::ALL
            .into_iter()
            .fold(Health::new(), Health::without)
            .limit(Symptom::Spread, 0.1, 0.2);
        let health = watch.every(1_000).samples_every(2).patience(6).grace(0).beside(&real);
        let mut trainer = Trainer::new(points()).observe(health);
        trainer.run(ring(), Budget::steps(20)).unwrap();
        notes(&trainer, Level::Alarm).len()
    };
    // Looks at every second round: alarms in rounds 8, 14 and 20.
    assert_eq!((alarms(0.5), alarms(100.0)), (0, 3));
}

#[test]
fn settings_of_a_monitor_that_cannot_work_are_named() {
    let error = |health: Health| {
        let mut trainer = Trainer::new(points()).observe(health);
        trainer.run(ring(), Budget::steps(1)).unwrap_err().to_string()
    };
    assert!(error(Health::new().every(0)).contains("looks of `Health`"));
    assert!(error(Health::new().limit(Symptom::Spread, 0.1, 0.1)).contains("limits of Spread"));
    assert!(error(Health::new().on(Trouble::Collapse, SlowDown::by(2.0))).contains("factor of `SlowDown`"));
}

#[test]
fn equal_runs_have_equal_manifests() {
    let scratch = Scratch::new("manifests");
    let run = |name: &str, seed: u64, rate: f64| {
        let path = scratch.join(name);
        let manifest = RunManifest::to(&path).setting("rate", rate).data("a ring");
        let mut trainer = Trainer::new(points().optimizers(Adam::new(rate)))
            .seed(seed)
            .observe(manifest);
        trainer.run(ring(), Budget::steps(5)).unwrap();
        RunRecord::read(&path).unwrap()
    };
    let first = run("a.json", 1, 1e-3);
    assert_eq!(first.differences(&run("b.json", 1, 1e-3)), []);
    let parts = |record: &RunRecord| -> Vec<String> {
        let differences = first.differences(record).into_iter();
        differences.map(|difference| difference.what).collect()
    };
    let other = parts(&run("c.json", 2, 1e-3));
    assert!(
        other.contains(&"seed".to_owned()) && other.contains(&"players.0.digest".to_owned()),
        "{other:?}"
    );
    let other = parts(&run("d.json", 1, 2e-3));
    assert!(other.contains(&"settings.rate".to_owned()) && other.contains(&"players.1.optimizer".to_owned()));

    assert_eq!(
        (first.budget.as_str(), first.ending.as_deref(), first.steps),
        ("5 rounds", Some("spent"), 5)
    );
    assert!(first.machine.cores > 0 && first.versions.rustc.starts_with("rustc") && first.ended.is_some());
    assert_eq!(first.players[1].parameters, 4 * 16 + 16 + 16 * 16 + 16 + 16 * 2 + 2);
    assert!(first.game.contains("loss: Original"), "{}", first.game);
    fs::write(scratch.join("a.json"), "{}").unwrap();
    assert!(
        RunRecord::read(scratch.join("a.json"))
            .unwrap_err()
            .to_string()
            .contains("a.json")
    );
}
