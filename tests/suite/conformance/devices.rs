//! Another backend gives the numbers of `flex`, network by network: what comes out, and the way back.

use burn::module::ModuleDisplay;

use super::*;

/// So far a number may be from that of `flex`, beside the greatest of its tensor.
const TOLERANCE: f32 = 2e-4;

fn wave<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    let values: Vec<f32> = (0..shape.iter().product()).map(|i| (i as f32 * 0.37).sin()).collect();
    Tensor::<1>::from_floats(&values[..], &Device::flex().autodiff()).reshape(shape)
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as().unwrap()
}

/// What comes out, and how a wave along it changes the input.
fn run<N, const I: usize, const O: usize>(
    network: &N,
    input: &Tensor<I>,
    forward: fn(&N, Tensor<I>) -> Tensor<O>,
) -> [Vec<f32>; 2] {
    let input = input.clone().detach().require_grad();
    let output = forward(network, input.clone());
    let along = wave(output.dims()).to_device(&output.device());
    let gradients = (output.clone() * along).sum().backward();
    [numbers(output), numbers(input.grad(&gradients).unwrap())]
}

fn same<N: Module + ModuleDisplay, const I: usize, const O: usize>(
    what: &str,
    network: N,
    shape: [usize; I],
    forward: fn(&N, Tensor<I>) -> Tensor<O>,
) {
    let input = wave(shape);
    let expected = run(&network, &input, forward);
    let found = run(&network.to_device(&device()), &input.to_device(&device()), forward);
    for (expected, found) in expected.iter().zip(&found) {
        let size = expected.iter().fold(0.0f32, |size, value| size.max(value.abs()));
        let apart = expected
            .iter()
            .zip(found)
            .fold(0.0f32, |apart, (a, b)| apart.max((a - b).abs()));
        assert!(
            size > 0.0 && apart < TOLERANCE * size && expected.len() == found.len(),
            "{what}: {apart} apart, of numbers up to {size}"
        );
    }
}

#[test]
fn networks_give_the_numbers_of_flex() {
    let device = Device::flex().autodiff();
    device.seed(11);
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
}
