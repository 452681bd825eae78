//! Metrics of what games make: the embedded classifier, the order in which metrics put faults, evaluation in
//! training.

#[path = "../../examples/ordering/sets.rs"]
mod sets;
#[path = "../../examples/evaluate/source.rs"]
mod source;
#[path = "../../examples/ordering/table.rs"]
mod table;

use agon::metrics::extractors::{FeatureExtractor, GlyphClassifier};
use agon::metrics::{FrechetDistance, Jury, Metric, Origin};
use agon::prelude::*;
use burn::tensor::Int;

use crate::support::*;

#[test]
fn the_embedded_classifier_reads_glyphs_of_every_kind() {
    let device = Device::default();
    let classifier = GlyphClassifier::new(&device).unwrap();
    for glyphs in [Glyphs::new(), Glyphs::new().size(28), Glyphs::new().coloured()] {
        let (n, seed) = (300, 9_999_999);
        let extracted = classifier.extract(glyphs.images(n, seed, &device).unwrap()).unwrap();
        let said: Tensor<1, Int> = extracted.logits.unwrap().argmax(1).flatten(0, 1);
        let said: Vec<u8> = said
            .try_into_vec_as::<i64>()
            .unwrap()
            .into_iter()
            .map(|said| said as u8)
            .collect();
        let labels = glyphs.labels(n, seed).unwrap();
        let right = said.iter().zip(&labels).filter(|(said, label)| said == label).count();
        assert!(right as f64 >= 0.99 * n as f64, "{right} of {n} right");
    }
}

#[test]
fn a_folder_of_images_is_judged_as_it_is() {
    use source::{Seen, Source};
    let (scratch, device) = (Scratch::new("judged-folder"), Device::default());
    let (grey, other) = (scratch.join("grey"), scratch.join("other"));
    write_images(&grey, [Glyphs::new().images(5, 1, &device).unwrap()]).unwrap();
    let mut source = Source::open(&grey, Seen::default(), Some(4), 3).unwrap();
    assert_eq!((source.len(), source.batches()), (4, 2));
    assert_eq!(source.preparation(), "images as they are, 1 x 32 x 32");
    assert_eq!(source.batch(0, 0, &device).unwrap().dims(), [3, 1, 32, 32]);
    assert_eq!(source.batch(1, 0, &device).unwrap().dims(), [1, 1, 32, 32]);

    let small = Seen {
        size: Some(8),
        channels: Some(3),
    };
    let source = Source::open(&grey, small, None, 3).unwrap();
    assert_eq!(source.preparation(), "resized, antialiased, to 3 x 8 x 8");

    write_images(&other, [Tensor::zeros([1, 3, 16, 16], &device)]).unwrap();
    std::fs::rename(other.join("000000.png"), grey.join("coloured.png")).unwrap();
    let error = Source::open(&grey, Seen::default(), None, 3).map(drop).unwrap_err();
    assert!(error.to_string().contains("--size, got 16 by 16"), "{error}");
    let small = Seen {
        channels: None,
        ..small
    };
    let source = Source::open(&grey, small, None, 3).unwrap();
    assert_eq!(source.preparation(), "resized, antialiased, to 3 x 8 x 8");
}

#[test]
fn every_metric_finds_the_faults_it_should_find() {
    let rows = table::rows(200, &Device::default()).unwrap();
    let wrong: Vec<&table::Row> = rows.iter().filter(|row| !row.is_right()).collect();
    assert!(wrong.is_empty(), "{}", table::print(&rows));
}

#[test]
fn the_best_checkpoint_is_the_best_evaluated() {
    let scratch = Scratch::new("evaluated");
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let notes = seen.clone();
    let evaluate = Evaluate::every(3, FrechetDistance::new())
        .named("frechet")
        .samples(200)
        .batch(64)
        .against(ring(), 200)
        .report(move |step, report| notes.lock().unwrap().push((step, report.figures[0].clone())));
    let mut trainer = Trainer::new(points().average(0.9)).observe(evaluate).observe(
        Checkpoints::every(5)
            .keep(1)
            .lowest("frechet")
            .to(scratch.join("checkpoints")),
    );
    trainer.run(ring(), Budget::steps(14)).unwrap();
    let seen = seen.lock().unwrap();
    let steps: Vec<u64> = seen.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, [3, 6, 9, 12, 14]);
    let (step, best) = seen.iter().min_by(|a, b| a.1.value.total_cmp(&b.1.value)).unwrap();
    assert_eq!((best.real, best.fake), (208, 200));
    let checkpoint = Checkpoint::open(scratch.join("checkpoints/best")).unwrap();
    assert_eq!(checkpoint.manifest().step, *step);
    assert_eq!(checkpoint.manifest().figures["frechet"], best.value);

    // The same generator, judged by hand, has the same distance: the averaged one was judged.
    let generator = MlpGenerator::load(scratch.join("checkpoints/best"), &Device::default()).unwrap();
    let mut frechet = FrechetDistance::new();
    let mut data = ring();
    for index in 0..13 {
        frechet
            .add(Origin::Real, &data.batch(index, 0, &Device::default()).unwrap())
            .unwrap();
    }
    for made in [0, 64, 128, 192] {
        let n = 64.min(200 - made);
        let samples = generator.sample(n, random::mix(0, made as u64));
        frechet.add(Origin::Fake, &samples).unwrap();
    }
    assert!((frechet.compute().unwrap()[0].value - best.value).abs() < 1e-9);
}

#[test]
fn images_are_judged_by_a_jury_and_the_run_stays_the_same() {
    let judged = || {
        let jury = Jury::by(GlyphClassifier::new(&Device::default()).unwrap()).features(FrechetDistance::new());
        Evaluate::every(2, jury).samples(12).batch(5).against(waves(), 8)
    };
    let mut watched = Trainer::new(images()).seed(7).observe(judged());
    watched.run(waves(), Budget::steps(4)).unwrap();
    let plain = play(images(), waves(), 4);
    assert_eq!(weights(watched.game().generator()), weights(plain.game().generator()));
}

#[test]
fn settings_that_cannot_work_are_errors_before_the_first_round() {
    for wrong in [
        Evaluate::every(0, FrechetDistance::new()),
        Evaluate::every(1, FrechetDistance::new()).samples(0),
        Evaluate::every(1, FrechetDistance::new()).batch(0),
    ] {
        assert!(
            Trainer::new(points())
                .observe(wrong)
                .run(ring(), Budget::steps(1))
                .is_err()
        );
    }
    // Without real data there is nothing to compare with.
    let blind = Evaluate::every(1, FrechetDistance::new()).samples(20);
    let error = Trainer::new(points())
        .observe(blind)
        .run(ring(), Budget::steps(1))
        .unwrap_err();
    assert!(error.to_string().contains("too few real"), "{error}");
}
