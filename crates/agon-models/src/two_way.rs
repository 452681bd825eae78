//! Two maps between two domains, without pairs: what CycleGAN, DiscoGAN and DualGAN share.

use agon_core::{
    Adam, AdversarialLoss, AnyPlayer, Augment, Constraint, Contest, Discriminator, Error, Feed, Game, Memory,
    MovingAverage, Penalty, Player, Result, Round, Sample, Translator, Turns,
};
use agon_losses::NonSaturating;
use burn::module::{Module, ModuleDisplay};
use serde_json::{Value, json};

use crate::{Both, Distance, ImagePool};

/// Two maps between two domains that learn without pairs: each must fool a judge of its target domain, and there and
/// back again must be the identity.
///
/// ```text
/// maps:    w [L_G(J_A(F(b))) + L_G(J_B(G(a)))] + c [d(F(G(a)), a) + d(G(F(b)), b)] + i [|F(a) - a| + |G(b) - b|]
/// judges:  L_D(J_A; a, F(b)) + L_D(J_B; b, G(a))
/// ```
///
/// `G`: from A to B, `F`: back; `J_A`, `J_B`: the judges; `L_D`, `L_G`: an adversarial loss, seen from both sides; `d`:
/// a distance; `w`, `c`, `i`: weights. In the figure: two arrows between A and B, a judge at the tip of each, and the
/// two triangles `a -> G(a) -> F(G(a))`, `b -> F(b) -> G(F(b))` that should close.
///
/// [`CycleGanConfig`](crate::CycleGanConfig), [`DiscoGanConfig`](crate::DiscoGanConfig) and
/// [`DualGanConfig`](crate::DualGanConfig) make it, each with its paper's networks, losses and weights. By itself it
/// has the non-saturating loss, weights 1, 1 and 0, an absolute distance, Adam as DCGAN's, a turn each.
///
/// Losses are noted as sums over both contests; scores and penalties are those of domain B, and those of A are called
/// `a/..`.
///
/// # References
/// Zhu et al. 2017, arXiv:1703.10593; Kim et al. 2017, arXiv:1703.05192; Yi et al. 2017, arXiv:1704.02510.
pub struct TwoWay<T: Translator + ModuleDisplay, D: Discriminator<Input = T::Sample> + ModuleDisplay> {
    maps: Player<Both<T>>,
    judges: Player<Both<D>>,
    /// Of each domain.
    contests: [Contest<D>; 2],
    adversarial: f64,
    cycle: f64,
    identity: f64,
    distance: Distance,
    pools: [ImagePool; 2],
    turns: Turns,
}

type Domains<T> = (<T as Translator>::Sample, <T as Translator>::Sample);

impl<T: Translator + ModuleDisplay, D: Discriminator<Input = T::Sample> + ModuleDisplay> TwoWay<T, D> {
    /// These maps into both domains and these judges of them.
    pub fn new(maps: Both<T>, judges: Both<D>) -> Self {
        let config = |a: Option<Value>, b: Option<Value>| Some(json!({ "a": a?, "b": b? }));
        let map_config = config(maps.a.config(), maps.b.config());
        let judge_config = config(judges.a.config(), judges.b.config());
        let adam = || Adam::new(2e-4).betas(0.5, 0.999);
        Self {
            maps: Player::new("maps", maps, adam()).with_config(map_config),
            judges: Player::new("judges", judges, adam()).with_config(judge_config),
            contests: [Contest::new(NonSaturating), Contest::new(NonSaturating)],
            adversarial: 1.0,
            cycle: 1.0,
            identity: 0.0,
            distance: Distance::L1,
            pools: [ImagePool::new(0), ImagePool::new(0)],
            turns: Turns::default(),
        }
    }

    /// What the contests are about, and how much they count for the maps.
    pub fn loss(mut self, loss: impl AdversarialLoss + Clone, weight: f64) -> Self {
        for contest in &mut self.contests {
            contest.set_loss(loss.clone());
        }
        self.adversarial = weight;
        self
    }

