//! Images a generator makes after training.

mod support;

use agon::prelude::*;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::*;

fn sampling(criterion: &mut Criterion) {
    let (device, name) = device();
    let mut group = criterion.benchmark_group(format!("sampling/{name}"));
    group.sample_size(10);
    for size in [32, 64] {
        let gan = dcgan(size, 64, &device);
        group.throughput(Throughput::Elements(64));
        group.bench_function(format!("dcgan{size}/64"), |bencher| {
            bencher.iter(|| {
                let images = gan.sample(64, 0);
                sync(&device);
                images
            });
        });
    }
    group.finish();
}

criterion_group!(benches, sampling);
criterion_main!(benches);
