//! Semi-supervised learning with K + 1 classes: the discriminator is the classifier.

use agon_core::{
    Adam, AnyPlayer, Discriminator, Error, Feed, Game, Generator, Loadable, MovingAverage, Optimizer, Player, Result,
    Round, Sample, Sampling,
};
use agon_losses::{feature_matching, semi_supervised_labelled, semi_supervised_unlabelled};
use agon_nn::{Activation, Linear, linear};
use burn::config::Config;
use burn::module::Module;
use burn::nn::{GaussianNoise, GaussianNoiseConfig, Initializer};
use burn::prelude::{Device, Int, Tensor};
use serde_json::Value;

/// A labelled batch beside an unlabelled one.
pub type PartlyLabelled<S> = ((S, Tensor<1, Int>), S);

/// Configuration of a [`SemiClassifier`].
#[derive(Config, Debug)]
pub struct SemiClassifierConfig {
    /// Numbers in a sample.
    pub features: usize,
    /// How many classes there are.
    pub classes: usize,
    /// Widths of the hidden layers (those of the paper for digits).
    #[config(default = "vec![1000, 500, 250, 250, 250]")]
    pub hidden: Vec<usize>,
    /// Deviation of the noise on the sample.
    #[config(default = 0.3)]
    pub input_noise: f64,
    /// Deviation of the noise on each hidden layer.
    #[config(default = 0.5)]
    pub hidden_noise: f64,
}

impl SemiClassifierConfig {
    /// Builds the network.
    ///
    /// # Panics
    /// Where [`try_init`](Self::try_init) fails.
    pub fn init(&self, device: &Device) -> SemiClassifier {
        self.try_init(device).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Builds the network.
    ///
    /// # Errors
    /// [`Error::Config`] if a size is zero, there is no hidden layer, or a deviation is
    /// negative.
    pub fn try_init(&self, device: &Device) -> Result<SemiClassifier> {
        let sizes: Vec<usize> = [self.features].into_iter().chain(self.hidden.iter().copied()).collect();
        if self.hidden.is_empty() || self.classes == 0 || sizes.contains(&0) {
            let got = format!("{sizes:?}, {} classes", self.classes);
            return Err(Error::config("a classifier's layers", "numbers above zero", got));
        }
        if !(self.input_noise >= 0.0 && self.hidden_noise >= 0.0) {
            let got = format!("{} and {}", self.input_noise, self.hidden_noise);
            return Err(Error::config("a classifier's noise", "deviations of at least 0", got));
        }
        let weights = Initializer::KaimingNormal {
            gain: 1.0,
            fan_out_only: false,
        };
        let last = sizes[sizes.len() - 1];
        Ok(SemiClassifier {
            hidden: sizes
                .windows(2)
                .map(|pair| linear([pair[0], pair[1]], true, &weights, device))
                .collect(),
            last: linear([last, self.classes], true, &weights, device),
            noise: [self.input_noise, self.hidden_noise]
                .map(|deviation| GaussianNoiseConfig::new(deviation).init())
                .to_vec(),
            config: self.clone(),
        })
    }
}

/// A fully connected classifier with noise on its input and its hidden layers, which also shows its features.
///
/// # Shapes
/// `[batch, features]` to logits `[batch, classes]` and the last hidden layer without its noise.
///
/// # References
/// Salimans et al. 2016, arXiv:1606.03498: the network for digits. The authors' code also normalizes weights and
/// initialises them from data, which is left out here.
#[derive(Module, Debug)]
pub struct SemiClassifier {
    hidden: Vec<Linear>,
    last: Linear,
    /// On the input, and on hidden layers.
    noise: Vec<GaussianNoise>,
    #[module(skip)]
    config: SemiClassifierConfig,
}

impl SemiClassifier {
    /// Logits and features of samples.
    pub fn forward(&self, samples: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let mut features = samples;
        for (i, layer) in self.hidden.iter().enumerate() {
            let noisy = self.noise[i.min(1)].forward(features);
            features = Activation::Relu.forward(layer.forward(noisy));
        }
        let noisy = self.noise[1].forward(features.clone());
        (self.last.forward(noisy), features)
    }

    /// The class of each sample, as after training.
    pub fn classify(&self, samples: Tensor<2>) -> Tensor<1, Int> {
        let (logits, _) = self.valid().forward(samples.without_autodiff());
        logits.argmax(1).flatten(0, 1)
    }
}

impl Discriminator for SemiClassifier {
    type Input = Tensor<2>;
    type Output = (Tensor<2>, Tensor<2>);

    fn discriminate(&self, samples: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        self.forward(samples)
    }

    fn config(&self) -> Option<Value> {
        serde_json::to_value(&self.config).ok()
    }
}

impl Loadable for SemiClassifier {
    type Config = SemiClassifierConfig;

