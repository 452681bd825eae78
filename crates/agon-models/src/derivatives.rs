//! The derivatives that networks know of themselves agree with differences.

use agon_core::derivative::central_difference;
use agon_core::random::{self, Random};
use agon_core::{Conditioned, Discriminator, Sample, Slope};
use burn::module::{ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::prelude::{Device, Tensor};
use burn::tensor::DType;

use crate::*;

fn normal<const D: usize>(shape: [usize; D], random: &mut Random) -> Tensor<D> {
    random::normal(shape, random, &Device::default().autodiff()).cast(DType::F64)
}

/// Normal weights in float64.
struct Draw(Random);

impl ModuleMapper for Draw {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let values = normal(param.dims(), &mut self.0) * 0.3;
        param.map(|_| values.detach().require_grad())
    }
}

/// All gradients, one after the other; where there is none, zeros.
struct Collect<'a>(&'a GradientsParams, Vec<f64>);

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self
            .0
            .get::<D>(param.id)
            .map(|gradient| gradient.try_into_vec_as().unwrap());
        self.1
            .extend(gradient.unwrap_or(vec![0.0; param.dims().iter().product()]));
    }
}

fn gradients<D: Discriminator>(critic: &D, slope: Slope<D::Input>, along: D::Input) -> Vec<f64> {
    let gradients = GradientsParams::from_grads(slope.along(along).backward(), critic);
    let mut collected = Collect(&gradients, Vec::new());
    critic.visit(&mut collected);
    collected.1
}

fn agree(what: &str, known: &[f64], differences: &[f64]) {
    let size = differences.iter().fold(0.0, |size: f64, value| size.max(value.abs()));
    assert!(size > 1e-3 && known.len() == differences.len(), "{what}: {size}");
    for (known, difference) in known.iter().zip(differences) {
        assert!(
            (known - difference).abs() < 1e-5 * size,
            "{what}: {known}, {difference}"
        );
    }
}

fn check<D: Discriminator>(name: &str, critic: D, at: D::Input, along: D::Input) {
    let critic = critic.map(&mut Draw(random::stream(3, 0)));
    let values = |tensor: Tensor<2>| tensor.inner().try_into_vec_as::<f64>().unwrap();
    let differences = central_difference(&critic, &at, &along);
    agree(name, &values(critic.derivative(&at, &along)), &values(differences));

    let (slope, differences) = (critic.slope(&at), Slope::by_differences(&critic, &at));
    let rows = |slope: &Slope<D::Input>| slope.gradient().rows().without_autodiff();
    let [known, other] = [&slope, &differences].map(|slope| rows(slope).try_into_vec_as::<f64>().unwrap());
    agree(&format!("{name}, gradient"), &known, &other);
    let along = along.with_rows(along.rows().without_autodiff());
    let known = gradients(&critic, slope, along.clone());
    agree(
        &format!("{name}, weights"),
        &known,
        &gradients(&critic, differences, along),
    );
}

#[test]
fn images_with_conditions() {
    let device = Device::default().autodiff();
    let shape = [2, 8, 8];
    let image = |seed| {
        let mut random = random::stream(seed, 0);
        Conditioned::new(normal([5, 2, 8, 8], &mut random), normal([5, 3], &mut random))
    };
    for (batch_norm, feature_norm) in [(false, false), (true, false), (true, true)] {
        let trunk = ImageTrunkConfig::new(shape)
            .with_width(3)
            .with_features(6)
            .with_batch_norm(batch_norm)
            .with_feature_norm(feature_norm);
        for (entry, emphasis) in [
            (DiscriminatorCondition::Concatenated, 3.0),
            (DiscriminatorCondition::Embedded(4), 3.0),
            (DiscriminatorCondition::Projected, 1.0),
        ] {
            let config = CganDiscriminatorConfig::new(3, trunk.clone())
                .with_entry(entry)
                .with_emphasis(emphasis);
            check(
                &format!("{entry:?}, {batch_norm}, {feature_norm}"),
                config.init(&device),
                image(1),
                image(2),
            );
        }
        let acgan = AcganDiscriminatorConfig::new(3, trunk.clone()).init(&device);
        check("AC-GAN", acgan, image(1), image(2));
        let codes = InfoCodes::new().with_noise(1).with_categories(3).with_continuous(0);
        let infogan = InfoDiscriminator::try_new(trunk.init(&device), 6, codes, &device).unwrap();
        check("InfoGAN", infogan, image(1), image(2));
    }
}

#[test]
fn rows_with_conditions() {
    let device = Device::default().autodiff();
    let rows = |seed| {
        let mut random = random::stream(seed, 0);
        Conditioned::new(normal([5, 7], &mut random), normal([5, 3], &mut random))
    };
    for activation in [agon_nn::Activation::LeakyRelu(0.2), agon_nn::Activation::Tanh] {
        let config = MlpDiscriminatorConfig::new(7 + 3)
            .with_hidden(vec![9, 8])
            .with_activation(activation);
        let told = Told::discriminator(config, 3, &device).unwrap();
        check(&format!("{activation:?}"), told, rows(1), rows(2));
    }
}
