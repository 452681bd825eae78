//! What the trainer promises: determinism, budgets, errors that say what happened.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use agon::prelude::*;

use crate::support::*;

#[test]
fn the_same_seed_gives_the_same_run() {
    let one = play(points(), ring(), 5).into_game();
    let two = play(points(), ring(), 5).into_game();
    assert_eq!(weights(one.generator()), weights(two.generator()));
    assert_eq!(bits(&one.sample(8, 1)), bits(&two.sample(8, 1)));

    let mut other = Trainer::new(points()).seed(8);
    other.run(ring(), Budget::steps(5)).unwrap();
    assert_ne!(weights(one.generator()), weights(other.game().generator()));
}

#[test]
fn epochs_count_batches() {
    let data = || GaussianMixture::ring().fixed(50).batches(16);
    let mut trainer = Trainer::new(points());
    assert_eq!(trainer.run(data(), Budget::epochs(2)).unwrap().steps, 8);

    let mut critic = Trainer::new(points().turns(Turns::critic(2)));
    assert_eq!(critic.run(data(), Budget::epochs(2)).unwrap().steps, 4);
}

#[test]
fn endless_data_has_no_epochs() {
    let error = Trainer::new(points()).run(ring(), Budget::epochs(1)).unwrap_err();
    assert!(error.to_string().contains("expected steps"), "{error}");
}

#[test]
fn empty_data_is_an_error() {
    let data = GaussianMixture::ring().fixed(0).batches(16);
    let error = Trainer::new(points()).run(data, Budget::steps(1)).unwrap_err();
    assert!(matches!(error, Error::EmptyData), "{error}");
}

#[test]
fn data_too_small_for_a_batch_is_not_called_empty() {
    let data = GaussianMixture::ring().fixed(10).batches(16).drop_last();
    let error = Trainer::new(points()).run(data, Budget::steps(1)).unwrap_err();
    assert!(
        error.to_string().contains("at least 16 for a whole batch, got 10"),
        "{error}"
    );
}

#[test]
fn settings_that_cannot_work_are_named() {
    let mut trainer = Trainer::new(points().generator_optimizer(Adam::new(f64::NAN)));
    let error = trainer.run(ring(), Budget::steps(1)).unwrap_err().to_string();
    assert!(
        error.contains("learning rate of `generator`") && error.contains("NaN"),
        "{error}"
    );

    let mut trainer = Trainer::new(points().average(1.5));
    let error = trainer.run(ring(), Budget::steps(1)).unwrap_err().to_string();
    assert!(error.contains("moving average") && error.contains("1.5"), "{error}");

    let error = |gan: Points| Trainer::new(gan).run(ring(), Budget::steps(1)).unwrap_err().to_string();
    let gamma = f64::NAN;
    let alpha = FDivergence::new(Divergence::Alpha(1.0));
    assert!(error(points().loss(LabelSmoothing::one_sided(alpha, 0.9))).contains("alpha divergence"));
    assert!(error(points().penalty(R1::new(-1.0))).contains("gamma of R1"));
    assert!(error(points().updates(Updates::Consensus { gamma })).contains("gamma of consensus"));

    let mut trainer = Trainer::new(points().turns(Turns::new(0, 0)));
    let error = trainer.run(ring(), Budget::steps(1)).unwrap_err().to_string();
    assert!(error.contains("turns"), "{error}");
}

/// A loss that misbehaves at the third round.
#[derive(Debug)]
struct Trap {
    calls: Arc<AtomicU64>,
    panics: bool,
}

impl AdversarialLoss for Trap {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        let loss = fake.mean() - real.mean();
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        match (call == 3, self.panics) {
            (false, _) => loss,
            (true, true) => panic!("the trap closed"),
            (true, false) => loss * f64::NAN,
        }
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        -fake.mean()
    }
}

#[test]
fn panics_become_errors_with_the_round() {
    let trap = Trap {
        calls: Arc::default(),
        panics: true,
    };
    let error = Trainer::new(points().loss(trap))
        .run(ring(), Budget::steps(9))
        .unwrap_err();
    let Error::Panic { round, message } = error else {
        panic!("{error}");
    };
    assert_eq!((round, message.as_str()), (3, "the trap closed"));
}

