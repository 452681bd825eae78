use super::*;

/// What is of domain A, and what is of domain B.
type Pair = (Tensor<2>, Tensor<2>);

/// Maps into both domains, and judges of them.
fn networks() -> [Both<Net>; 2] {
    let both = |to, [a, b]: [f32; 2]| Both {
        a: Net::new([2, to], a),
        b: Net::new([2, to], b),
    };
    [both(2, [0.3, 1.9]), both(1, [2.7, 0.9])]
}

/// Two batches of both domains.
fn batches() -> [Pair; 2] {
    [0.7, 2.1].map(|phase| (wave([4, 2], phase), wave([5, 2], phase + 0.9)))
}

/// `F(b)` and `G(a)`.
fn translated(maps: &Both<Net>, (a, b): &Pair) -> Pair {
    (maps.a.of(b), maps.b.of(a))
}

/// How far `F(G(a))` is from `a`, and `G(F(b))` from `b`.
fn cycle(maps: &Both<Net>, real: &Pair, distance: impl Fn(&Tensor<2>, &Tensor<2>) -> Tensor<1>) -> Tensor<1> {
    let (a, b) = translated(maps, &translated(maps, real));
    distance(&a, &real.0) + distance(&b, &real.1)
}

/// Something of what both judges say, summed.
fn judged(judges: &Both<Net>, (a, b): &Pair, of_scores: impl Fn(Tensor<2>) -> Tensor<1>) -> Tensor<1> {
    of_scores(judges.a.of(a)) + of_scores(judges.b.of(b))
}

/// ```text
/// maps:   E (J_B(G(a)) - 1)^2 + E (J_A(F(b)) - 1)^2
///             + c (E |F(G(a)) - a| + E |G(F(b)) - b|) + i (E |F(a) - a| + E |G(b) - b|)
/// judges: 1/2 (E (J_A(a) - 1)^2 + E J_A(F(b))^2 + E (J_B(b) - 1)^2 + E J_B(G(a))^2)
/// ```
/// The judges see what was made before the maps moved.
#[test]
fn cyclegan() {
    let ([maps, judges], [real, _]) = (networks(), batches());
    let from_one = |scores: Tensor<2>| (scores - 1.0).square().mean();
    let from_zero = |scores: Tensor<2>| scores.square().mean();

    let fooled = judged(&judges, &translated(&maps, &real), from_one);
    let identity = absolute(&maps.a.of(&real.0), &real.0) + absolute(&maps.b.of(&real.1), &real.1);
    let fitted = after(&maps, fooled + cycle(&maps, &real, absolute) * 3.0 + identity * 1.7);

    let made = translated(&maps, &real);
    let told = after(
        &judges,
        (judged(&judges, &real, from_one) + judged(&judges, &made, from_zero)) * 0.5,
    );

    let expected = [moved("judges", &judges, &told), moved("maps", &maps, &fitted)];
    let config = CycleGanConfig::new([1, 1]).with_cycle(3.0).with_identity(1.7);
    compare(config.of(maps.clone(), judges.clone()), Repeat(real), &expected);
}

/// ```text
/// maps:    -w (E J_B(G(a)) + E J_A(F(b))) + c (E |F(G(a)) - a| + E |G(F(b)) - b|)
/// critics: E J_A(F(b)) - E J_A(a) + E J_B(G(a)) - E J_B(b) + p (E J_A(a)^2 + E J_B(b)^2), and then they are clipped
/// ```
/// The critics have a turn before, on a batch of its own, and one after the maps' on the same.
#[test]
fn dualgan() {
    let ([maps, critics], [first, second]) = (networks(), batches());
    let (bound, penalty) = (WeightClip(0.9), Quiet(0.4));
    let improved = |critics: &Both<Net>, real: &Pair| {
        let made = judged(critics, &translated(&maps, real), |scores| scores.mean());
        let gap = made - judged(critics, real, |scores| scores.mean());
        let loud = judged(critics, real, |scores| penalty.of(scores));
        bound.enforce(after(critics, gap + loud))
    };

    let once = improved(&critics, &first);
    let praise = judged(&once, &translated(&maps, &second), |scores| scores.mean());
    let fitted = after(&maps, cycle(&maps, &second, absolute) * 2.0 - praise * 0.6);
    let twice = improved(&once, &second);

    let expected = [moved("judges", &critics, &twice), moved("maps", &maps, &fitted)];
    let game = TwoWay::new(maps.clone(), critics.clone())
        .loss(Wasserstein, 0.6)
        .cycle(2.0, Distance::L1)
        .turns(Turns::critic(2))
        .penalty(penalty)
        .constraint(bound);
    compare(game, InOrder(vec![first, second]), &expected);
}

