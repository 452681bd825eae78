//! Small games that every test can play.

use std::path::PathBuf;

use agon::prelude::*;

pub type Points = Gan<MlpGenerator, MlpDiscriminator>;

/// The device under test: `BURN_DEVICE` picks it.
pub fn device() -> Device {
    Device::default().autodiff()
}

/// A GAN of two small perceptrons for points in the plane.
pub fn points() -> Points {
    Gan::new(
        MlpGeneratorConfig::new(4, 2).with_hidden(vec![16, 16]).init(&device()),
        MlpDiscriminatorConfig::new(2).with_hidden(vec![16, 16]).init(&device()),
    )
}

/// A small DCGAN with batch norm in both networks.
pub fn images() -> Gan<DcganGenerator, DcganDiscriminator> {
    Gan::new(
        DcganGeneratorConfig::new(8, [1, 8, 8]).with_width(4).init(&device()),
        DcganDiscriminatorConfig::new([1, 8, 8]).with_width(4).init(&device()),
    )
}

/// The same images again and again.
pub fn waves() -> Repeat<Tensor<4>> {
    let values: Vec<f32> = (0..4 * 64).map(|i| (i as f32 * 0.37).sin()).collect();
    Repeat(Tensor::<1>::from_floats(&values[..], &device()).reshape([4, 1, 8, 8]))
}

/// The same images again and again, of three classes.
pub fn labelled_waves() -> Repeat<Conditioned<Tensor<4>>> {
    let labels = Tensor::<1, burn::tensor::Int>::from_data([0, 1, 2, 1], &device());
    Repeat(Conditioned::labelled(waves().0, labels, 3))
}

pub fn ring() -> impl Batches<Batch = Tensor<2>> {
    GaussianMixture::ring().batches(16)
}

/// A small BiGAN for points in the plane, whose generator is fed a code of two numbers and one of noise.
pub fn small_bigan(inference: Inference) -> Bigan<MlpGenerator, BiganEncoder, Told<MlpDiscriminator>> {
    let encoder = BiganEncoderConfig::new(2, 2).with_hidden(vec![8]);
    let judge = MlpDiscriminatorConfig::new(2 + 2).with_hidden(vec![8]);
    Bigan::new(
        MlpGeneratorConfig::new(2 + 1, 2).with_hidden(vec![8]).init(&device()),
        encoder.with_inference(inference).init(&device()),
        Told::discriminator(judge, 2, &device()).unwrap(),
    )
    .code(2)
    .cycle(0.5)
    .turns(2)
}

pub fn small_trunk() -> ImageTrunkConfig {
    ImageTrunkConfig::new([1, 8, 8]).with_width(2).with_features(6)
}

/// A small BiGAN of images.
pub fn small_image_bigan(inference: Inference) -> Bigan<DcganGenerator, ImageEncoder, CganDiscriminator> {
    Bigan::new(
        DcganGeneratorConfig::new(4, [1, 8, 8]).with_width(2).init(&device()),
        ImageEncoderConfig::new(4, small_trunk())
            .with_inference(inference)
            .init(&device()),
        CganDiscriminatorConfig::new(4, small_trunk())
            .with_entry(DiscriminatorCondition::Concatenated)
            .init(&device()),
    )
}

pub fn small_generator() -> MlpGenerator {
    MlpGeneratorConfig::new(3, 2)
        .with_hidden(vec![8])
        .with_batch_norm(true)
        .init(&device())
}

pub fn small_classifier() -> SemiClassifier {
    SemiClassifierConfig::new(2, 3).with_hidden(vec![8, 4]).init(&device())
}

/// A small Triple-GAN for points of three classes, at the point where generated pairs begin to count.
pub fn small_triple() -> TripleGan<Told<MlpGenerator>, SemiClassifier, Told<MlpDiscriminator>> {
    let generator = MlpGeneratorConfig::new(4 + 3, 2).with_hidden(vec![8]);
    let judge = MlpDiscriminatorConfig::new(2 + 3).with_hidden(vec![8]);
    TripleGan::new(
        Told::generator(generator, 3, &device()).unwrap(),
        small_classifier(),
        Told::discriminator(judge, 3, &device()).unwrap(),
    )
    .weights(TripleWeights {
        alone: 1,
        pseudo_from: 3,
        ..TripleWeights::default()
    })
}

/// Three labelled points again and again, beside points without labels.
pub fn partly_labelled() -> impl Batches<Batch = PartlyLabelled<Tensor<2>>> {
    let points = Tensor::<2>::from_data([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], &device());
    let labels = Tensor::<1, burn::tensor::Int>::from_data([0, 1, 2], &device());
    (Repeat((points, labels)), ring())
}

/// A fresh directory for one test, removed when the test is over.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("agon-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// All values of a tensor, exactly.
pub fn bits<const D: usize>(tensor: &Tensor<D>) -> Vec<u32> {
    let values: Vec<f32> = tensor.clone().inner().try_into_vec_as().unwrap();
    values.into_iter().map(f32::to_bits).collect()
}

/// Every recorded value of a network, parameters and buffers, exactly.
pub fn weights(network: &impl Module) -> Vec<u32> {
    use burn::module::{ModuleVisitor, Param};
    struct All(Vec<u32>);
    impl ModuleVisitor for All {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(bits(&param.base()));
        }
    }
    let _ = network.valid();
    let mut all = All(Vec::new());
    network.visit(&mut all);
    all.0
}

/// Plays so many rounds from seed 7.
pub fn play<G: Game>(game: G, data: impl Batches<Batch = G::Batch>, steps: u64) -> Trainer<G> {
    let mut trainer = Trainer::new(game).seed(7);
    trainer.run(data, Budget::steps(steps)).unwrap();
    trainer
}