#[test]
fn nan_is_found_and_named() {
    let scratch = Scratch::new("nan");
    let trap = Trap {
        calls: Arc::default(),
        panics: false,
    };
    let mut trainer = Trainer::new(points().loss(trap)).observe(Checkpoints::every(2).to(scratch.join("checkpoints")));
    let error = trainer.run(ring(), Budget::steps(9)).unwrap_err();
    let Error::NotFinite { round, name, value } = error else {
        panic!("{error}");
    };
    assert!(
        round == 3 && name == "loss/discriminator" && value.is_nan(),
        "{round} {name} {value}"
    );
    assert_eq!(
        Checkpoint::open(scratch.join("checkpoints/latest"))
            .unwrap()
            .manifest()
            .step,
        2
    );
}

/// Stops the run after some rounds.
struct StopAt(u64);

impl<Gm: Game> Observer<Gm> for StopAt {
    fn round(&mut self, moment: &mut Moment<'_, Gm>) -> Result<Signal> {
        Ok(if moment.step == self.0 {
            Signal::Stop("enough".to_owned())
        } else {
            Signal::Continue
        })
    }
}

#[test]
fn observers_stop_the_run_and_the_last_round_is_kept() {
    let scratch = Scratch::new("stop");
    let mut trainer = Trainer::new(points())
        .observe(StopAt(3))
        .observe(Checkpoints::every(100).to(scratch.join("checkpoints")));
    let outcome = trainer.run(ring(), Budget::steps(9)).unwrap();
    assert_eq!(
        (outcome.steps, outcome.ending),
        (3, Ending::Stopped("enough".to_owned()))
    );
    assert_eq!(
        Checkpoint::open(scratch.join("checkpoints")).unwrap().manifest().step,
        3
    );
}

#[test]
fn batches_of_any_size_are_played() {
    let data = GaussianMixture::ring().fixed(19).batches(16);
    play(points(), data, 4);
}

#[test]
fn both_ways_of_sharing_and_moving_learn() {
    for fakes in [Fakes::Shared, Fakes::Fresh] {
        for updates in [
            Updates::Alternating,
            Updates::Simultaneous,
            Updates::Consensus { gamma: 0.1 },
        ] {
            let before = play(points(), ring(), 0).into_game();
            let after = play(points().fakes(fakes).updates(updates), ring(), 3).into_game();
            assert_ne!(
                weights(before.generator()),
                weights(after.generator()),
                "{fakes:?} {updates:?}"
            );
            assert_ne!(
                weights(before.discriminator()),
                weights(after.discriminator()),
                "{fakes:?} {updates:?}"
            );
        }
    }
}

#[test]
fn a_player_without_turns_stays() {
    let before = play(points(), ring(), 0).into_game();
    let after = play(points().turns(Turns::new(2, 0)), ring(), 3).into_game();
    assert_eq!(weights(before.generator()), weights(after.generator()));
    assert_ne!(weights(before.discriminator()), weights(after.discriminator()));
}

/// A loss that is finite while its gradient is not.
#[derive(Debug)]
struct SteepAtZero;

impl AdversarialLoss for SteepAtZero {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        ((real.clone() - real).sqrt() + fake).mean()
    }

    fn generator(&self, fake: Tensor<2>, _real: Option<Tensor<2>>) -> Tensor<1> {
        -fake.mean()
    }
}

#[test]
fn weights_that_are_not_finite_are_never_kept() {
    let scratch = Scratch::new("weights");
    let mut trainer = Trainer::new(points().loss(SteepAtZero).turns(Turns::new(1, 0)))
        .observe(Checkpoints::every(1).to(scratch.join("checkpoints")));
    let error = trainer.run(ring(), Budget::steps(1)).unwrap_err();
    assert!(
        matches!(&error, Error::NotFinite { name, .. } if name.starts_with("weights of disc")),
        "{error}"
    );
    assert!(Checkpoint::open(scratch.join("checkpoints")).is_err());
}

