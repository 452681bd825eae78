//! What is in a checkpoint can be trusted, or there is a clear error.

use std::fs;
use std::path::Path;

use agon::core::prior::KernelDensity;
use agon::prelude::*;
use burn::optim::AdamConfig;

use crate::support::*;

fn trained(scratch: &Scratch) -> Points {
    let mut trainer =
        Trainer::new(points().average(0.9)).observe(Checkpoints::every(2).keep(2).to(scratch.join("checkpoints")));
    trainer.run(ring(), Budget::steps(7)).unwrap();
    trainer.into_game()
}

#[test]
fn a_generator_loads_without_the_training_code() {
    let scratch = Scratch::new("load");
    let gan = trained(&scratch);
    let generator = MlpGenerator::load(scratch.join("checkpoints/latest"), &Device::default()).unwrap();
    assert_eq!(bits(&generator.sample(8, 3)), bits(&gan.sample(8, 3)));
}

#[test]
fn a_normalised_discriminator_loads_with_its_norm_folded_in() {
    let scratch = Scratch::new("folded");
    let mut trainer = Trainer::new(points().constraint(SpectralNorm::new()))
        .observe(Checkpoints::every(2).to(scratch.join("checkpoints")));
    trainer.run(ring(), Budget::steps(4)).unwrap();
    let loaded = MlpDiscriminator::load(scratch.join("checkpoints/latest"), &Device::default()).unwrap();
    let points = Tensor::<2>::from_floats([[0.3, -0.2], [1.0, 0.5]], &Device::default());
    let expected = trainer.game().discriminator().valid().forward(points.clone());
    let error: f32 = (loaded.forward(points) - expected).abs().max().into_scalar();
    assert!(error < 1e-5, "{error}");
}

#[test]
fn the_newest_are_kept_and_the_last_round() {
    let scratch = Scratch::new("keep");
    trained(&scratch);
    assert_eq!(names(&scratch.join("checkpoints")), ["step-00000006", "step-00000007"]);
}

#[test]
fn the_best_by_a_figure_stays() {
    let scratch = Scratch::new("best");
    let mut trainer = Trainer::new(points()).observe(Score).observe(
        Checkpoints::every(2)
            .keep(1)
            .lowest("score")
            .to(scratch.join("checkpoints")),
    );
    trainer.run(ring(), Budget::steps(8)).unwrap();
    let step = |name: &str| {
        Checkpoint::open(scratch.join("checkpoints").join(name))
            .unwrap()
            .manifest()
            .step
    };
    assert_eq!((step("best"), step("latest")), (3, 8));
}

/// A figure of every round, which falls until the third and rises again, and a memory of the round.
struct Score;

impl<Gm: Game> Observer<Gm> for Score {
    fn round(&mut self, moment: &mut Moment<'_, Gm>) -> Result<Signal> {
        let score = (moment.step as f64 - 3.0).abs();
        moment.figures.add_known("score", score);
        moment.remember("score", Memory::new().with("step", [moment.step as f64]));
        Ok(Signal::Continue)
    }
}

#[test]
fn a_checkpoint_holds_what_later_observers_say() {
    let scratch = Scratch::new("later");
    let folder = scratch.join("checkpoints");
    let keep = Checkpoints::every(2).keep(1).lowest("score").to(&folder);
    let mut trainer = Trainer::new(points()).observe(keep).observe(Score);
    trainer.run(ring(), Budget::steps(6)).unwrap();
    for (name, step) in [("best", 3.0), ("latest", 6.0)] {
        let checkpoint = Checkpoint::open(folder.join(name)).unwrap();
        let remembered = checkpoint.manifest().observers["score"].get("step");
        assert_eq!(remembered, Some(&[step][..]), "{name}");
    }
    // What was the lowest is not the highest.
    let keep = Checkpoints::every(9).keep(1).highest("score").to(&folder);
    let mut trainer = Trainer::new(points())
        .observe(keep)
        .observe(Score)
        .resume(folder.join("latest"));
    trainer.run(ring(), Budget::steps(7)).unwrap();
    assert_eq!(Checkpoint::open(folder.join("best")).unwrap().manifest().step, 7);
}

