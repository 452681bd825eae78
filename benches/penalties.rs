//! Value and gradient of the gradient penalties on a DCGAN critic: exact, and by differences.

mod support;

use agon::core::{Bout, Scored};
use agon::prelude::*;
use criterion::{Criterion, criterion_group, criterion_main};
use support::*;

fn penalties(criterion: &mut Criterion) {
    let (device, name) = device();
    let critic = DcganDiscriminatorConfig::new([3, 32, 32])
        .with_width(16)
        .with_batch_norm(false)
        .init(&device);
    let (real, fake) = (noise([16, 3, 32, 32], &device), noise([16, 3, 32, 32], &device) * 0.5);
    let scores = critic.discriminate(real.clone()).scores();
    let all: Vec<(&str, Box<dyn Penalty<DcganDiscriminator>>)> = vec![
        ("gradient_penalty_exact", Box::new(GradientPenalty::two_sided(10.0))),
        (
            "gradient_penalty_by_differences",
            Box::new(GradientPenalty::two_sided(10.0).by_differences()),
        ),
        ("r1", Box::new(R1::new(10.0))),
    ];
    let mut group = criterion.benchmark_group(format!("penalties/{name}/dcgan32x16"));
    group.sample_size(10);
    for (penalty_name, penalty) in all {
        group.bench_function(penalty_name, |bencher| {
            bencher.iter(|| {
                let bout = Bout {
                    discriminator: &critic,
                    real: &real,
                    fake: &fake,
                    real_scores: scores.clone(),
                    fake_scores: scores.clone(),
                };
                let gradients = penalty.penalty(&bout, &mut random::stream(0, 0)).backward();
                sync(&device);
                gradients
            });
        });
    }
    group.finish();
}

criterion_group!(benches, penalties);
criterion_main!(benches);