#[test]
fn what_has_no_meaning_together_is_an_error() {
    let consensus = Updates::Consensus { gamma: 1.0 };
    let error = |gan: Points| Trainer::new(gan).run(ring(), Budget::steps(1)).unwrap_err().to_string();
    assert!(error(points().updates(consensus).penalty(R1::new(1.0))).contains("penalties"));
    assert!(error(points().updates(Updates::Simultaneous).turns(Turns::critic(5))).contains("one each"));

    let error_of = |game: Extragradient<Points>| {
        let outcome = Trainer::new(game).run(ring(), Budget::steps(1));
        outcome.unwrap_err().to_string()
    };
    let accumulating = points().optimizers(Optimizer::from(Adam::new(1e-3)).accumulate(2));
    let error = error_of(Extragradient::new(accumulating));
    assert!(error.contains("one update a step"), "{error}");

    let error = error_of(Extragradient::new(points().turns(Turns::critic(5))));
    assert!(
        error.contains("turns of `discriminator`: expected one update in a round, got 5"),
        "{error}"
    );

    let nested = Extragradient::new(Extragradient::new(points()));
    let error = Trainer::new(nested)
        .run(ring(), Budget::steps(1))
        .unwrap_err()
        .to_string();
    assert!(error.contains("extragradient within extragradient"), "{error}");

    let adam = || Optimizer::from(Adam::new(1e-3));
    for (optimizer, says) in [
        (adam().clip_norm(1.0), "clipped to a norm of 1"),
        (adam().accumulate(2), "a step every 2 updates"),
    ] {
        let gan = points().discriminator_optimizer(optimizer).unrolled(Unroll::own(2));
        let error = Trainer::new(gan).run(ring(), Budget::steps(1)).unwrap_err().to_string();
        assert!(error.contains("unrolling") && error.contains(says), "{error}");
    }
}

#[test]
fn a_look_ahead_leaves_no_trace() {
    // The penalty is due in every second turn of the game, not of the look ahead.
    let trainer = play(Extragradient::new(points().penalty(R1::new(1.0).every(2))), ring(), 3);
    assert_eq!(
        trainer.game().game().memory(),
        play(points(), ring(), 3).game().memory()
    );
    // What a penalty remembers follows once in a round, too.
    let trainer = play(Extragradient::new(points().penalty(Counted(0))), ring(), 3);
    let turns = play(points().penalty(Counted(0)), ring(), 3);
    assert_eq!(trainer.game().game().memory(), turns.game().memory());
    assert_eq!(turns.game().memory().nested("penalty0").get("turns"), Some(&[3.0][..]));
}

#[test]
fn a_look_ahead_that_breaks_off_is_taken_back() {
    /// The batch that the step itself is to have cannot be read, or not even asked for.
    struct Torn {
        panics: bool,
    }
    impl Batches for Torn {
        type Batch = Tensor<2>;

        fn batch(&mut self, index: u64, _: u64, device: &Device) -> Result<Tensor<2>, Error> {
            match index {
                0 => Ok(Tensor::ones([4, 2], device)),
                _ if self.panics => panic!("torn"),
                _ => Err(Error::other("torn")),
            }
        }

        fn per_epoch(&self) -> Option<u64> {
            None
        }
    }
    for panics in [false, true] {
        let game = Extragradient::new(points());
        let before = play(game, ring(), 0).into_game();
        let drawn = weights(before.game().generator());
        let mut trainer = Trainer::new(before).seed(7);
        assert!(trainer.run(Torn { panics }, Budget::steps(1)).is_err());
        let mut after = trainer.into_game();
        assert_eq!(weights(after.game().generator()), drawn);
        assert!(after.players().iter().all(|player| player.steps() == 0));
    }
}

/// Counts the turns that it took part in, and changes nothing.
#[derive(Debug)]
struct Counted(u32);

