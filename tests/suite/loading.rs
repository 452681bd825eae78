//! Workers change nothing but the speed, through a trainer too; and what goes wrong with data, ends a run
//! cleanly.

use agon::data::{Error as DataError, Result as DataResult};
use agon::prelude::*;
use image::{Rgb, RgbImage};

use crate::support::*;

fn both(gan: &Points) -> Vec<u32> {
    [weights(gan.generator()), weights(gan.discriminator())].concat()
}

/// A small set of points, three turns of the critic, so that batches are taken across the ends of epochs.
fn fed(workers: usize) -> Batched<GaussianMixture> {
    GaussianMixture::ring().fixed(50).batches(16).workers(workers)
}

fn game() -> Points {
    points().turns(Turns::critic(3))
}

#[test]
fn a_run_is_the_same_with_any_number_of_workers() {
    let whole = |workers| both(play(game(), fed(workers), 11).game());
    let alone = whole(0);
    for workers in [1, 4] {
        assert!(alone == whole(workers), "{workers} workers");
    }
}

#[test]
fn a_run_resumed_with_other_workers_is_the_same() {
    let scratch = Scratch::new("loading-resume");
    let whole = both(play(game(), fed(0), 11).game());
    for (stop, before, after) in [(1, 4, 1), (4, 2, 0), (7, 0, 4)] {
        let place = scratch.join(&stop.to_string());
        let mut first = Trainer::new(game()).seed(7).observe(Checkpoints::every(100).to(&place));
        first.run(fed(before), Budget::steps(stop)).unwrap();
        let mut second = Trainer::new(game()).resume(place.join("latest"));
        second.run(fed(after), Budget::steps(11)).unwrap();
        assert!(whole == both(second.game()), "stopped at {stop}");
    }
}

#[test]
fn one_loader_serves_a_run_that_is_stopped_and_goes_on() {
    let mut data = fed(2);
    let mut trainer = Trainer::new(game()).seed(7);
    for steps in [2, 3, 11] {
        trainer.run(&mut data, Budget::steps(steps)).unwrap();
    }
    assert!(both(play(game(), fed(0), 11).game()) == both(trainer.game()));
}

type Fate = fn() -> DataResult<()>;

/// Points of which item 20 meets with its fate.
struct Cursed(GaussianMixture, Fate);

impl Dataset for Cursed {
    type Batch = Tensor<2>;

    fn items(&self) -> Option<u64> {
        None
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> DataResult<Tensor<2>> {
        if items.contains(&20) {
            self.1()?;
        }
        self.0.gather(items, seed, device)
    }
}

#[test]
fn a_run_ends_in_the_round_whose_data_fails() {
    let causes: [(Fate, &str); 2] = [
        (
            || Err(DataError::Other("the disk is on fire".into())),
            "the disk is on fire",
        ),
        (|| panic!("cursed"), "the data set panicked at the items 16, 17, 18"),
    ];
    for (cause, message) in causes {
        for workers in [0, 1, 4] {
            let mut data = Cursed(GaussianMixture::ring(), cause).batches(8).workers(workers);
            let mut trainer = Trainer::new(points()).seed(7);
            let error = trainer.run(&mut data, Budget::steps(9)).unwrap_err().to_string();
            assert!(error.contains(message), "{workers} workers: {error}");
            // Two rounds were played before; the third cannot be, and neither can it when it is tried again.
            assert!(trainer.run(&mut data, Budget::steps(9)).is_err());
            assert_eq!(trainer.run(&mut data, Budget::steps(2)).unwrap().steps, 2);
        }
    }
}

/// Twelve small photographs, of which number 5 is cut off.
fn photographs(scratch: &Scratch) {
    for i in 0..12_u8 {
        let path = scratch.join(&format!("{i:02}.png"));
        let image = RgbImage::from_fn(20 + u32::from(i), 24, |x, y| {
            Rgb([(9 * x) as u8, (9 * y) as u8, 20 * i])
        });
        image.save(&path).unwrap();
        if i == 5 {
            let file = std::fs::read(&path).unwrap();
            std::fs::write(&path, &file[..file.len() - 40]).unwrap();
        }
    }
}

#[test]
fn a_folder_trains_a_generator() {
    let scratch = Scratch::new("loading-folder");
    photographs(&scratch);
    let folder = || ImageFolder::open(&scratch.0).unwrap().size(8).channels(1).flip();
    let train = |workers| {
        let mut data = folder().skip_corrupt().batches(4).workers(workers);
        let mut trainer = Trainer::new(images()).seed(7);
        trainer.run(&mut data, Budget::epochs(2)).unwrap();
        let skipped: Vec<String> = data.dataset().skipped().iter().map(ToString::to_string).collect();
        (weights(trainer.game().generator()), skipped)
    };
    let alone = train(0);
    assert_eq!(alone.1.len(), 1);
    assert!(alone.1[0].contains("05.png: expected a whole Png"), "{}", alone.1[0]);
    assert!(alone == train(2));

    let error = Trainer::new(images())
        .seed(7)
        .run(folder().batches(4).workers(2), Budget::epochs(1));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("05.png: expected a whole Png"), "{error}");
}
