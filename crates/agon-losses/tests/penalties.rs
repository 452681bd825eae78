//! Every gradient penalty against numeric derivatives, parameter by parameter, on random small networks.
#![allow(clippy::unwrap_used)]

use agon_core::random::{Random, normal, stream};
use agon_core::{Bout, Constraint, Discriminator, Penalty, Sample, Scored};
use agon_losses::{
    Consistency, Dragan, EqualizedRate, GradientPenalty, LeCam, OrthogonalRegularization, R1, R2, SpectralNorm,
    WeightClip, ZeroCentered,
};
use agon_nn::{Activation, Dual};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::optim::GradientsParams;
use burn::prelude::{Device, Tensor};
use burn::tensor::DType;
use rand::RngExt;

#[derive(Module, Debug)]
struct Mlp {
    first: Linear,
    last: Linear,
}

impl Discriminator for Mlp {
    type Input = Tensor<2>;
    type Output = Tensor<2>;

    fn discriminate(&self, input: Tensor<2>) -> Tensor<2> {
        self.last.forward(self.first.forward(input).tanh())
    }

    fn derivative(&self, at: &Tensor<2>, along: &Tensor<2>) -> Tensor<2> {
        let x = Dual::new(at.clone(), along.clone()).linear(&self.first);
        x.activation(Activation::Tanh).linear(&self.last).tangent
    }
}

#[derive(Module, Debug)]
struct Conv {
    first: Conv2d,
    last: Linear,
}

impl Discriminator for Conv {
    type Input = Tensor<4>;
    type Output = Tensor<2>;

    fn discriminate(&self, input: Tensor<4>) -> Tensor<2> {
        self.last.forward(self.first.forward(input).tanh().flatten(1, 3))
    }

    fn derivative(&self, at: &Tensor<4>, along: &Tensor<4>) -> Tensor<2> {
        let x = Dual::new(at.clone(), along.clone())
            .conv2d(&self.first)
            .activation(Activation::Tanh);
        let [batch, channels, height, width] = x.value.dims();
        x.reshape([batch, channels * height * width]).linear(&self.last).tangent
    }
}

fn device() -> Device {
    Device::default().autodiff()
}

/// Normal weights in float64.
struct Draw<'a>(&'a mut Random);

impl ModuleMapper for Draw<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let values = normal(param.dims(), self.0, &device()).cast(DType::F64) * 0.7;
        param.map(|_| values.detach().require_grad())
    }
}

fn mlp(random: &mut Random) -> (Mlp, Tensor<2>, Tensor<2>) {
    let [inputs, hidden, scores, batch] = [1..5, 1..7, 1..3, 2..6].map(|range| random.random_range(range));
    let network = Mlp {
        first: LinearConfig::new(inputs, hidden).init(&device()),
        last: LinearConfig::new(hidden, scores).init(&device()),
    };
    let network = network.map(&mut Draw(random));
    let mut sample = || normal([batch, inputs], random, &device()).cast(DType::F64);
    (network, sample(), sample())
}

fn conv(random: &mut Random) -> (Conv, Tensor<4>, Tensor<4>) {
    let [channels, filters, batch] = [1..3, 1..4, 2..4].map(|range| random.random_range(range));
    let network = Conv {
        first: Conv2dConfig::new([channels, filters], [4, 4])
            .with_stride([2, 2])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
            .init(&device()),
        last: LinearConfig::new(filters * 9, 1).init(&device()),
    };
    let network = network.map(&mut Draw(random));
    let mut sample = || normal([batch, channels, 6, 6], random, &device()).cast(DType::F64);
    (network, sample(), sample())
}

/// The penalties that look at slopes, both ways.
fn gradient_penalties<D: Discriminator>() -> Vec<(Box<dyn Penalty<D>>, f64)> {
    let (exact, near) = (1e-6, 1e-5);
    vec![
        (Box::new(GradientPenalty::two_sided(10.0)), exact),
        (Box::new(GradientPenalty::one_sided(10.0).target(0.3)), exact),
        (Box::new(R1::new(2.0)), exact),
        (Box::new(R2::new(0.5)), exact),
        (Box::new(ZeroCentered::new(3.0)), exact),
        (Box::new(Dragan::new(10.0).scale(1.0)), exact),
        (Box::new(GradientPenalty::two_sided(10.0).by_differences()), near),
        (
            Box::new(GradientPenalty::one_sided(10.0).target(0.3).by_differences()),
            near,
        ),
        (Box::new(R1::new(2.0).by_differences()), near),
        (Box::new(R2::new(0.5).by_differences()), near),
        (Box::new(ZeroCentered::new(3.0).by_differences()), near),
        (Box::new(Dragan::new(10.0).by_differences()), near),
    ]
}

