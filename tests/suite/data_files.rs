//! Data that goes bad while a run reads it.

use std::path::Path;

use agon::prelude::*;

use crate::support::*;

/// Points of the plane as an `.npy` that streams.
fn write_points(path: &Path, points: usize) {
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({points}, 2), }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    for point in GaussianMixture::ring().points(points, 3).unwrap() {
        file.extend(point.into_iter().flat_map(f32::to_le_bytes));
    }
    std::fs::write(path, file).unwrap();
}

/// Does something to the data in one round.
struct Meddler<F>(u64, F);

impl<G: Game, F: FnMut() + Send> Observer<G> for Meddler<F> {
    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        if moment.step == self.0 {
            (self.1)();
        }
        Ok(Signal::Continue)
    }
}

#[test]
fn a_file_that_vanishes_or_changes_ends_the_run_and_loses_nothing() {
    let scratch = Scratch::new("vanishing");
    let path = scratch.join("points.npy");
    type Meddling = fn(&Path);
    let meddlings: [(&str, Meddling); 3] = [
        ("removed", |path| std::fs::remove_file(path).unwrap()),
        ("cut", |path| {
            let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
            file.set_len(500).unwrap();
        }),
        ("replaced", |path| write_points(path, 90)),
    ];
    for (name, meddle) in meddlings {
        write_points(&path, 100);
        let data = || Array::npy(&path).unwrap().rows::<2>().unwrap().batches(16);
        assert_eq!(Array::npy(&path).unwrap().streams_from(), [path.clone()]);
        let checkpoints = scratch.join(name);
        let doomed = path.clone();
        let error = Trainer::new(points())
            .seed(7)
            .observe(Checkpoints::every(4).to(&checkpoints))
            .observe(Meddler(10, move || meddle(&doomed)))
            .run(data(), Budget::steps(30))
            .unwrap_err()
            .to_string();
        assert!(error.contains("points.npy"), "{name}: {error}");
        assert_eq!(Checkpoint::open(&checkpoints).unwrap().manifest().step, 8, "{name}");
        // With the file back, the run goes on where its newest checkpoint is.
        write_points(&path, 100);
        let mut resumed = Trainer::new(points()).resume(checkpoints.join("latest"));
        assert_eq!(resumed.run(data(), Budget::steps(12)).unwrap().steps, 12, "{name}");
    }
}
