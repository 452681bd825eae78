//! Another backend gives the numbers of `flex`, network by network: what comes out, and the way back.

use agon::nn;
use burn::module::{ModuleDisplay, ModuleMapper, ModuleVisitor, Param};
use burn::prelude::Int;
use burn::tensor::Gradients;

use super::*;

/// So far a number may be from that of `flex`, beside the greatest of its tensor.
const TOLERANCE: f32 = 2e-4;
/// Gradients that would be zero but for rounding (of what a norm takes away) are this small.
const ROUNDING: f32 = 1e-5;

fn wave<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    let values: Vec<f32> = (0..shape.iter().product()).map(|i| (i as f32 * 0.37).sin()).collect();
    Tensor::<1>::from_floats(&values[..], &Device::flex().autodiff()).reshape(shape)
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as().unwrap()
}

/// What comes out, and how a wave along it changes the input and all weights. Each is doubled before anybody reads it, since
/// what a device fuses with its operations may go wrong where they alone do not.
fn run<N: Module, const I: usize, const O: usize>(
    network: &N,
    input: &Tensor<I>,
    forward: fn(&N, Tensor<I>) -> Tensor<O>,
) -> Vec<Vec<f32>> {
    let input = input.clone().detach().require_grad();
    let output = forward(network, input.clone()) * 2.0;
    let along = wave(output.dims()).to_device(&output.device());
    let gradients = (output.clone() * along).sum().backward();
    let mut found = vec![numbers(output), numbers(input.grad(&gradients).unwrap() * 2.0)];
    network.visit(&mut OfWeights {
        gradients: &gradients,
        found: &mut found,
    });
    found
}

struct OfWeights<'a> {
    gradients: &'a Gradients,
    found: &'a mut Vec<Vec<f32>>,
}

impl ModuleVisitor for OfWeights<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        // Running statistics have none.
        if let Some(gradient) = parameter.val().grad(self.gradients) {
            self.found.push(numbers(gradient * 2.0));
        }
    }
}

fn same<N: Module + ModuleDisplay, const I: usize, const O: usize>(
    what: &str,
    network: N,
    shape: [usize; I],
    forward: fn(&N, Tensor<I>) -> Tensor<O>,
) {
    let input = wave(shape);
    random::with_seeded_device(&Device::flex().autodiff(), 11, || weights::initialize(&network));
    let expected = run(&network, &input, forward);
    let found = run(&network.fork(&device()), &input.to_device(&device()), forward);
    assert_eq!(expected.len(), found.len());
    for (i, (expected, found)) in expected.iter().zip(&found).enumerate() {
        let size = expected.iter().fold(0.0f32, |size, value| size.max(value.abs()));
        let apart = expected
            .iter()
            .zip(found)
            .fold(0.0f32, |apart, (a, b)| apart.max((a - b).abs()));
        assert!(
            apart <= TOLERANCE * size + ROUNDING && expected.len() == found.len(),
            "{what}, {i}: {apart} apart, of numbers up to {size}"
        );
    }
    assert!(
        expected[0].iter().any(|value| *value != 0.0),
        "{what}: nothing but zeros"
    );
}

#[test]
fn networks_give_the_numbers_of_flex() {
    let device = Device::flex().autodiff();
    let images = || DcganDiscriminatorConfig::new([2, 12, 9]).with_width(4);
    let perceptrons = MlpDiscriminatorConfig::new(7).with_hidden(vec![33, 5]);
    same(
        "perceptrons",
        perceptrons.init(&device),
        [5, 7],
        MlpDiscriminator::forward,
    );
    let maxout = perceptrons.with_maxout(Some(3)).init(&device);
    same("maxout", maxout, [5, 7], MlpDiscriminator::forward);
    let normed = MlpGeneratorConfig::new(6, 4).with_batch_norm(true).init(&device);
    same("batch norm", normed, [9, 6], MlpGenerator::forward);
    same(
        "DCGAN's discriminator",
        images().init(&device),
        [6, 2, 12, 9],
        DcganDiscriminator::forward,
    );
    let generator = DcganGeneratorConfig::new(10, [3, 17, 16]).with_width(4).init(&device);
    same("DCGAN's generator", generator, [6, 10], DcganGenerator::forward);
    let company = MinibatchDiscriminatorConfig::new(8).with_kernels(3);
    let company = company.init(images().with_scores(8).init(&device), &device);
    same("minibatch discrimination", company, [6, 2, 12, 9], |judge, images| {
        judge.discriminate(images)
    });
    let unet = UNetTranslatorConfig::new([1, 1])
        .with_width(4)
        .with_depth(3)
        .with_dropout(0.0)
        .init(&device);
    same("U-Net", unet, [2, 1, 16, 16], |unet, images| unet.translate(images));
    let residual = ResnetTranslatorConfig::new([1, 1]).with_width(4).init(&device);
    same("residual map", residual, [2, 1, 16, 16], |map, images| {
        map.translate(images)
    });
    // One channel is where burn's fused operations would go wrong on a GPU: see `agon_kernels::ops::conv2d`.
    for channels in [[1, 1], [1, 3], [3, 1]] {
        let convolution = nn::Conv2dConfig::new(channels, [3, 3])
            .with_stride([2, 2])
            .init(&device);
        same("convolution", convolution, [2, channels[0], 9, 8], |layer, x| {
            layer.forward(x)
        });
        let transposed = nn::ConvTranspose2dConfig::new(channels, [3, 3]).init(&device);
        same("transposed", transposed, [2, channels[0], 5, 8], |layer, x| {
            layer.forward(x)
        });
        let of_sequences = nn::Conv1dConfig::new(channels[0], channels[1], 3).init(&device);
        same("of sequences", of_sequences, [2, channels[0], 9], |layer, x| {
            layer.forward(x)
        });
    }
}