impl<D: Discriminator> Penalty<D> for Counted {
    fn penalty(&self, bout: &Bout<'_, D>, _: &mut random::Random) -> Tensor<1> {
        bout.real_scores.clone().mean() * 0.0
    }

    fn advance(&mut self, _: &Bout<'_, D>) {
        self.0 += 1;
    }

    fn name(&self) -> &'static str {
        "turns"
    }

    fn memory(&self) -> Memory {
        Memory::new().with("turns", [f64::from(self.0)])
    }
}

#[test]
fn networks_on_a_plain_device_are_trained_and_constrained() {
    let plain = Device::default();
    let gan = Gan::new(
        MlpGeneratorConfig::new(4, 2).with_hidden(vec![8]).init(&plain),
        MlpDiscriminatorConfig::new(2).with_hidden(vec![8]).init(&plain),
    );
    let free = play(gan, ring(), 1);
    let gan = Gan::new(
        MlpGeneratorConfig::new(4, 2).with_hidden(vec![8]).init(&plain),
        MlpDiscriminatorConfig::new(2).with_hidden(vec![8]).init(&plain),
    );
    let normed = play(gan.constraint(SpectralNorm::new()), ring(), 1);
    let many = |trainer: &Trainer<Points>| weights(trainer.game().discriminator()).len();
    assert!(many(&normed) > many(&free), "no vectors of power iterations");
}

#[test]
fn gradient_checkpointing_goes_with_everything() {
    let device = Device::default().autodiff().gradient_checkpointing();
    let gan = Gan::new(
        MlpGeneratorConfig::new(4, 2).with_hidden(vec![8]).init(&device),
        MlpDiscriminatorConfig::new(2)
            .with_hidden(vec![8])
            .with_dropout(0.5)
            .init(&device),
    );
    let gan = gan
        .penalty(GradientPenalty::two_sided(1.0))
        .average(0.9)
        .unrolled(Unroll::new(2, 0.1));
    Trainer::new(gan).run(ring(), Budget::steps(2)).unwrap();
}

/// Fails when the run is over.
struct BadLoser;

impl<Gm: Game> Observer<Gm> for BadLoser {
    fn finish(&mut self, _moment: &mut Moment<'_, Gm>, _ending: &Ending) -> Result<()> {
        Err(Error::other("not fair"))
    }
}

#[test]
fn one_observer_that_fails_does_not_cost_the_last_checkpoint() {
    let scratch = Scratch::new("loser");
    let keep = || Checkpoints::every(100).to(scratch.join("checkpoints"));
    let mut trainer = Trainer::new(points())
        .observe(BadLoser)
        .observe(keep())
        .observe(BadLoser);
    assert!(trainer.run(ring(), Budget::steps(3)).is_err());
    assert_eq!(
        Checkpoint::open(scratch.join("checkpoints")).unwrap().manifest().step,
        3
    );
}

/// Remembers the names and figures of every round.
struct Figures(Arc<std::sync::Mutex<Vec<Vec<(String, f64)>>>>, Wishes);

impl<Gm: Game> Observer<Gm> for Figures {
    fn wishes(&self) -> Wishes {
        self.1
    }

    fn round(&mut self, moment: &mut Moment<'_, Gm>) -> Result<Signal> {
        let figures = moment.figures.all()?.into_iter();
        let figures = figures.map(|(name, value)| (name.to_owned(), value)).collect();
        self.0.lock().unwrap().push(figures);
        Ok(Signal::Continue)
    }
}

fn figures_of(game: impl Game<Batch = Tensor<2>>, wishes: Wishes) -> Vec<Vec<(String, f64)>> {
    let figures = Arc::default();
    let mut trainer = Trainer::new(game).observe(Figures(Arc::clone(&figures), wishes));
    trainer.run(ring(), Budget::steps(4)).unwrap();
    std::mem::take(&mut *figures.lock().unwrap())
}

