//! What augmentations promise inside a game: everything judged is changed alike, in both players' turns, and what
//! adapts follows the discriminator.

use std::sync::{Arc, Mutex};

use agon::core::random::Random;
use agon::prelude::*;

use crate::support::*;

type Images = Gan<DcganGenerator, DcganDiscriminator>;

/// Notes whether what it is shown is real, and changes nothing.
#[derive(Debug, Clone, Default)]
struct Witness(Arc<Mutex<Vec<bool>>>);

impl Witness {
    fn function(&self) -> impl Fn(&Tensor<4>, &mut Random) -> Tensor<4> + Send + 'static {
        let seen = self.0.clone();
        move |images, _| {
            let real = bits(&waves().0).starts_with(&bits(images)[..8]);
            seen.lock().unwrap().push(real);
            images.clone()
        }
    }

    fn real(&self) -> Vec<bool> {
        self.0.lock().unwrap().clone()
    }
}

#[test]
fn both_players_turns_show_augmented_samples() {
    let witness = Witness::default();
    play(images().augment(witness.function()), waves(), 2);
    // Real and generated in the discriminator's turn, generated in the generator's.
    assert_eq!(witness.real(), [true, false, false].repeat(2));

    let witness = Witness::default();
    play(
        images().loss(RelativisticAverageHinge).augment(witness.function()),
        waves(),
        1,
    );
    assert_eq!(witness.real(), [true, false, false, true]);

    let witness = Witness::default();
    play(
        images().unrolled(Unroll::new(1, 0.1)).augment(witness.function()),
        waves(),
        1,
    );
    assert_eq!(witness.real(), [true, false, false, true]);
}

#[test]
fn translations_are_judged_augmented_too() {
    let negatives = Repeat((waves().0, -waves().0));
    let witness = Witness::default();
    let pix2pix = Pix2PixConfig::new([1, 1]).with_width(2).with_depth(2).with_halvings(0);
    let game = pix2pix.try_init(&device()).unwrap();
    play(game.augment(witness.function()), negatives.clone(), 1);
    assert_eq!(witness.real().len(), 3);

    let witness = Witness::default();
    let cyclegan = CycleGanConfig::new([1, 1])
        .with_width(2)
        .with_blocks(1)
        .with_halvings(0);
    let cyclegan = cyclegan.try_init(&device()).unwrap();
    let seen = witness.0.clone();
    let count = move |images: &Tensor<4>, _: &mut Random| {
        seen.lock().unwrap().push(true);
        images.clone()
    };
    play(cyclegan.augment(count), negatives, 1);
    // One in each domain for the maps, and two for the judges.
    assert_eq!(witness.real().len(), 2 + 4);

    // What was changed is what is judged, in both players' turns: the map has nothing but the judge to learn from.
    let played = |factor: f32, rounds| {
        let dim = move |pictures: &Tensor<4>, _: &mut Random| pictures.clone() * factor;
        let game = pix2pix.try_init(&device()).unwrap().distance(0.0).augment(dim);
        let game = play(game, Repeat((waves().0, -waves().0)), rounds).into_game();
        [weights(game.judge()), weights(&game.map())]
    };
    let [[judge, map], [dim_judge, dim_map]] = [1.0, 0.5].map(|factor| played(factor, 1));
    assert!(judge != dim_judge && map != dim_map);
    let [[_, blind], [_, begun]] = [1, 0].map(|rounds| played(0.0, rounds));
    assert!(blind == begun && blind != map, "who is shown nothing learns nothing");
}

#[test]
fn penalties_see_what_was_judged() {
    #[derive(Debug)]
    struct Look(Witness);
    impl Penalty<DcganDiscriminator> for Look {
        fn penalty(&self, bout: &Bout<'_, DcganDiscriminator>, _random: &mut Random) -> Tensor<1> {
            let means = [bout.real, bout.fake].map(|images| images.clone().inner().mean().into_scalar::<f32>());
            assert!(means.iter().all(|mean| *mean > 50.0), "{means:?}");
            (self.0).0.lock().unwrap().push(true);
            bout.real_scores.clone().mean() * 0.0
        }

        fn name(&self) -> &'static str {
            "look"
        }
    }
    let witness = Witness::default();
    let raise = |images: &Tensor<4>, _: &mut Random| images.clone() + 100.0;
    play(images().augment(raise).penalty(Look(witness.clone())), waves(), 1);
    assert_eq!(witness.real().len(), 1);
}

