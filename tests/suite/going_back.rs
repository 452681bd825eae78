//! A run can go back to a checkpoint, slow down, and be resumed as if nothing had happened.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use agon::prelude::*;

use crate::support::*;

/// Goes back once, to the checkpoint of round `to` after round `at`; may slow everybody down then.
struct GoBack {
    to: u64,
    at: u64,
    pace: f64,
}

impl<Gm: Game> Observer<Gm> for GoBack {
    fn round(&mut self, moment: &mut Moment<'_, Gm>) -> Result<Signal> {
        if moment.step == self.at {
            let all = moment.checkpoints();
            let (_, path) = all.iter().find(|(step, _)| *step == self.to).unwrap();
            assert_eq!(moment.go_back_to(path)?, self.to);
            for player in moment.game.players() {
                player.set_pace(player.pace() * self.pace);
            }
        }
        Ok(Signal::Continue)
    }
}

/// Plays 10 rounds and goes back after the sixth to the fourth, in one go and in two parts.
fn check<Gm: Game>(
    name: &str,
    game: impl Fn() -> Gm,
    data: impl Fn() -> Box<dyn Batches<Batch = Gm::Batch>>,
    look: impl Fn(&Gm) -> Vec<u32>,
) {
    let scratch = Scratch::new(&format!("back-{name}"));
    let run = |folder: &str, steps: u64, resume: bool| {
        let folder = scratch.join(folder);
        let back = GoBack {
            to: 4,
            at: 6,
            pace: 0.5,
        };
        let mut trainer = Trainer::new(game())
            .observe(back)
            .observe(Checkpoints::every(2).keep(9).to(&folder));
        trainer = match resume {
            true => trainer.resume(folder.join("latest")),
            false => trainer.seed(3),
        };
        trainer.run(data(), Budget::steps(steps)).unwrap();
        look(trainer.game())
    };
    let fourth = run("four", 4, false);
    let sixth = run("whole", 6, false);
    assert!(fourth == sixth, "{name}: it is not where it was after round 4");
    let whole = run("unbroken", 10, false);
    assert_ne!(whole, run("four", 6, true), "{name}: nothing was learned afterwards");
    for stop in [5, 6, 7] {
        let parts = format!("parts{stop}");
        run(&parts, stop, false);
        assert!(
            whole == run(&parts, 10, true),
            "{name}: stopped at {stop}, weights differ"
        );
    }
    let manifest = Checkpoint::open(scratch.join("whole/latest")).unwrap();
    assert!(manifest.manifest().players.iter().all(|player| player.pace == 0.5));
}

fn both(gan: &Points) -> Vec<u32> {
    [weights(gan.generator()), weights(gan.discriminator())].concat()
}

#[test]
fn perceptrons_with_every_stateful_knob_go_back() {
    let game = || {
        points()
            .loss(BoundaryEquilibrium::new(0.5))
            .penalty(LeCam::new(0.1))
            .optimizers(Optimizer::from(Adam::new(1e-3)).accumulate(3))
            .average(0.9)
    };
    check("knobs", game, || Box::new(ring()), both);
}

#[test]
fn running_statistics_go_back() {
    let look = |gan: &Gan<DcganGenerator, DcganDiscriminator>| {
        [weights(gan.generator()), weights(gan.discriminator())].concat()
    };
    let game = || images().average(0.9).constraint(SpectralNorm::new());
    check("images", game, || Box::new(waves()), look);
}

#[test]
fn lookahead_goes_back() {
    let game = || Lookahead::new(points()).every(5);
    check("lookahead", game, || Box::new(ring()), |game| both(game.game()));
}

/// Notes a figure that is no number in this round.
struct Poison(u64);

impl Observer<Points> for Poison {
    fn round(&mut self, moment: &mut Moment<'_, Points>) -> Result<Signal> {
        if moment.step == self.0 {
            moment.figures.add_known("poison", f64::NAN);
        }
        Ok(Signal::Continue)
    }
}

/// Goes back to the newest checkpoint whenever something is not finite.
#[derive(Default)]
struct Doctor(Vec<u64>);

