use agon_core::{Batches, Error, Game, Moment, Observer, Result, Sampling, Signal, random};
use agon_metrics::{Figure, Metric, Origin, Report};
use burn::prelude::Device;

/// Judges what the generator makes, every so many rounds and in the last, by metrics of one's choice.
///
/// The samples are those that one would use after training, by the moving average of the generator if there is
/// one, and from the same codes every time. They are made and judged some at a time, so that no more of them is in
/// memory than the metric keeps. The metric is any [`Metric`] of what the game makes: a `Jury` for images, a single
/// distance for points. Real data comes from [`against`](Self::against), or is in the metric already: samples given
/// to it before, or statistics that were saved.
///
/// Every figure joins those of the round under its own name, for logs, for monitors, and for checkpoints that keep
/// the best; [`named`](Self::named) gives the first another. **Add it before those**: observers are called in the order in which they were added, and see the
/// figures of those before them. A figure that is not finite is left out, since figures of a round must be; and
/// when all samples are the same, so that they have no distribution, that round has no figures.
///
/// # Errors
/// Settings that cannot work; whatever the data or the metric says.
///
/// # Example
/// ```no_run
/// # use agon_core::{Batches, Checkpoints, Game, Sampling, Trainer};
/// # use burn::prelude::Tensor;
/// use agon_metrics::FrechetDistance;
/// use agon_observe::Evaluate;
///
/// # fn example(
/// #     game: impl Game + Sampling<Sample = Tensor<2>> + 'static,
/// #     data: impl Batches<Batch = Tensor<2>> + Send + 'static,
/// # ) {
/// Trainer::new(game)
///     .observe(Evaluate::every(500, FrechetDistance::new()).named("frechet").samples(2_000).against(data, 2_000))
///     .observe(Checkpoints::every(1_000).lowest("frechet").to("out/checkpoints"));
/// # }
/// ```
pub struct Evaluate<M: Metric> {
    every: u64,
    metric: M,
    samples: usize,
    batch: usize,
    seed: u64,
    name: Option<String>,
    real: Option<Real<M>>,
    report: Option<Listener>,
    judged: Option<u64>,
}

/// Is told what the figures of a round were.
type Listener = Box<dyn FnMut(u64, &Report) + Send>;

/// Gives real samples to the metric.
type Real<M> = Box<dyn FnOnce(&mut M, &Device) -> Result<()> + Send>;

impl<M: Metric> Evaluate<M> {
    /// After every so many rounds: 1,000 samples, 100 at a time.
    pub fn every(rounds: u64, metric: M) -> Self {
        Self {
            every: rounds,
            metric,
            samples: 1_000,
            batch: 100,
            seed: 0,
            name: None,
            real: None,
            report: None,
            judged: None,
        }
    }

    /// Judges so many samples.
    pub fn samples(mut self, samples: usize) -> Self {
        self.samples = samples;
        self
    }

    /// Makes so many samples at a time.
    pub fn batch(mut self, batch: usize) -> Self {
        self.batch = batch;
        self
    }

    /// Makes samples of other codes.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Calls the first of the figures so in the rounds' figures.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Compares with at least so many real samples: the first batches of this data, in the order of the seed,
    /// taken once before the first round. Data that ends gives no more than it has.
    pub fn against(mut self, mut data: impl Batches<Batch = M::Batch> + 'static, samples: usize) -> Self
    where
        M::Batch: agon_core::Sample,
    {
        let seed = self.seed;
        self.real = Some(Box::new(move |metric, device| {
            let (mut taken, mut index) = (0, 0);
            while taken < samples && data.per_epoch().is_none_or(|batches| index < batches) {
                let batch = data.batch(index, seed, device)?;
                taken += agon_core::Sample::size(&batch);
                metric.add(Origin::Real, &batch).map_err(Error::other)?;
                index += 1;
            }
            Ok(())
        }));
        self
    }

    /// Has somebody told of each evaluation, with all there is to the figures.
    pub fn report(mut self, tell: impl FnMut(u64, &Report) + Send + 'static) -> Self {
        self.report = Some(Box::new(tell));
        self
    }

    fn check(&self) -> Result<()> {
        let positive = |what: &str, n: u64| match n {
            0 => Err(Error::config(what, "at least 1", 0)),
            _ => Ok(()),
        };
        positive("the rounds between two evaluations", self.every)?;
        positive("the samples of an evaluation", self.samples as u64)?;
        positive("the batch of an evaluation", self.batch as u64)
    }

    /// The figures of what the game makes now.
    fn judge(&mut self, game: &impl Sampling<Sample = M::Batch>) -> Result<Vec<Figure>> {
        self.metric.forget(Origin::Fake);
        let mut made = 0;
        while made < self.samples {
            let n = self.batch.min(self.samples - made);
            let samples = game.sample(n, random::mix(self.seed, made as u64));
            self.metric.add(Origin::Fake, &samples).map_err(Error::other)?;
            made += n;
        }
        let figures = match self.metric.compute() {
            Err(agon_metrics::Error::Constant {
                origin: Origin::Fake, ..
            }) => Ok(Vec::new()),
            figures => figures.map_err(Error::other),
        };
        self.metric.forget(Origin::Fake);
        figures
    }
}

impl<G, M> Observer<G> for Evaluate<M>
where
    G: Game + Sampling<Sample = M::Batch>,
    M: Metric,
{
    fn start(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        self.check()?;
        self.judged = None;
        match self.real.take() {
            Some(real) => {
                let players = moment.game.players();
                let device = players
                    .first()
                    .map(|player| player.device().inner())
                    .unwrap_or_default();
                real(&mut self.metric, &device)
            }
            None => Ok(()),
        }
    }

    fn round(&mut self, moment: &mut Moment<'_, G>) -> Result<Signal> {
        let due = moment.step.is_multiple_of(self.every) || moment.total == Some(moment.step);
        if !due || self.judged == Some(moment.step) {
            return Ok(Signal::Continue);
        }
        let figures = self.judge(moment.game)?;
        self.judged = Some(moment.step);
        for (index, figure) in figures.iter().enumerate() {
            let name = self.name.as_ref().filter(|_| index == 0).unwrap_or(&figure.name);
            if figure.value.is_finite() {
                moment.figures.add_known(name.clone(), figure.value);
            }
        }
        if let Some(tell) = &mut self.report {
            tell(moment.step, &Report::from(figures));
        }
        Ok(Signal::Continue)
    }
}

impl<M: Metric> std::fmt::Debug for Evaluate<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evaluate")
            .field("every", &self.every)
            .field("samples", &self.samples)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}
