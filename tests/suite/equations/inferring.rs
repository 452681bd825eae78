use super::*;

/// Finds the code of a point; the noise beside it changes nothing.
#[derive(Module, Debug)]
struct Finder {
    net: Net,
}

impl Encoder for Finder {
    type Input = (Tensor<2>, Tensor<2>);
    type Output = Tensor<2>;

    fn encode(&self, (points, _): (Tensor<2>, Tensor<2>)) -> Tensor<2> {
        self.net.of(&points)
    }
}

impl NoisyEncoder<Tensor<2>> for Finder {
    fn noise(&self) -> usize {
        1
    }
}

/// ```text
/// D:    -E log D(x, E(x)) - E log(1 - D(G(z), z)) + p E D(x, E(x))^2
/// G, E: -E log D(G(z), z) - E log(1 - D(x, E(x))) + c (E (x - G(E(x)))^2 + E (z - E(G(z)))^2)
/// ```
#[test]
fn bigan() {
    let generator = Net::new([2 + 1, 2], 0.1);
    let encoder = Finder {
        net: Net::new([2, 2], 0.8),
    };
    let judge = OfPairs {
        net: Net::new([2 + 2, 1], 1.7),
    };
    // Of what the generator is fed the last number is noise.
    let (x, drawn) = (wave([4, 2], 2.3), codes(4, 2 + 1));
    let (z, noise) = (drawn.clone().narrow(1, 0, 2), drawn.clone().narrow(1, 2, 1));
    let found = || encoder.net.of(&x);
    let made = || generator.of(&drawn);

    let gain = log_real(judge.of(&x, &found())) + log_fake(judge.of(&made(), &z));
    let penalty = Quiet(0.4);
    let told = after(&judge, penalty.of(judge.of(&x, &found())) - gain);

    let gain = log_real(told.of(&made(), &z)) + log_fake(told.of(&x, &found()));
    let there_and_back = generator.of(&beside(&found(), &noise));
    let cycle = squared(&x, &there_and_back) + squared(&z, &encoder.net.of(&made()));
    let (fitted, inferring) = both_after((&generator, &encoder), cycle * 0.7 - gain);

    let expected = [
        moved("discriminator", &judge, &told),
        moved("generator", &generator, &fitted),
        moved("encoder", &encoder, &inferring),
    ];
    let game = Bigan::new(generator.clone(), encoder.clone(), judge.clone());
    compare(game.code(2).cycle(0.7).penalty(penalty), Repeat(x.clone()), &expected);

    // At once: generator and encoder meet the judge as it was.
    let gain = log_real(judge.of(&made(), &z)) + log_fake(judge.of(&x, &found()));
    let (fitted, inferring) = both_after((&generator, &encoder), -gain);
    let gain = log_real(judge.of(&x, &found())) + log_fake(judge.of(&made(), &z));
    let expected = [
        moved("discriminator", &judge, &after(&judge, -gain)),
        moved("generator", &generator, &fitted),
        moved("encoder", &encoder, &inferring),
    ];
    let game = Bigan::new(generator.clone(), encoder.clone(), judge.clone()).code(2);
    compare(game.updates(Updates::Simultaneous), Repeat(x), &expected);
}

/// ```text
/// D, Q: -E log D(x) - E log(1 - D(G(z, c))) + s
/// G:    -E log D(G(z, c)) + s,    s = -w E log Q(category | G(z, c)) + v E sum 1/2 (factors - m(G(z, c)))^2
/// ```
#[test]
fn infogan() {
    let told_codes = InfoCodes::new().with_noise(1).with_categories(3).with_continuous(2);
    let generator = InfoGenerator::try_new(Net::new([1 + 3 + 2, 2], 0.4), told_codes).unwrap();
    let judge = TwoHeads {
        net: Net::new([2, 1 + 3 + 2], 1.6),
    };
    let x = wave([4, 2], 2.9);
    let drawn: Tensor<2> = first_round().draw(&*generator.prior(), 4);
    let made = || generator.inner().of(&drawn);
    let part = |all: &Tensor<2>, from: usize, numbers: usize| all.clone().narrow(1, from, numbers);
    let unread = |reading: Tensor<2>| {
        let category = cross_entropy(part(&reading, 0, 3), &part(&drawn, 1, 3));
        let factors = (part(&drawn, 4, 2) - part(&reading, 3, 2)).square().sum_dim(1).mean() * 0.5;
        category * 1.3 + factors * 0.4
    };

    let ((real, _), (fake, reading)) = (judge.of(&x), judge.of(&made()));
    let told = after(&judge, unread(reading) - log_real(real) - log_fake(fake));
    let (fake, reading) = told.of(&made());
    let fitted = after(&generator, unread(reading) - log_real(fake));

    let expected = [
        moved("discriminator", &judge, &told),
        moved("generator", &generator, &fitted),
    ];
    let game = Gan::new(generator.clone(), judge.clone()).term(Information::of(told_codes).weights(1.3, 0.4));
    compare(game, Repeat(Conditioned::unknown(x)), &expected);
}