/// The others, which are ordinary sums of tensors.
fn plain_penalties<D: Discriminator>() -> Vec<(Box<dyn Penalty<D>>, f64)> {
    vec![
        (Box::new(Consistency::<D::Input>::jitter(2.0, 0.1)), 1e-6),
        (Box::new(OrthogonalRegularization::new(0.5)), 1e-6),
        (Box::new(OrthogonalRegularization::off_diagonal(0.5)), 1e-6),
    ]
}

fn evaluate<D: Discriminator>(
    penalty: &mut dyn Penalty<D>,
    network: &D,
    real: &D::Input,
    fake: &D::Input,
) -> Tensor<1> {
    let bout = Bout {
        discriminator: network,
        real,
        fake,
        real_scores: network.discriminate(real.clone()).scores(),
        fake_scores: network.discriminate(fake.clone()).scores(),
    };
    penalty.penalty(&bout, &mut stream(11, 0))
}

/// Adds a number to one element of one parameter.
struct Nudge {
    id: ParamId,
    element: usize,
    by: f64,
}

impl ModuleMapper for Nudge {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if param.id != self.id {
            return param;
        }
        param.map(|value| {
            let mut data = value.into_data();
            data.as_mut_slice::<f64>().unwrap()[self.element] += self.by;
            Tensor::from_data(data, (&device(), DType::F64)).require_grad()
        })
    }
}

/// All gradients, with where they belong.
struct Collect<'a> {
    gradients: &'a GradientsParams,
    found: Vec<(ParamId, Vec<f64>)>,
}

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let zeros = || vec![0.0; param.shape().num_elements()];
        let values = |gradient: Tensor<D>| gradient.into_data().try_into_vec().unwrap();
        self.found
            .push((param.id, self.gradients.get::<D>(param.id).map_or_else(zeros, values)));
    }
}

fn check<D: Discriminator>(penalties: Vec<(Box<dyn Penalty<D>>, f64)>, (network, real, fake): (D, D::Input, D::Input)) {
    for (mut penalty, tolerance) in penalties {
        let gradients = evaluate(&mut *penalty, &network, &real, &fake).backward();
        let gradients = GradientsParams::from_grads(gradients, &network);
        let mut exact = Collect {
            gradients: &gradients,
            found: Vec::new(),
        };
        network.visit(&mut exact);
        let size = exact
            .found
            .iter()
            .flat_map(|(_, values)| values)
            .fold(1e-3f64, |max, x| max.max(x.abs()));
        for (id, values) in exact.found {
            for (element, value) in values.into_iter().enumerate() {
                let step = 1e-5;
                let mut at = |by| {
                    let moved = network.clone().map(&mut Nudge { id, element, by });
                    evaluate(&mut *penalty, &moved, &real, &fake).into_scalar::<f64>()
                };
                let numeric = (at(step) - at(-step)) / (2.0 * step);
                let error = (value - numeric).abs() / size;
                assert!(error < tolerance, "{}: {value} and {numeric} of {size}", penalty.name());
            }
        }
    }
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let penalties = gradient_penalties::<Mlp>().into_iter().chain(plain_penalties());
    for (penalty, _) in penalties {
        assert!(penalty.check().is_ok(), "{penalty:?}");
    }
    let mut refused: Vec<Box<dyn Penalty<Mlp>>> = vec![
        Box::new(GradientPenalty::two_sided(1.0).target(-1.0)),
        Box::new(Dragan::new(1.0).scale(f64::INFINITY)),
        Box::new(Dragan::new(1.0).target(f64::NAN)),
        Box::new(LeCam::new(1.0).decay(1.5)),
        Box::new(Consistency::jitter(1.0, -0.1)),
    ];
    for weight in [-1.0, f64::NAN] {
        refused.push(Box::new(GradientPenalty::one_sided(weight)));
        refused.push(Box::new(R1::new(weight)));
        refused.push(Box::new(R2::new(weight)));
        refused.push(Box::new(ZeroCentered::new(weight)));
        refused.push(Box::new(Dragan::new(weight)));
        refused.push(Box::new(LeCam::new(weight)));
        refused.push(Box::new(Consistency::jitter(weight, 0.1)));
        refused.push(Box::new(OrthogonalRegularization::new(weight)));
    }
    for penalty in refused {
        assert!(penalty.check().is_err(), "{penalty:?}");
    }
}

#[test]
fn constraints_that_cannot_work_are_refused() {
    fn refused(constraint: impl Constraint<Mlp>) -> bool {
        constraint.check().is_err()
    }
    assert!(refused(WeightClip(0.0)) && refused(WeightClip(f64::NAN)) && !refused(WeightClip(0.01)));
    assert!(refused(EqualizedRate::new().gain(-1.0)) && !refused(EqualizedRate::new()));
    assert!(refused(SpectralNorm::new().iterations(0)) && !refused(SpectralNorm::new()));
}