#[test]
fn figures_are_measured_when_somebody_asks() {
    let names = |round: &[(String, f64)]| round.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let plain = figures_of(points(), Wishes::none());
    assert_eq!(names(&plain[3]), ["loss/discriminator", "loss/generator"]);

    let all = [Wish::Rates, Wish::Gradients, Wish::Scores, Wish::Spreads];
    let asked = figures_of(points(), Wishes::of(all).every(2));
    assert_eq!(
        asked[2], plain[2],
        "nothing more in odd rounds, and nothing else either"
    );
    let expected = "spread/real spread/fake spread/across duplicates/fake loss/discriminator score/real score/fake score/separation \
                    gradient/discriminator rate/discriminator loss/generator gradient/generator rate/generator";
    assert_eq!(names(&asked[3]), expected.split(' ').collect::<Vec<_>>());
    let get = |name: &str| asked[3].iter().find(|(other, _)| other == name).unwrap().1;
    assert_eq!(get("rate/generator"), 2e-4);
    assert!((0.0..=1.0).contains(&get("score/separation")));

    // Players measure themselves under their own names, whatever part of a game they play in.
    let pair = || (points().generator().clone(), points().discriminator().clone());
    let (generator, judge) = pair();
    let encoder = MlpTranslator::from(MlpGeneratorConfig::new(2, 4).with_hidden(vec![8]).init(&device()));
    let mdgan = Mdgan::new(generator, encoder, [judge.clone(), judge]);
    let gap = Gap::new([pair(), pair()].map(|(generator, judge)| Gan::new(generator, judge)), 2);
    let gradients = || Wishes::of([Wish::Gradients]);
    for (figures, player) in [
        (figures_of(mdgan, gradients()), "gradient/manifold"),
        (figures_of(gap, gradients()), "gradient/discriminator-1"),
    ] {
        let of_gradients: Vec<_> = names(&figures[0])
            .into_iter()
            .filter(|name| name.contains("gradient"))
            .collect();
        assert!(of_gradients.contains(&player.to_owned()), "{of_gradients:?}");
        assert!(
            of_gradients.iter().all(|name| name.starts_with("gradient/")),
            "{of_gradients:?}"
        );
    }
    assert!(
        (get("spread/real") - 0.5f64.sqrt()).abs() < 0.15,
        "{}",
        get("spread/real")
    );
}

/// Halves the generator's rate after the second round, as a remedy would.
struct Slower;

impl<Gm: Game> Observer<Gm> for Slower {
    fn round(&mut self, moment: &mut Moment<'_, Gm>) -> Result<Signal> {
        let mut players = moment.game.players();
        for player in players
            .iter_mut()
            .filter(|player| moment.step == 2 && player.name() == "generator")
        {
            player.set_pace(0.5 * player.pace());
        }
        Ok(Signal::Continue)
    }
}

/// The learning rates of both players in rounds 1 to 6 with a pause after `pause`: a critic of five turns beside a
/// generator of one.
fn paced(pause: u64, checkpoints_first: bool) -> Vec<[f64; 2]> {
    let scratch = Scratch::new(&format!("pacing-{pause}-{checkpoints_first}"));
    let pacing = Pacing::new(Schedule::Linear {
        after: 2,
        over: 4,
        end: 0.2,
    });
    let rates = Arc::default();
    for (rounds, resumed) in [(pause, false), (6, true)] {
        let gan = points().optimizers(Adam::new(1e-3)).turns(Turns::critic(5));
        let mut trainer = Trainer::new(gan)
            .observe(Figures(Arc::clone(&rates), Wishes::of([Wish::Rates])))
            .observe(Slower);
        let keep = Checkpoints::every(1).to(&scratch.0);
        trainer = match checkpoints_first {
            true => trainer.observe(keep).observe(pacing.clone()),
            false => trainer.observe(pacing.clone()).observe(keep),
        };
        if resumed {
            trainer = trainer.resume(scratch.join("latest"));
        }
        trainer.run(ring(), Budget::steps(rounds)).unwrap();
        let mut gan = trainer.into_game();
        for player in gan.players() {
            assert_eq!(
                player.learning_rate(),
                1e-3 * player.pace(),
                "the next run is paced too"
            );
        }
    }
    let rounds: Vec<_> = std::mem::take(&mut *rates.lock().unwrap());
    let rate = |round: &[(String, f64)], of: &str| round.iter().find(|(name, _)| name == of).unwrap().1;
    let both = |round: &Vec<_>| ["rate/discriminator", "rate/generator"].map(|of| rate(round, of));
    rounds.iter().map(both).collect()
}