/// Moves all weights a little, since some layers begin as if they were not there.
struct Nudge;

impl ModuleMapper for Nudge {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        parameter.map(|values| values + 0.2)
    }
}

fn nudged<N: Module>(network: N) -> N {
    random::with_seeded_device(&Device::flex().autodiff(), 12, || network.map(&mut Nudge))
}

/// A few numbers beside `x`, on its device.
fn few<const I: usize, const D: usize>(x: &Tensor<I>, shape: [usize; D]) -> Tensor<D> {
    wave(shape).to_device(&x.device())
}

#[test]
fn layers_give_the_numbers_of_flex() {
    let device = Device::flex().autodiff();
    let pictures = [3, 4, 6, 6];
    let attention = nn::SelfAttention2dConfig::new(4).with_reduction(2).init(&device);
    same("self-attention", nudged(attention), pictures, |layer, x| {
        layer.forward(x)
    });
    let adain = nn::AdaptiveInstanceNormConfig::new(5, 4).init(&device);
    same("AdaIN", nudged(adain), pictures, |layer, x| {
        let style = few(&x, [3, 5]);
        layer.forward(x, style)
    });
    let noise = nn::NoiseInjection::new(4, &device);
    same("noise injection", nudged(noise), pictures, |layer, x| {
        let noise = few(&x, [3, 1, 6, 6]);
        layer.forward(x, noise)
    });
    let conditional = nn::ConditionalBatchNormConfig::new(4, 5).init(&device);
    same("conditional batch norm", nudged(conditional), pictures, |layer, x| {
        let condition = few(&x, [3, 5]);
        layer.forward(x, condition)
    });
    let by_reference = nn::VirtualBatchNorm::new(4, &device);
    same("virtual batch norm", nudged(by_reference), pictures, |layer, x| {
        let (_, reference) = layer.reference(few(&x, [2, 4, 6, 6]));
        layer.forward(x.clone(), &reference) + layer.forward_by_reference(x, &reference)
    });
    let convolution = || nn::Conv2dConfig::new([4, 8], [3, 3]).init(&device);
    same("minibatch deviation", convolution(), pictures, |layer, x| {
        nn::minibatch_deviation(layer.forward(x))
    });
    same("pixel shuffle", convolution(), pictures, |layer, x| {
        nn::PixelShuffleConfig::new(2).init().forward(layer.forward(x))
    });
    let residual = nn::ResidualBlockConfig::new(4).init(&device);
    same("residual block", residual, pictures, |layer, x| layer.forward(x));
    let highway = nn::HighwayConfig::new(7).init(&device);
    same("highway", highway, [5, 7], |layer, x| layer.forward(x));
}

#[test]
fn classifiers_and_judges_of_patches_give_the_numbers_of_flex() {
    let device = Device::flex().autodiff();
    let patches = PatchDiscriminatorConfig::new(2).with_width(4).with_halvings(1);
    same("patches", patches.init(&device), [3, 2, 16, 16], |judge, images| {
        judge.forward(images).flatten::<2>(1, -1)
    });
    let judge = || MlpDiscriminatorConfig::new(7).with_hidden(vec![8]).init(&device);
    let two = TwoJudges::new(judge(), judge());
    same("two judges", two, [5, 7], |judges, points| judges.discriminate(points));
    let told = Told::discriminator(MlpDiscriminatorConfig::new(7 + 3), 3, &device).unwrap();
    same("a judge that is told", told, [5, 7], |judge, points| {
        let condition = few(&points, [5, 3]);
        judge.discriminate(Conditioned::new(points, condition))
    });
    let perceptrons = SemiClassifierConfig::new(7, 3)
        .with_hidden(vec![6, 5])
        .with_input_noise(0.0)
        .with_hidden_noise(0.0);
    same("a classifier", perceptrons.init(&device), [5, 7], |classifier, x| {
        let (logits, features) = classifier.forward(x);
        Tensor::cat(vec![logits, features], 1)
    });
    let convolutions = ConvClassifierConfig::new([1, 8, 8], 3)
        .with_width(3)
        .with_features(6)
        .with_input_noise(0.0)
        .with_dropout(0.0);
    same(
        "a classifier of pictures",
        convolutions.init(&device),
        [5, 64],
        |classifier, x| {
            let (logits, features) = classifier.forward(x);
            Tensor::cat(vec![logits, features], 1)
        },
    );
}