    /// Adds a term to both judges' losses; any number of them.
    pub fn penalty(mut self, penalty: impl Penalty<D> + Clone) -> Self {
        for contest in &mut self.contests {
            contest.add_penalty(penalty.clone());
        }
        self
    }

    /// Changes all samples before they are judged, in everybody's turns; any number of changes, one after the other.
    pub fn augment(mut self, augmentation: impl Augment<T::Sample> + Clone) -> Self {
        for contest in &mut self.contests {
            contest.add_augmentation(augmentation.clone());
        }
        self
    }

    /// How much reconstructions count, and how they are compared.
    pub fn cycle(mut self, weight: f64, distance: Distance) -> Self {
        (self.cycle, self.distance) = (weight, distance);
        self
    }

    /// How much it counts that a map leaves alone what is of its target domain already.
    pub fn identity(mut self, weight: f64) -> Self {
        self.identity = weight;
        self
    }

    /// Shows the judges translations of earlier rounds as well, from pools of so many.
    pub fn pool(mut self, capacity: usize) -> Self {
        self.pools = [ImagePool::new(capacity), ImagePool::new(capacity)];
        self
    }

    /// How many updates judges and maps get in a round, each on a batch of its own but the last ones of both: first the
    /// other updates of the judges, then those of the maps, then both on one batch, maps first as in the authors' code,
    /// whoever `turns` lets begin.
    pub fn turns(mut self, turns: Turns) -> Self {
        self.turns = turns;
        self
    }

    /// Demands something of the judges' weights.
    pub fn constraint(mut self, constraint: impl Constraint<Both<D>>) -> Self {
        self.judges.constrain(constraint);
        self
    }

    /// Keeps a moving average of the maps' weights.
    pub fn average(mut self, decay: f64) -> Self {
        self.maps.set_average(MovingAverage::new(decay));
        self
    }

    /// The maps into both domains as one would use them: without gradients, averaged if an average is kept.
    pub fn maps(&self) -> Both<T> {
        self.maps.best().valid()
    }

    /// The judges.
    pub fn judges(&self) -> &Both<D> {
        self.judges.network()
    }

    /// Samples of both domains, which can be compared if there is an identity term.
    fn real(&self, data: &mut Feed<'_, Domains<T>>) -> Result<Domains<T>> {
        let real = data.next_batch()?;
        // Channels of pictures, numbers of points.
        let first = |samples: &T::Sample| samples.member_shape().first().copied().unwrap_or(1);
        let (a, b) = (first(&real.0), first(&real.1));
        let what = "samples with an identity term: channels, or numbers,";
        let fits = self.identity == 0.0 || a == b;
        Error::unless(fits, what, "as many in both domains", format!("{a} and {b}"))?;
        Ok(real)
    }

    /// A turn of the maps; gives the translations, cut off from what made them.
    fn improve(&mut self, (a, b): &Domains<T>, round: &mut Round) -> Domains<T> {
        let Both { a: to_a, b: to_b } = self.maps.network();
        let (fake_a, fake_b) = (to_a.translate(b.clone()), to_b.translate(a.clone()));
        let judges = self.judges.frozen();
        let [of_a, of_b] = &self.contests;
        let fooled_a = round.within("a", |round| of_a.fool(&judges.a, &fake_a, Some(a), round));
        let fooled = fooled_a + of_b.fool(&judges.b, &fake_b, Some(b), round);
        round.measure("loss/generator", &fooled);
        let mut loss = fooled * self.adversarial;
        if self.cycle > 0.0 {
            let (back_a, back_b) = (to_a.translate(fake_b.clone()), to_b.translate(fake_a.clone()));
            let cycle = self.distance.between(&back_a, a) + self.distance.between(&back_b, b);
            round.measure("loss/cycle", &cycle);
            loss = loss + cycle * self.cycle;
        }
        if self.identity > 0.0 {
            let (same_a, same_b) = (to_a.translate(a.clone()), to_b.translate(b.clone()));
            let identity = Distance::L1.between(&same_a, a) + Distance::L1.between(&same_b, b);
            round.measure("loss/identity", &identity);
            loss = loss + identity * self.identity;
        }
        self.maps.update(round, &loss);
        (fake_a.detached(), fake_b.detached())
    }

