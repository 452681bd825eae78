use burn::module::ModuleMapper;
use burn::tensor::Int;

use super::*;

/// The network with a wave for each of its parameters.
fn waved<M: Module>(network: M, phase: f32) -> M {
    struct Waves(f32);
    impl ModuleMapper for Waves {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            if !param.is_require_grad() {
                return param;
            }
            self.0 += 1.0;
            param.map(|old| wave(old.dims(), self.0).require_grad())
        }
    }
    // What is drawn before must not disturb the games of other tests.
    random::with_seeded_device(&device(), 0, || network.map(&mut Waves(phase)))
}

/// `E k(x, x') + E k(y, y') - 2 E k(x, y)` but for a constant, where `x'` and `y'` are other rows than `x` and `y`, and
/// `k = sum_w e^(-|x - y|^2 / (2 w^2))`.
fn discrepancy(x: &Tensor<2>, y: &Tensor<2>) -> Tensor<1> {
    let kernels = |x: &Tensor<2>, y: &Tensor<2>| {
        let apart = x.clone().unsqueeze_dim::<3>(1) - y.clone().unsqueeze_dim::<3>(0);
        let squares = apart.square().sum_dim(2);
        let widths = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0].into_iter();
        let of_widths = widths.map(|width: f64| (squares.clone() * (-0.5 / (width * width))).exp().sum());
        of_widths.reduce(|sum, kernel| sum + kernel).unwrap()
    };
    let [n, m] = [x, y].map(|rows| rows.dims()[0] as f64);
    // A row and itself: always 1, without a gradient.
    kernels(x, x) * (1.0 / (n * (n - 1.0))) + kernels(y, y) * (1.0 / (m * (m - 1.0))) - kernels(x, y) * (2.0 / (n * m))
}

/// ```text
/// D: -E log D(x) - E log(1 - D(G(z))) + r E (z - z^(G(z)))^2 - m MMD^2(f(x), f(G(z)))
/// G: MMD^2(f(x), f(G(z))), with another draw of codes
/// ```
#[test]
fn textgan() {
    let generator = SoftGeneratorConfig::new(3, 4)
        .with_latent(2)
        .with_hidden(3)
        .with_gumbel(false)
        .with_temperature(1.0);
    let judge = TextGanDiscriminatorConfig::new(3, 4)
        .with_latent(2)
        .with_embedding(2)
        .with_filters(vec![(2, 3), (3, 2)]);
    let generator = waved(generator.init(&device()), 0.9);
    let judge = waved(judge.init(&device()), 1.8);
    let tokens = Tensor::<2, Int>::from_data([[0, 1, 2, 0], [2, 2, 1, 0], [1, 0, 0, 2], [0, 0, 1, 1]], &device());
    let real = tokens.one_hot::<3>(3).float();
    let mut round = first_round();
    let [for_judge, for_generator] = [(); 2].map(|()| round.draw(&*generator.prior(), 4));
    drop(round);
    let judged = |judge: &TextGanDiscriminator, z: &Tensor<2>| {
        let fake = generator.generate(z.clone());
        (judge.discriminate(real.clone()), judge.discriminate(fake))
    };

    let (of_real, of_fake) = judged(&judge, &for_judge);
    let recovery = squared(&for_judge, &of_fake.codes);
    let apart = discrepancy(&of_real.features, &of_fake.features);
    let gain = log_real(of_real.scores) + log_fake(of_fake.scores) + apart * 1.4;
    let told = after(&judge, recovery * 0.7 - gain);

    let (of_real, of_fake) = judged(&told, &for_generator);
    let fitted = after(&generator, discrepancy(&of_real.features, &of_fake.features));

    let expected = [
        moved("discriminator", &judge, &told),
        moved("generator", &generator, &fitted),
    ];
    let plan = TextGanConfig::new().with_pretraining(0).with_generator_steps(1);
    let plan = plan.with_recovery(0.7).with_matching(1.4);
    let game = TextGan::new(generator.clone(), judge.clone(), plan);
    // Narrow kernels magnify the rounding of distances.
    compare_within(1e-4, game, Repeat(real), &expected);
}