#[test]
fn pacing_counts_rounds_and_outlives_a_pause() {
    for (pause, checkpoints_first) in [(6, true), (1, true), (4, true), (4, false)] {
        let rates = paced(pause, checkpoints_first);
        let expected = [1.0, 1.0, 1.0, 0.8, 0.6, 0.4];
        for (round, (rates, factor)) in rates.iter().zip(expected).enumerate() {
            let slower = if round < 2 { 1.0 } else { 0.5 };
            for (rate, pace) in rates.iter().zip([1.0, slower]) {
                let expected = 1e-3 * factor * pace;
                assert!((rate / expected - 1.0).abs() < 1e-12, "round {}: {rate}", round + 1);
            }
        }
        assert_eq!(rates.len(), 6);
    }
}

#[test]
fn a_schedule_that_cannot_work_is_an_error() {
    for factor in [f64::NAN, -0.1, f64::INFINITY] {
        let pacing = Pacing::new(Schedule::Custom(Arc::new(
            move |rounds| if rounds < 2 { 1.0 } else { factor },
        )));
        let mut trainer = Trainer::new(points()).observe(pacing);
        let error = trainer.run(ring(), Budget::steps(4)).unwrap_err();
        assert!(error.to_string().contains("pacing"), "{error}");

        let schedule = Schedule::Custom(Arc::new(move |steps| if steps < 2 { 1.0 } else { factor }));
        let adam = Optimizer::from(Adam::new(1e-3)).schedule(schedule);
        let mut trainer = Trainer::new(points().generator_optimizer(adam));
        let error = trainer.run(ring(), Budget::steps(4)).unwrap_err().to_string();
        assert!(error.contains("learning rate of `generator` after 2 steps"), "{error}");
    }
}

#[test]
fn gradient_norms_are_those_before_clipping() {
    let wishes = Wishes::of([Wish::Gradients]);
    let clipped = |bound| points().optimizers(Optimizer::from(Adam::new(1e-3)).clip_norm(bound));
    let norm = |gan| {
        let first = figures_of(gan, wishes).swap_remove(0);
        first
            .into_iter()
            .find(|(name, _)| name == "gradient/discriminator")
            .unwrap()
            .1
    };
    let (free, bound) = (norm(points()), norm(clipped(1e-3)));
    assert!(free > 1e-2 && free == bound, "{free} {bound}");
}

#[test]
fn notes_reach_every_observer() {
    /// Leaves a note, or reads them.
    struct Reader(u64, Arc<AtomicU64>);
    impl<Gm: Game> Observer<Gm> for Reader {
        fn round(&mut self, moment: &mut Moment<'_, Gm>) -> Result<Signal> {
            let unread = moment.all_notes().unread(&mut self.0).count();
            self.1.fetch_add(unread as u64, Ordering::Relaxed);
            moment.note(Level::Info, "reader", "hello");
            Ok(Signal::Continue)
        }
    }
    let scratch = Scratch::new("notes");
    let (before, after) = (Arc::default(), Arc::default());
    let mut trainer = Trainer::new(points())
        .observe(Reader(0, Arc::clone(&before)))
        .observe(Checkpoints::every(1).to(scratch.join("checkpoints")))
        .observe(Reader(0, Arc::clone(&after)));
    trainer.run(ring(), Budget::steps(3)).unwrap();
    // Three rounds of three notes, the checkpoint's the last; a reader has not seen those that came after its last turn.
    assert_eq!((before.load(Ordering::Relaxed), after.load(Ordering::Relaxed)), (6, 7));
    let newest = trainer.notes().last(1).next().unwrap();
    assert!(newest.step == 3 && newest.source == "checkpoints" && newest.text.contains("step-00000003"));
}