    fn from_config(config: &SemiClassifierConfig, device: &Device) -> Result<Self> {
        config.try_init(device)
    }
}

/// A classifier of `K` classes that also tells real from generated, and a generator that matches its features.
///
/// ```text
/// L_D = -E log softmax(l(x))_y + 1/2 (-E log D(u) - E log(1 - D(G(z)))),   D = Z / (Z + 1),  Z = sum_k e^(l_k)
/// L_G = mean (E phi(u) - E phi(G(z)))^2
/// ```
///
/// `x`, `y`: labelled samples; `u`: unlabelled ones; `phi`: the last hidden layer. The class "generated" has the logit
/// 0, so that `K` logits are enough. Unlabelled samples teach the classifier where the data is: the classes are to
/// part where it is not.
///
/// # Example
/// ```
/// use agon_models::{MlpGeneratorConfig, SemiClassifierConfig, SemiGan};
/// use burn::prelude::Device;
///
/// let device = Device::default().autodiff();
/// let semi = SemiGan::new(
///     MlpGeneratorConfig::new(100, 784).with_hidden(vec![500, 500]).with_batch_norm(true).init(&device),
///     SemiClassifierConfig::new(784, 10).init(&device),
/// );
/// ```
///
/// # References
/// Salimans et al. 2016, "Improved techniques for training GANs", arXiv:1606.03498, sections 3.1 and 5; Odena 2016,
/// "Semi-supervised learning with generative adversarial networks", arXiv:1606.01583, has the same classifier with
/// the contest's own generator loss. The authors' code divides the squared difference of features by their number
/// in this experiment and takes absolute differences in others.
#[derive(Debug)]
pub struct SemiGan<G: Module, C: Module> {
    generator: Player<G>,
    classifier: Player<C>,
}

impl<G, C> SemiGan<G, C>
where
    G: Generator,
    C: Discriminator<Input = G::Output, Output = (Tensor<2>, Tensor<2>)>,
{
    /// These networks, Adam with the paper's settings (3e-3, .5, .999), and an average of the classifier's weights.
    pub fn new(generator: G, classifier: C) -> Self {
        let (of_generator, of_classifier) = (generator.config(), classifier.config());
        let adam = || Adam::new(3e-3).betas(0.5, 0.999);
        let mut classifier = Player::new("classifier", classifier, adam()).with_config(of_classifier);
        classifier.set_average(MovingAverage::new(0.999));
        Self {
            generator: Player::new("generator", generator, adam()).with_config(of_generator),
            classifier,
        }
    }

    /// Both players learn by this rule.
    pub fn optimizers(mut self, optimizer: impl Into<Optimizer>) -> Self {
        let optimizer = optimizer.into();
        self.generator.set_optimizer(optimizer.clone());
        self.classifier.set_optimizer(optimizer);
        self
    }

    /// How slowly the average of the classifier's weights follows them (.9999 in the paper, whose run is long).
    pub fn average(mut self, decay: f64) -> Self {
        self.classifier.set_average(MovingAverage::new(decay));
        self
    }

    /// The generator.
    pub fn generator(&self) -> &G {
        self.generator.best()
    }

    /// The classifier, with averaged weights.
    pub fn classifier(&self) -> &C {
        self.classifier.best()
    }
}

impl<G, C> Game for SemiGan<G, C>
where
    G: Generator,
    C: Discriminator<Input = G::Output, Output = (Tensor<2>, Tensor<2>)>,
{
    type Batch = PartlyLabelled<G::Output>;

    fn play(&mut self, data: &mut Feed<'_, Self::Batch>, round: &mut Round) -> Result<()> {
        let ((x, y), u) = data.next_batch()?;
        let prior = self.generator.network().prior();
        let made = self.generator.network().generate(round.draw(&*prior, u.size()));

        let classifier = self.classifier.network();
        let logits = |samples| classifier.discriminate(samples).0;
        let labelled = semi_supervised_labelled(logits(x), y);
        let unlabelled = semi_supervised_unlabelled(logits(u.clone()), logits(made.detached()));
        round.measure("loss/labelled", &labelled);
        round.measure("loss/unlabelled", &unlabelled);
        self.classifier.update(round, &(labelled + unlabelled));

        let classifier = self.classifier.frozen();
        let features = |samples| classifier.discriminate(samples).1;
        let (real, fake) = (features(u), features(made));
        let width = real.dims()[1] as f64;
        let loss = feature_matching(real, fake) / width;
        round.measure("loss/generator", &loss);
        self.generator.update(round, &loss);
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.classifier, &mut self.generator]
    }
}

impl<G: Generator, C: Module> Sampling for SemiGan<G, C> {
    type Sample = G::Output;

    fn sample(&self, n: usize, seed: u64) -> G::Output {
        self.generator.best().sample(n, seed)
    }
}
