//! Value and gradient of each loss, for 4096 scores.

mod support;

use agon::prelude::*;
use criterion::{Criterion, criterion_group, criterion_main};
use support::*;

fn losses(criterion: &mut Criterion) {
    let (device, name) = device();
    let all: Vec<(&str, Box<dyn AdversarialLoss>)> = vec![
        ("minimax", Box::new(Minimax)),
        ("non_saturating", Box::new(NonSaturating)),
        ("least_squares", Box::new(LeastSquares::binary())),
        ("wasserstein", Box::new(Wasserstein)),
        ("hinge", Box::new(Hinge)),
        ("relativistic_average_standard", Box::new(RelativisticAverageStandard)),
        ("jensen_shannon", Box::new(FDivergence::new(Divergence::JensenShannon))),
        ("jeffreys", Box::new(FDivergence::new(Divergence::Jeffreys))),
        ("softmax", Box::new(SoftmaxGan)),
    ];
    let mut group = criterion.benchmark_group(format!("losses/{name}"));
    for (loss_name, loss) in all {
        group.bench_function(loss_name, |bencher| {
            bencher.iter(|| {
                let scores = || noise([4096, 1], &device).require_grad();
                let gradients = loss.discriminator(scores(), scores()).backward();
                sync(&device);
                gradients
            });
        });
    }
    group.finish();
}

criterion_group!(benches, losses);
criterion_main!(benches);