#[test]
fn a_figure_that_never_comes_is_named() {
    let scratch = Scratch::new("misspelt");
    let warnings = |figure: &str| {
        let keep = Checkpoints::every(2).lowest(figure).to(scratch.join(figure));
        let mut trainer = Trainer::new(points()).observe(Score).observe(keep);
        trainer.run(ring(), Budget::steps(0)).unwrap();
        assert_eq!(trainer.notes().iter().count(), 0);
        trainer.run(ring(), Budget::steps(2)).unwrap();
        let notes = trainer.notes().iter();
        let warnings = notes.filter(|note| note.level == Level::Warning);
        warnings.map(|note| note.text.clone()).collect::<Vec<_>>()
    };
    assert!(warnings("score").is_empty());
    let warnings = warnings("scroe");
    assert!(warnings.len() == 1 && warnings[0].contains("`scroe`"), "{warnings:?}");
}

#[test]
fn wrong_types_damage_and_newer_versions_are_named() {
    let scratch = Scratch::new("damage");
    trained(&scratch);
    let latest = scratch.join("checkpoints/step-00000007");
    let device = Device::default();
    let complaint = || MlpGenerator::load(&latest, &device).unwrap_err().to_string();

    let error = DcganGenerator::load(&latest, &device).unwrap_err().to_string();
    assert!(
        error.contains("expected a `DcganGenerator`") && error.contains("MlpGenerator"),
        "{error}"
    );

    let file = latest.join("generator.network.bpk");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let error = complaint();
    assert!(error.contains(&format!("expected {} bytes", whole.len())), "{error}");

    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    fs::write(&file, &flipped).unwrap();
    assert!(complaint().contains("damaged"), "{}", complaint());

    fs::remove_file(&file).unwrap();
    assert!(complaint().contains("generator.network.bpk"), "{}", complaint());
    fs::write(&file, &whole).unwrap();

    let manifest = latest.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("\"format\": 2", "\"format\": 99")).unwrap();
    assert!(complaint().contains("a newer version is needed"), "{}", complaint());
    fs::write(&manifest, &text[..text.len() / 2]).unwrap();
    assert!(complaint().contains("expected a manifest"), "{}", complaint());
    // As the first format was, without a checksum of its own: somebody else may have written it.
    let mut foreign: serde_json::Value = serde_json::from_str(&text).unwrap();
    foreign["format"] = 1.into();
    foreign.as_object_mut().unwrap().remove("crc32");
    let foreign = foreign
        .to_string()
        .replace("generator.network.bpk", "../generator.network.bpk");
    fs::write(&manifest, foreign).unwrap();
    assert!(complaint().contains("expected files right in it"), "{}", complaint());

    let error = MlpGenerator::load(scratch.join("nowhere"), &device)
        .unwrap_err()
        .to_string();
    assert!(error.contains("got nothing"), "{error}");
}

#[test]
fn another_run_is_not_overwritten() {
    let scratch = Scratch::new("another");
    trained(&scratch);
    let again = || Trainer::new(points());
    let checkpoints = || Checkpoints::every(2).to(scratch.join("checkpoints"));
    let error = again()
        .observe(checkpoints())
        .run(ring(), Budget::steps(1))
        .unwrap_err()
        .to_string();
    assert!(error.contains("another run"), "{error}");
    assert_eq!(
        Checkpoint::open(scratch.join("checkpoints")).unwrap().manifest().step,
        7
    );

    again()
        .observe(checkpoints().replacing())
        .run(ring(), Budget::steps(1))
        .unwrap();
    assert_eq!(
        Checkpoint::open(scratch.join("checkpoints")).unwrap().manifest().step,
        1
    );
}