/// ```text
/// maps:   -w (E log J_B(G(a)) + E log J_A(F(b))) + c (E (F(G(a)) - a)^2 + E (G(F(b)) - b)^2)
/// judges: -E log J_A(a) - E log(1 - J_A(F(b))) - E log J_B(b) - E log(1 - J_B(G(a)))
/// ```
/// The maps have two turns, each on its batch; the judges see what was made for the second.
#[test]
fn discogan() {
    let ([maps, judges], [first, second]) = (networks(), batches());
    let improved = |maps: &Both<Net>, real: &Pair| {
        let praise = judged(&judges, &translated(maps, real), log_real);
        after(maps, cycle(maps, real, squared) * 2.0 - praise * 0.6)
    };

    let once = improved(&maps, &first);
    let twice = improved(&once, &second);
    let gain = judged(&judges, &second, log_real) + judged(&judges, &translated(&once, &second), log_fake);
    let told = after(&judges, -gain);

    let expected = [moved("judges", &judges, &told), moved("maps", &maps, &twice)];
    let game = TwoWay::new(maps.clone(), judges.clone())
        .loss(NonSaturating, 0.6)
        .cycle(2.0, Distance::L2)
        .turns(Turns::new(1, 2));
    compare(game, InOrder(vec![first, second]), &expected);
}

/// A map of pictures, or a judge of their patches.
#[derive(Module, Debug)]
struct OfPictures {
    net: Net,
}

impl Translator for OfPictures {
    type Sample = Tensor<4>;

    fn translate(&self, picture: Tensor<4>) -> Tensor<4> {
        picture.with_rows(self.net.of(&picture.rows()))
    }
}

impl Discriminator for OfPictures {
    type Input = Tensor<4>;
    type Output = Tensor<2>;

    fn discriminate(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.net.of(&pictures.rows())
    }
}

/// ```text
/// J: -1/2 (E log J(a, b) + E log(1 - J(a, G(a))) - p E J(a, b)^2)
/// G: -E log J(a, G(a)) + d E |G(a) - b|
/// ```
#[test]
fn pix2pix() {
    let map = OfPictures {
        net: Net::new([2, 2], 0.3),
    };
    let judge = OfPictures {
        net: Net::new([2 + 2, 2], 2.7),
    };
    let (original, truth) = (wave([4, 1, 1, 2], 0.7), wave([4, 1, 1, 2], 3.3));
    let (a, b) = (original.rows(), truth.rows());
    let made = || map.net.of(&a);
    let scores = |judge: &OfPictures, picture: &Tensor<2>| judge.net.of(&beside(&a, picture));

    let gain = log_real(scores(&judge, &b)) + log_fake(scores(&judge, &made()));
    let penalty = Quiet(0.4);
    let told = after(&judge, (penalty.of(scores(&judge, &b)) - gain) * 0.5);
    let loss = absolute(&made(), &b) * 2.5 - log_real(scores(&told, &made()));
    let fitted = after(&map, loss);

    let expected = [moved("judge", &judge, &told), moved("map", &map, &fitted)];
    let game = Pix2Pix::new(map.clone(), judge.clone()).distance(2.5);
    compare(game.penalty(penalty), Repeat((original, truth)), &expected);
}
