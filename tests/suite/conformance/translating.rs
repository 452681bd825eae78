use super::*;

type Images = (Tensor<4>, Tensor<4>);

/// Small colourless pictures and their negatives.
pub(super) fn negatives() -> Repeat<Images> {
    let Repeat(waves) = waves();
    Repeat((waves.clone(), waves.neg()))
}

/// Trains, saves, loads without the training code, and compares what both translate.
fn round_trip<G, N>(name: &str, game: G, player: &str, used: impl Fn(&G) -> N, map: impl Fn(&N) -> Tensor<4>)
where
    G: Game<Batch = Images>,
    N: Loadable,
{
    let scratch = Scratch::new(&format!("translating-{name}"));
    let mut trainer = Trainer::new(game)
        .seed(7)
        .guard(Guard::every(1))
        .observe(Checkpoints::every(2).to(scratch.join("kept")));
    trainer.run(negatives(), Budget::steps(2)).unwrap();
    let kept = Checkpoint::open(scratch.join("kept/latest")).unwrap();
    let loaded = kept.network::<N>(player, &Device::default()).unwrap();
    let difference = map(&used(trainer.game())) - map(&loaded);
    let difference: f32 = difference.abs().max().into_scalar();
    assert!(difference < 1e-6, "{name}: {difference}");
    let mut game = trainer.into_game();
    assert!(game.players().iter().all(|player| player.steps() >= 2), "{name}");
}

fn a() -> Tensor<4> {
    negatives().0.0.inner()
}

#[test]
fn cyclegan() {
    let config = CycleGanConfig::new([1, 1]).with_width(4).with_blocks(1);
    let game = config.with_halvings(1).with_identity(5.0).with_pool(2);
    let game = game.try_init(&device()).unwrap().average(0.9);
    round_trip("cyclegan", game, "maps", TwoWay::maps, |maps| maps.b.translate(a()));
}

#[test]
fn dualgan() {
    let config = DualGanConfig::new([1, 1]).with_width(4).with_depth(2).with_halvings(1);
    let game = config.with_critic_turns(2).try_init(&device()).unwrap();
    round_trip("dualgan", game, "maps", TwoWay::maps, |maps| maps.b.translate(a()));
}

#[test]
fn discogan() {
    let config = DiscoGanConfig::new([1, 8, 8], [1, 8, 8]).with_width(4).with_depth(2);
    let game = config.try_init(&device()).unwrap();
    round_trip("discogan", game, "maps", TwoWay::maps, |maps| maps.b.translate(a()));
}

#[test]
fn pix2pix() {
    let config = Pix2PixConfig::new([1, 1]).with_width(4).with_depth(3).with_halvings(0);
    let game = config.try_init(&device()).unwrap();
    round_trip("pix2pix", game, "map", Pix2Pix::map, |map| map.translate(a()));
}

#[test]
fn settings_that_cannot_work_are_errors() {
    let error = CycleGanConfig::new([1, 3]).with_identity(5.0).try_init(&device());
    let error = error.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("identity") && error.contains("1 and 3"), "{error}");
    assert!(CycleGanConfig::new([1, 0]).try_init(&device()).is_err());
    assert!(DualGanConfig::new([1, 1]).with_depth(0).try_init(&device()).is_err());
    let error = DiscoGanConfig::new([3, 8, 8], [1, 16, 16]).try_init(&device());
    let error = error.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("one height and width"), "{error}");
    assert!(DiscoGanConfig::new([1, 4, 4], [1, 4, 4]).try_init(&device()).is_err());
    assert!(
        Pix2PixConfig::new([1, 1])
            .with_dropout(1.0)
            .try_init(&device())
            .is_err()
    );
    let still = CycleGanConfig::new([1, 1])
        .with_width(4)
        .with_halvings(1)
        .with_blocks(1);
    let negative = still.clone().with_cycle(-10.0).try_init(&device()).unwrap();
    let error = Trainer::new(negative).run(negatives(), Budget::steps(1)).unwrap_err();
    assert!(error.to_string().contains("the weight of the cycle"), "{error}");
    let still = still.try_init(&device()).unwrap().turns(Turns::new(0, 1));
    assert!(Trainer::new(still).run(negatives(), Budget::steps(1)).is_err());
}