#[test]
fn resuming_another_seed_or_another_game_is_an_error() {
    let scratch = Scratch::new("mismatch");
    trained(&scratch);
    let latest = scratch.join("checkpoints/latest");
    let error = Trainer::new(points())
        .seed(3)
        .resume(&latest)
        .run(ring(), Budget::steps(9))
        .unwrap_err();
    assert!(error.to_string().contains("seed: expected 0"), "{error}");

    let error = Trainer::new(points().optimizers(Sgd::new(0.1)))
        .resume(&latest)
        .run(ring(), Budget::steps(9))
        .unwrap_err();
    assert!(
        error.to_string().contains("`discriminator` to learn by \"SGD\""),
        "{error}"
    );

    let error = Trainer::new(images())
        .resume(&latest)
        .run(waves(), Budget::steps(9))
        .unwrap_err();
    assert!(error.to_string().contains("MlpDiscriminator>`"), "{error}");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let scratch = Scratch::new("unwritable");
    fs::write(scratch.join("file"), "in the way").unwrap();
    let mut trainer = Trainer::new(points()).observe(Checkpoints::every(1).to(scratch.join("file/checkpoints")));
    let error = trainer.run(ring(), Budget::steps(1)).unwrap_err();
    assert!(
        matches!(&error, Error::Io { .. }) && error.to_string().contains("file/checkpoints"),
        "{error}"
    );
}

/// The names in a folder, in their order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_run_resumed_from_elsewhere_leaves_another_one_alone() {
    let scratch = Scratch::new("elsewhere");
    let folder = scratch.join("checkpoints");
    trained(&scratch);
    let mut other = Trainer::new(points()).observe(Checkpoints::every(9).to(scratch.join("other")));
    other.run(ring(), Budget::steps(9)).unwrap();
    let resumed = |keep: Checkpoints| {
        let trainer = Trainer::new(points()).observe(keep.keep(9));
        trainer
            .resume(scratch.join("other/latest"))
            .run(ring(), Budget::steps(10))
    };
    let error = resumed(Checkpoints::every(9).to(&folder)).unwrap_err().to_string();
    assert!(error.contains("another run, up to round 7"), "{error}");
    assert_eq!(names(&folder), ["step-00000006", "step-00000007"]);
    // By another way to its own folder it goes on, and where it is to replace the other run it does.
    resumed(Checkpoints::every(9).to(scratch.join("checkpoints/../other"))).unwrap();
    assert_eq!(names(&scratch.join("other")), ["step-00000009", "step-00000010"]);
    resumed(Checkpoints::every(9).to(&folder).replacing()).unwrap();
    assert_eq!(names(&folder), ["step-00000010"]);
}

#[test]
fn what_is_abandoned_twice_is_kept_twice() {
    let scratch = Scratch::new("abandoned");
    let folder = scratch.join("checkpoints");
    trained(&scratch);
    for _ in 0..2 {
        let mut resumed = Trainer::new(points().average(0.9))
            .observe(Checkpoints::every(7).to(&folder))
            .resume(folder.join("step-00000006"));
        resumed.run(ring(), Budget::steps(7)).unwrap();
    }
    let expected = [
        "abandoned-00000007",
        "abandoned-00000007-2",
        "step-00000006",
        "step-00000007",
    ];
    assert_eq!(names(&folder), expected);
    assert_eq!(
        Checkpoint::open(folder.join("abandoned-00000007"))
            .unwrap()
            .manifest()
            .step,
        7
    );
}

#[test]
fn a_replacement_that_was_cut_short_costs_nothing() {
    let scratch = Scratch::new("cut-short");
    let folder = scratch.join("checkpoints");
    trained(&scratch);
    for name in ["step-00000006", "step-00000007"] {
        fs::rename(folder.join(name), folder.join(format!(".{name}.replaced.1"))).unwrap();
    }
    fs::create_dir(folder.join(".step-00000005.doomed.1")).unwrap();
    let mut resumed = Trainer::new(points().average(0.9))
        .observe(Checkpoints::every(100).to(&folder))
        .resume(folder.join("latest"));
    let outcome = resumed.run(ring(), Budget::steps(7)).unwrap();
    assert_eq!(names(&folder), ["step-00000006", "step-00000007"]);
    assert_eq!(outcome.checkpoint, Some(folder.join("step-00000007")));
}