#[test]
fn slopes_of_random_perceptrons() {
    for seed in 0..12 {
        check(gradient_penalties(), mlp(&mut stream(seed, 1)));
    }
}

#[test]
fn slopes_of_random_convolutions() {
    for seed in 0..2 {
        check(gradient_penalties(), conv(&mut stream(seed, 2)));
    }
}

#[test]
fn plain_terms_of_random_networks() {
    for seed in 0..4 {
        check(plain_penalties(), mlp(&mut stream(seed, 3)));
        check(plain_penalties(), conv(&mut stream(seed, 4)));
    }
}

#[test]
fn a_vanishing_slope_gives_a_finite_gradient() {
    let (network, real, fake) = mlp(&mut stream(0, 5));
    struct Zero;
    impl ModuleMapper for Zero {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|value| value.zeros_like().detach().require_grad())
        }
    }
    let network = network.map(&mut Zero);
    for (mut penalty, _) in gradient_penalties::<Mlp>() {
        let value = evaluate(&mut *penalty, &network, &real, &fake);
        let gradients = GradientsParams::from_grads(value.backward(), &network);
        let mut exact = Collect {
            gradients: &gradients,
            found: Vec::new(),
        };
        network.visit(&mut exact);
        assert!(value.into_scalar::<f64>().is_finite());
        assert!(
            exact.found.iter().flat_map(|(_, values)| values).all(|x| x.is_finite()),
            "{}",
            penalty.name()
        );
    }
}

#[test]
fn two_sided_penalty_of_tensorflow_gan() {
    // D(x) = 2 x, summed over four inputs: the norm is 4, the penalty 9.
    let mut network = mlp(&mut stream(0, 6)).0;
    network.first = LinearConfig::new(4, 1).with_bias(false).init(&device());
    network.first.weight = Param::from_tensor(Tensor::full([4, 1], 2e-4, (&device(), DType::F64)));
    network.last = LinearConfig::new(1, 1).with_bias(false).init(&device());
    network.last.weight = Param::from_tensor(Tensor::full([1, 1], 1e4, (&device(), DType::F64)));
    let x = normal([5, 4], &mut stream(0, 7), &device()).cast(DType::F64);
    let value = evaluate(&mut GradientPenalty::two_sided(1.0), &network, &x, &x);
    assert!((value.into_scalar::<f64>() - 9.0).abs() < 1e-4);
}

#[test]
fn le_cam_follows_the_scores_and_remembers() {
    let (network, real, fake) = mlp(&mut stream(3, 8));
    let mut penalty = LeCam::new(0.5).decay(0.5);
    let scores = |sample: &Tensor<2>| network.discriminate(sample.clone());
    let distance = |scores: Tensor<2>, average: f64| (scores - average).square().mean().into_scalar::<f64>();
    let (r, f) = (scores(&real).mean().into_scalar(), scores(&fake).mean().into_scalar());
    let expected = 0.5 * (distance(scores(&real), f) + distance(scores(&fake), r));
    let first = evaluate(&mut penalty, &network, &real, &fake).into_scalar::<f64>();
    assert!((first - expected).abs() < 1e-12);
    let bout = Bout {
        discriminator: &network,
        real: &real,
        fake: &fake,
        real_scores: scores(&real),
        fake_scores: scores(&fake),
    };
    penalty.advance(&bout);

    let mut resumed = LeCam::new(0.5).decay(0.5);
    Penalty::<Mlp>::recall(&mut resumed, &Penalty::<Mlp>::memory(&penalty));
    let value = |penalty: &mut LeCam| evaluate(penalty, &network, &fake, &real).into_scalar::<f64>();
    assert_eq!(value(&mut penalty), value(&mut resumed));
    assert_ne!(value(&mut penalty), value(&mut LeCam::new(0.5).decay(0.5)));
}

#[test]
fn flips_and_shifts_only_move_pixels() {
    let image: Tensor<4> = Tensor::from_data([[[[0.0, 1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0, 7.0]]]], &Device::default());
    let moved = agon_losses::augment::flip_and_shift(1)(&image, &mut stream(5, 0));
    assert_eq!(moved.dims(), image.dims());
    let values: Vec<f32> = moved.into_data().try_into_vec().unwrap();
    let (first, second) = values.split_at(4);
    // Both channels move together.
    assert!(first.iter().zip(second).all(|(a, b)| a + 4.0 == *b), "{values:?}");
}

#[test]
fn samples_pair_up_to_the_smaller_batch() {
    let (network, real, fake) = mlp(&mut stream(9, 1));
    let fewer = fake.narrow(0, 0, real.size() - 1);
    let value = evaluate(&mut GradientPenalty::two_sided(1.0), &network, &real, &fewer);
    assert!(value.into_scalar::<f64>().is_finite());
}
