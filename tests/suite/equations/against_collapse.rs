use super::*;

/// ```text
/// J:    -E log s(J(x, c)) - E log(1 - s(J(G(z), z))) + p E J(x, c)^2,    c drawn from F(.|x)
/// G, F: -E J(G(z), z) + w E sum 1/2 (v + (z - m)^2 e^-v),    m, v of F(.|G(z))
/// ```
#[test]
fn veegan() {
    let (generator, reconstructor) = (Net::new([2, 3], 0.3), GaussianEncoder::of(Net::new([3, 2 * 2], 1.1)));
    let judge = OfPairs {
        net: Net::new([3 + 2, 1], 2.0),
    };
    let (x, z) = (wave([4, 3], 0.7), codes(4, 2));
    let made = || generator.of(&z);
    let noise: Tensor<2> = first_round().draw(&prior::Normal::new(2), 4);
    let (mean, log_variance) = reconstructor.encode(x.clone());
    let found = mean + (log_variance * 0.5).exp() * noise;

    let gain = log_real(judge.of(&x, &found)) + log_fake(judge.of(&made(), &z));
    let penalty = Quiet(0.4);
    let told = after(&judge, penalty.of(judge.of(&x, &found)) - gain);

    let (mean, log_variance) = reconstructor.encode(made());
    let off = (z.clone() - mean).square() / log_variance.clone().exp();
    let surprise = (log_variance + off).sum_dim(1).mean() * 0.5;
    let loss = surprise * 0.6 - told.of(&made(), &z).mean();
    let (fitted, closed) = both_after((&generator, &reconstructor), loss);

    let expected = [
        moved("discriminator", &judge, &told),
        moved("generator", &generator, &fitted),
        moved("reconstructor", &reconstructor, &closed),
    ];
    let game = Veegan::new(generator.clone(), reconstructor.clone(), judge.clone()).weight(0.6);
    compare(game.penalty(penalty), Repeat(x), &expected);
}

/// ```text
/// D1:   -E log D1(x) - E log(1 - D1(G(E(x)))) + p E D1(x)^2
/// G, E: w E (x - G(E(x)))^2 - E log D1(G(E(x)))
/// D2:   -E log D2(G(E(x))) - E log(1 - D2(G(z))) + p E D2(G(E(x)))^2
/// G:    -E log D2(G(z))
/// ```
#[test]
fn mdgan() {
    let (generator, encoder) = (Net::new([2, 3], 0.3), Net::new([3, 2], 1.1));
    let [manifold, diffusion] = [2.0, 0.6].map(|phase| Net::new([3, 1], phase));
    let (x, z) = (wave([4, 3], 0.7), codes(4, 2));
    let penalty = Quiet(0.4);
    let back = |generator: &Net, encoder: &Net| generator.of(&encoder.of(&x));

    let again = back(&generator, &encoder);
    let gain = log_real(manifold.of(&x)) + log_fake(manifold.of(&again));
    let first = after(&manifold, penalty.of(manifold.of(&x)) - gain);
    let again = back(&generator, &encoder);
    let loss = squared(&x, &again) * 3.0 - log_real(first.of(&again));
    let (near, found) = both_after((&generator, &encoder), loss);

    let (again, fake) = (back(&near, &found), near.of(&z));
    let gain = log_real(diffusion.of(&again)) + log_fake(diffusion.of(&fake));
    let second = after(&diffusion, penalty.of(diffusion.of(&again)) - gain);
    let spread = after(&near, -log_real(second.of(&near.of(&z))));

    let expected = [
        moved("manifold", &manifold, &first),
        moved("diffusion", &diffusion, &second),
        moved("generator", &generator, &spread),
        moved("encoder", &encoder, &found),
    ];
    let game = Mdgan::new(
        generator.clone(),
        encoder.clone(),
        [manifold.clone(), diffusion.clone()],
    );
    compare(game.weight(3.0).penalty(penalty), Repeat(x), &expected);
}

/// ```text
/// D1, D2: -a E log D1(x) + E D1(G(z)) + E D2(x) - b E log D2(G(z))
/// G:      -E D1(G(z)) + b E log D2(G(z))
/// ```
#[test]
fn d2gan() {
    let (alpha, beta) = (0.4, 1.6);
    let generator = Net::new([2, 3], 0.3);
    let (for_real, for_fake) = (Net::new([3, 1], 1.1), Net::new([3, 1], 2.0));
    let (x, z) = (wave([4, 3], 0.7), codes(4, 2));
    // Above zero.
    let says = |judge: &Net, points: &Tensor<2>| judge.of(points).exp().log1p();
    let of_generated = |for_real: &Net, for_fake: &Net| {
        let made = generator.of(&z);
        says(for_fake, &made).log().mean() * beta - says(for_real, &made).mean()
    };

    let of_data = says(&for_real, &x).log().mean() * alpha - says(&for_fake, &x).mean();
    let gain = of_data + of_generated(&for_real, &for_fake);
    let (real_told, fake_told) = both_after((&for_real, &for_fake), -gain);
    let fitted = after(&generator, of_generated(&real_told, &fake_told));

    let judges = TwoJudges::new(for_real, for_fake);
    let expected = [
        moved("discriminator", &judges, &TwoJudges::new(real_told, fake_told)),
        moved("generator", &generator, &fitted),
    ];
    let game = Gan::new(generator.clone(), judges.clone()).loss(DualDiscriminator { alpha, beta });
    compare(game, Repeat(x), &expected);
}