impl<Gm: Game> Observer<Gm> for Doctor {
    fn mend(&mut self, moment: &mut Moment<'_, Gm>, error: &Error) -> Result<bool> {
        assert!(matches!(error, Error::NotFinite { .. }), "{error}");
        let Some((_, newest)) = moment.checkpoints().pop() else {
            return Ok(false);
        };
        self.0.push(moment.go_back_to(newest)?);
        moment.note(Level::Alarm, "doctor", "went back");
        Ok(true)
    }
}

#[test]
fn what_is_not_finite_can_be_mended() {
    let scratch = Scratch::new("mend");
    let keep = || Checkpoints::every(2).to(scratch.join("checkpoints")).replacing();
    // The guard finds it in round 4, the checkpoints in round 3 or at once: whoever comes first.
    for (poisoned, guard) in [(3, 4), (4, 0), (9, 4)] {
        let mut trainer = Trainer::new(points())
            .guard(Guard::every(guard))
            .observe(Poison(poisoned))
            .observe(Doctor::default())
            .observe(keep());
        let outcome = trainer.run(ring(), Budget::steps(9)).unwrap();
        assert_eq!((outcome.steps, outcome.ending), (9, Ending::Spent));
        let alarms = trainer.notes().iter().filter(|note| note.level == Level::Alarm).count();
        assert_eq!(alarms, 1, "poisoned at {poisoned}");
    }
    // Nobody can mend the first round: there is no checkpoint yet.
    let mut trainer = Trainer::new(points())
        .guard(Guard::every(1))
        .observe(Poison(1))
        .observe(Doctor::default())
        .observe(keep());
    let error = trainer.run(ring(), Budget::steps(9)).unwrap_err();
    assert!(matches!(error, Error::NotFinite { round: 1, .. }), "{error}");
}

/// Says stop once, when every observer knows of this round.
struct StopAfter(u64);

impl<Gm: Game> Observer<Gm> for StopAfter {
    fn between(&mut self, moment: &mut Moment<'_, Gm>) -> Result<Signal> {
        Ok(match moment.step == self.0 {
            true => Signal::Stop("asked to".to_owned()),
            false => Signal::Continue,
        })
    }
}

#[test]
fn who_says_stop_is_heard_though_something_is_mended() {
    let scratch = Scratch::new("mend-stop");
    // Found by the guard after everybody was told, and by the checkpoint that is due.
    for every in [1, 100] {
        let mut trainer = Trainer::new(points())
            .guard(Guard::every(1))
            .observe(Poison(3))
            .observe(StopAfter(3))
            .observe(Doctor::default())
            .observe(Checkpoints::every(2).to(scratch.join("first")).replacing())
            .observe(Checkpoints::every(every).to(scratch.join("second")).replacing());
        let outcome = trainer.run(ring(), Budget::steps(9)).unwrap();
        assert_eq!(
            (outcome.steps, outcome.ending),
            (3, Ending::Stopped("asked to".to_owned()))
        );
    }
}

/// Looks at every round at once.
struct Strict;

impl<Gm: Game> Observer<Gm> for Strict {
    fn round(&mut self, moment: &mut Moment<'_, Gm>) -> Result<Signal> {
        moment.check_finite().map(|()| Signal::Continue)
    }
}

/// Counts what it is told.
struct Counts(Arc<AtomicU64>);

impl<Gm: Game> Observer<Gm> for Counts {
    fn round(&mut self, _: &mut Moment<'_, Gm>) -> Result<Signal> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Signal::Continue)
    }

    fn between(&mut self, _: &mut Moment<'_, Gm>) -> Result<Signal> {
        self.0.fetch_add(100, Ordering::Relaxed);
        Ok(Signal::Continue)
    }
}

#[test]
fn nobody_misses_a_round_that_is_mended() {
    let (scratch, count) = (Scratch::new("mend-all"), Arc::default());
    let mut trainer = Trainer::new(points())
        .observe(Poison(4))
        .observe(Strict)
        .observe(Counts(Arc::clone(&count)))
        .observe(Doctor::default())
        .observe(Checkpoints::every(1).to(scratch.join("checkpoints")));
    trainer.run(ring(), Budget::steps(6)).unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 606);
}
