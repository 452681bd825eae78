//! One round of the standard game: perceptrons, DCGAN for 32 and for 64 pixels.

mod support;

use agon::prelude::*;
use criterion::{Criterion, criterion_group, criterion_main};
use support::*;

fn train_step(criterion: &mut Criterion) {
    let (device, name) = device();
    let mut group = criterion.benchmark_group(format!("train_step/{name}"));
    group.sample_size(10);
    let mut step = |id: &str, mut play: Box<dyn FnMut()>| {
        group.bench_function(id, |bencher| {
            bencher.iter(|| {
                play();
                sync(&device);
            });
        });
    };
    let mut game = OneByOne::new(mlp(&device), Repeat(noise([512, 2], &device)));
    step("mlp/512", Box::new(move || game.play()));
    for (size, batch) in [(32, 64), (64, 16)] {
        let mut game = OneByOne::new(dcgan(size, 64, &device), Repeat(noise([batch, 3, size, size], &device)));
        step(&format!("dcgan{size}/{batch}"), Box::new(move || game.play()));
    }
    group.finish();
}

criterion_group!(benches, train_step);
criterion_main!(benches);