#[test]
fn players_that_files_cannot_tell_apart_are_refused() {
    let names = |name: &'static str| {
        let discriminator = Player::new(name, points().discriminator().clone(), Adam::new(1e-3));
        let generator = Player::new("generator", points().generator().clone(), Adam::new(1e-3));
        Trainer::new(Pair(discriminator, generator)).run(ring(), Budget::steps(1))
    };
    let error = names("generator").unwrap_err().to_string();
    assert!(error.contains("two of the name `generator`"), "{error}");
    for name in ["", "..", "a/b"] {
        let error = names(name).unwrap_err().to_string();
        assert!(error.contains(&format!("got `{name}`")), "{error}");
    }
    names("judge").unwrap();
}

/// Two who do nothing.
struct Pair(Player<MlpDiscriminator>, Player<MlpGenerator>);

impl Game for Pair {
    type Batch = Tensor<2>;

    fn play(&mut self, _: &mut Feed<'_, Tensor<2>>, _: &mut Round) -> Result<()> {
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.0, &mut self.1]
    }
}

#[test]
fn a_resume_that_fails_changes_nothing_and_can_be_tried_again() {
    let scratch = Scratch::new("half-loaded");
    let expected = weights(trained(&scratch).generator());
    let folder = scratch.join("checkpoints");
    // The players are read in this order, the discriminator first.
    let file = folder.join("step-00000007/generator.average.bpk");
    let whole = fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    fs::write(&file, &damaged).unwrap();

    let mut untouched = Trainer::new(points().average(0.9));
    untouched.run(ring(), Budget::steps(0)).unwrap();
    let both = |gan: &Points| [weights(gan.generator()), weights(gan.discriminator())].concat();
    let mut resumed = Trainer::new(points().average(0.9))
        .observe(Checkpoints::every(1).replacing().to(&folder))
        .resume(folder.join("latest"));
    for _ in 0..2 {
        let error = resumed.run(ring(), Budget::steps(7)).unwrap_err().to_string();
        assert!(error.contains("damaged"), "{error}");
        assert_eq!(both(resumed.game()), both(untouched.game()));
    }
    fs::write(&file, &whole).unwrap();
    assert_eq!(resumed.run(ring(), Budget::steps(7)).unwrap().steps, 7);
    assert_eq!(weights(resumed.game().generator()), expected);
}

#[test]
fn a_rule_of_another_name_does_not_go_on() {
    let scratch = Scratch::new("rule-name");
    let game = |name| points().optimizers(Optimizer::new(AdamConfig::new().init(), 1e-3).named(name));
    let mut trainer = Trainer::new(game("mine")).observe(Checkpoints::every(2).to(scratch.join("checkpoints")));
    trainer.run(ring(), Budget::steps(2)).unwrap();
    let resume = |name| {
        let mut trainer = Trainer::new(game(name)).resume(scratch.join("checkpoints/latest"));
        trainer.run(ring(), Budget::steps(3))
    };
    let error = resume("SGD").unwrap_err().to_string();
    assert!(error.contains("to learn by \"SGD\", got by \"mine\""), "{error}");
    resume("mine").unwrap();
}

#[test]
fn a_checkpoint_says_which_prior_was_trained_with() {
    let scratch = Scratch::new("described");
    let observed = Tensor::<2>::zeros([50, 4], &Device::default());
    let prior = KernelDensity::of(observed).unwrap().bandwidth(0.25).unwrap();
    let mut trainer = Trainer::new(points().prior(prior)).observe(Checkpoints::every(1).to(&scratch.0));
    trainer.run(ring(), Budget::steps(1)).unwrap();
    let checkpoint = Checkpoint::open(scratch.join("latest")).unwrap();
    let description = &checkpoint.manifest().description;
    let expected = "KernelDensity { observed: 50, width: 4, bandwidth: 0.25 }";
    assert!(description.contains(expected), "{description}");
}