    /// A turn of the judges.
    fn judge(&mut self, (a, b): &Domains<T>, fake: Domains<T>, round: &mut Round) -> Result<()> {
        round.measure_spreads(b, &fake.1);
        let before = round.is_silent().then(|| self.pools.clone());
        let fake_a = self.pools[0].exchange(fake.0, round.random());
        let fake_b = self.pools[1].exchange(fake.1, round.random());
        // A look ahead leaves nothing behind.
        if let Some(before) = before {
            self.pools = before;
        }
        let judges = self.judges.network();
        let [contest_a, contest_b] = &mut self.contests;
        let of_a = round.within("a", |round| contest_a.judge(&judges.a, a, &fake_a, round));
        let of_b = contest_b.judge(&judges.b, b, &fake_b, round);
        round.measure("loss/discriminator", &(of_a.bare.clone() + of_b.bare.clone()));
        self.judges.update(round, &(of_a.loss.clone() + of_b.loss.clone()));
        round.within("a", |round| contest_a.advance(of_a, round))?;
        contest_b.advance(of_b, round)
    }
}

impl<T: Translator + ModuleDisplay, D: Discriminator<Input = T::Sample> + ModuleDisplay> Game for TwoWay<T, D> {
    type Batch = Domains<T>;

    fn play(&mut self, data: &mut Feed<'_, Domains<T>>, round: &mut Round) -> Result<()> {
        let (discriminator, generator) = (self.turns.discriminator(), self.turns.generator());
        if discriminator == 0 || generator == 0 {
            let got = format!("{:?}", self.turns);
            return Err(Error::config("turns", "at least one for maps and for judges", got));
        }
        for (what, weight) in [
            ("contests", self.adversarial),
            ("the cycle", self.cycle),
            ("identity", self.identity),
        ] {
            Error::unless_at_least_zero(format!("the weight of {what}"), weight)?;
        }
        self.contests[0].check()?;
        for _ in 1..discriminator {
            let real = self.real(data)?;
            let maps = self.maps.frozen();
            let fake = (maps.a.translate(real.1.clone()), maps.b.translate(real.0.clone()));
            self.judge(&real, (fake.0.detached(), fake.1.detached()), round)?;
        }
        for _ in 1..generator {
            let real = self.real(data)?;
            self.improve(&real, round);
        }
        let real = self.real(data)?;
        let fake = self.improve(&real, round);
        self.judge(&real, fake, round)
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.judges, &mut self.maps]
    }

    fn describe(&self) -> String {
        format!("{self:?}")
    }

    fn memory(&self) -> Memory {
        Memory::new()
            .nest("pool_a", self.pools[0].memory())
            .nest("pool_b", self.pools[1].memory())
            .nest("contest_a", self.contests[0].memory())
            .nest("contest_b", self.contests[1].memory())
    }

    fn recall(&mut self, memory: &Memory) {
        let device = self.maps.device();
        for (pool, name) in self.pools.iter_mut().zip(["pool_a", "pool_b"]) {
            pool.recall(&memory.nested(name), &device);
        }
        for (contest, name) in self.contests.iter_mut().zip(["contest_a", "contest_b"]) {
            contest.recall(&memory.nested(name));
        }
    }
}

impl<T: Translator + ModuleDisplay, D: Discriminator<Input = T::Sample> + ModuleDisplay> std::fmt::Debug
    for TwoWay<T, D>
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TwoWay")
            .field("maps", &self.maps)
            .field("judges", &self.judges)
            .field("contest", &self.contests[0])
            .field("weights", &[self.adversarial, self.cycle, self.identity])
            .field("distance", &self.distance)
            .field("pool", &self.pools[0].capacity())
            .field("turns", &self.turns)
            .finish()
    }
}