/// Tokens below six, of these places.
fn tokens(x: &Tensor<2>) -> Tensor<2, Int> {
    (x.clone().inner() * 2.9 + 3.0).int()
}

#[test]
fn networks_of_tokens_give_the_numbers_of_flex() {
    let device = Device::flex().autodiff();
    let judge = TextDiscriminatorConfig::reduced(6, 5)
        .with_embedding(4)
        .with_dropout(0.0);
    // Tokens have no gradient to hand on; the rest of the input has.
    same("a judge of tokens", judge.init(&device), [3, 5], |judge, x| {
        judge.discriminate(tokens(&x)) + x.sum().unsqueeze()
    });
    let policy = nn::LstmPolicyConfig::new(6).with_embedding(4).with_hidden(4);
    let speaker = LstmGeneratorConfig::new(policy, 5).init(&device);
    same("a policy", speaker, [3, 5], |speaker, x| {
        let weights = x.clone().square();
        let lost = speaker.policy().weighted_nll(tokens(&x), weights) + x.sum();
        // What is compared is weighed by a wave, which begins at zero.
        lost.unsqueeze::<2>().repeat_dim(1, 2)
    });
    let soft = TextGanDiscriminatorConfig::new(6, 5).with_filters(vec![(2, 4), (3, 4)]);
    same(
        "TextGAN's discriminator",
        soft.init(&device),
        [3, 5, 6],
        |judge, sentences| {
            let said = judge.discriminate(sentences);
            Tensor::cat(vec![said.scores, said.features, said.codes, said.doubts], 1)
        },
    );
}

#[test]
fn networks_that_are_told_something_give_the_numbers_of_flex() {
    let device = Device::flex().autodiff();
    for entry in [GeneratorCondition::Concatenated, GeneratorCondition::BatchNorm] {
        let generator = CganGeneratorConfig::new(6, 3, [1, 8, 8])
            .with_width(3)
            .with_entry(entry);
        same("CGAN's generator", generator.init(&device), [5, 6], |network, codes| {
            let condition = few(&codes, [5, 3]);
            network.forward(codes, condition)
        });
    }
    for entry in [
        DiscriminatorCondition::Concatenated,
        DiscriminatorCondition::Embedded(4),
        DiscriminatorCondition::Projected,
    ] {
        let judge = CganDiscriminatorConfig::new(3, small_trunk()).with_entry(entry);
        same(
            "CGAN's discriminator",
            judge.init(&device),
            [5, 1, 8, 8],
            |judge, images| {
                let condition = few(&images, [5, 3]);
                judge.forward(images, condition)
            },
        );
    }
    let acgan = AcganDiscriminatorConfig::new(3, small_trunk()).init(&device);
    same("AC-GAN's discriminator", acgan, [5, 1, 8, 8], |judge, images| {
        let (scores, classes) = judge.forward(images);
        Tensor::cat(vec![scores, classes], 1)
    });
    for inference in [Inference::Deterministic, Inference::Gaussian] {
        let encoder = ImageEncoderConfig::new(4, small_trunk()).with_inference(inference);
        same("an encoder", encoder.init(&device), [5, 1, 8, 8], |encoder, images| {
            let noise = few(&images, [5, encoder.noise()]);
            encoder.encode((images, noise))
        });
    }
    let codes = InfoCodes::new().with_noise(2).with_categories(3).with_continuous(1);
    let judge = InfoDiscriminator::try_new(small_trunk().init(&device), 6, codes, &device).unwrap();
    same("InfoGAN's discriminator", judge, [5, 1, 8, 8], |judge, images| {
        let (scores, readings) = judge.forward(images);
        Tensor::cat(vec![scores, readings], 1)
    });
    let speaker = SoftGeneratorConfig::new(6, 5).with_hidden(4).init(&device);
    let listener = LstmDiscriminatorConfig::new(6).with_hidden(4).init(&device);
    same("an LSTM that listens", listener, [3, 5, 6], |judge, sentences| {
        judge.discriminate(sentences)
    });
    let width = speaker.prior().draw(1, &mut random::stream(1, 0), &device).dims()[1];
    same("an LSTM that speaks softly", speaker, [3, width], |speaker, codes| {
        speaker.generate(codes)
    });
}