/// The same distribution of changes for real and for generated samples, in all turns: here of brightness, which
/// can be read off plain white images.
#[test]
fn real_and_generated_samples_are_changed_alike() {
    let seen: Arc<Mutex<[Vec<f32>; 2]>> = Arc::default();
    let note = |kind: usize| {
        let seen = seen.clone();
        move |images: &Tensor<4>| {
            let batch = images.dims()[0];
            let means = images.clone().inner().mean_dims(&[1, 2, 3]).reshape([batch]);
            seen.lock().unwrap()[kind].extend(means.try_into_vec_as::<f32>().unwrap());
        }
    };
    let (real, fake) = (note(0), note(1));
    let augment = DiffAugment::new().brightness(1.0);
    let mut round = Round::new(1, 7, device());
    let white = Tensor::<4>::ones([64, 1, 4, 4], &device());
    for _ in 0..32 {
        real(&augment.augment(&white, &mut round));
        fake(&augment.augment(&white, &mut round));
    }
    let [real, fake] = std::mem::take(&mut *seen.lock().unwrap());
    assert_ne!(real, fake, "drawn anew");
    let sorted = |mut values: Vec<f32>| {
        values.sort_by(f32::total_cmp);
        values
    };
    let (real, fake) = (sorted(real), sorted(fake));
    // Kolmogorov and Smirnov: the quantiles of 2,048 uniform draws each.
    let worst = real.iter().zip(&fake).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 0.06, "{worst}");
    assert!(real[0] < 0.51 && real[2047] > 1.49);
}

/// Adaptive augmentation that reacts within a few rounds.
fn quick() -> Ada {
    Ada::new().images(64).every(2)
}

fn p(trainer: &Trainer<Images>) -> f64 {
    let memory = trainer.game().memory();
    memory.nested("augmentation0").get("p").unwrap()[0]
}

#[test]
fn p_rises_when_the_discriminator_is_sure_and_falls_when_it_is_not() {
    // Four images again and again, and a generator that stands still: the discriminator knows them by heart.
    let sure = images().generator_optimizer(Sgd::new(1e-9)).augment(quick());
    let trainer = play(sure, waves(), 30);
    assert!(p(&trainer) > 0.3, "{}", p(&trainer));
    // A discriminator that stands still tells nothing apart, and its scores are about zero either way.
    let unsure = images()
        .discriminator_optimizer(Sgd::new(1e-9))
        .augment(quick().start(0.5));
    let trainer = play(unsure, waves(), 30);
    assert!(p(&trainer) < 0.3, "{}", p(&trainer));
}

#[test]
fn the_probability_is_a_figure() {
    let scratch = Scratch::new("ada");
    let game = images().augment(quick().start(0.5));
    let mut trainer = Trainer::new(game)
        .seed(7)
        .observe(MetricsLog::every(1).to(scratch.join("log")));
    trainer.run(waves(), Budget::steps(3)).unwrap();
    let text = std::fs::read_to_string(scratch.join("log/metrics.jsonl")).unwrap();
    assert_eq!(text.matches("\"ada/p\"").count(), 3, "{text}");
    assert_eq!(text.matches("\"ada/overfitting\"").count(), 3, "{text}");
}

#[test]
fn a_look_ahead_leaves_p_alone() {
    let once = play(images().augment(quick().start(0.4)), waves(), 6);
    let twice = play(Extragradient::new(images().augment(quick().start(0.4))), waves(), 6);
    let since = |memory: Memory| memory.nested("augmentation0").get("since").unwrap().to_vec();
    assert_eq!(since(once.game().memory()), since(twice.game().memory()));
}

#[test]
fn what_cannot_work_is_named() {
    let error = |game: Images| {
        let mut trainer = Trainer::new(game);
        trainer.run(waves(), Budget::steps(1)).unwrap_err().to_string()
    };
    let consensus = || images().updates(Updates::Consensus { gamma: 0.1 });
    let found = error(consensus().augment(DiffAugment::all()));
    assert!(found.contains("consensus") && found.contains("DiffAugment"), "{found}");
    let found = error(consensus().instance_noise(InstanceNoise::constant(0.1)));
    assert!(found.contains("instance noise"), "{found}");
    let found = error(images().augment(DiffAugment::new().cutout(2.0)));
    assert!(
        found.contains("cutout of DiffAugment") && found.contains('2'),
        "{found}"
    );
    let found = error(images().augment(Ada::fixed(-1.0)));
    assert!(found.contains("probability of ADA") && found.contains("-1"), "{found}");
    let found = error(images().instance_noise(InstanceNoise::constant(f64::NAN)));
    assert!(found.contains("instance noise") && found.contains("NaN"), "{found}");
}
