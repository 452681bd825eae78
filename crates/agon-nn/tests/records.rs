//! Layers of burn's names take burn's weights, and burn's layers take theirs.

use agon_nn as ours;
use burn::module::{Module, ModuleDisplay};
use burn::nn::conv as theirs;
use burn::nn::{PaddingConfig1d, PaddingConfig2d};
use burn::prelude::{Device, Tensor};

/// Makes two layers of each kind, loads the record of one into one of the other kind, and compares what they do.
fn exchange<const D: usize, A, B>(
    make: (impl Fn() -> A, impl Fn() -> B),
    forward: (impl Fn(&A, Tensor<D>) -> Tensor<D>, impl Fn(&B, Tensor<D>) -> Tensor<D>),
    shape: [usize; D],
) where
    A: Module + ModuleDisplay + for<'a> From<&'a B>,
    B: Module + ModuleDisplay,
{
    let count = shape.iter().product::<usize>() as i64;
    let x = Tensor::arange(0..count, &Device::default())
        .float()
        .sin()
        .reshape(shape);
    let same = |a: &A, b: &B| {
        let (a, b) = ((forward.0)(a, x.clone()), (forward.1)(b, x.clone()));
        let scale: f32 = b.clone().abs().max().into_scalar();
        let error: f32 = (a - b).abs().max().into_scalar();
        assert!(error <= 1e-5 * scale, "{error} of {scale}");
    };
    let (a, b) = ((make.0)(), (make.1)());
    same(&(make.0)().load_record(b.clone().into_record()), &b);
    same(&a, &(make.1)().load_record(a.clone().into_record()));
    same(&A::from(&b), &b);
}

#[test]
fn convolutions_of_sequences() {
    let device = Device::default();
    for padding in [
        PaddingConfig1d::Valid,
        PaddingConfig1d::Same,
        PaddingConfig1d::Explicit(1, 1),
        PaddingConfig1d::Explicit(2, 1),
    ] {
        let [a, b] = [padding.clone(), padding];
        exchange(
            (
                || {
                    ours::Conv1dConfig::new(4, 6, 4)
                        .with_stride(3)
                        .with_groups(2)
                        .with_padding(a.clone())
                        .init(&device)
                },
                || {
                    theirs::Conv1dConfig::new(4, 6, 4)
                        .with_stride(3)
                        .with_groups(2)
                        .with_padding(b.clone())
                        .init(&device)
                },
            ),
            (ours::Conv1d::forward, theirs::Conv1d::forward),
            [2, 4, 11],
        );
    }
}

#[test]
fn transposed_convolutions_of_sequences() {
    let device = Device::default();
    exchange(
        (
            || {
                ours::ConvTranspose1dConfig::new([6, 4], 4)
                    .with_stride(3)
                    .with_padding(1)
                    .with_padding_out(1)
                    .init(&device)
            },
            || {
                theirs::ConvTranspose1dConfig::new([6, 4], 4)
                    .with_stride(3)
                    .with_padding(1)
                    .with_padding_out(1)
                    .init(&device)
            },
        ),
        (ours::ConvTranspose1d::forward, theirs::ConvTranspose1d::forward),
        [2, 6, 7],
    );
}

#[test]
fn convolutions_of_images() {
    let device = Device::default();
    let padding = || PaddingConfig2d::Explicit(1, 2, 1, 2);
    exchange(
        (
            || {
                ours::Conv2dConfig::new([3, 5], [3, 4])
                    .with_padding(padding())
                    .init(&device)
            },
            || {
                theirs::Conv2dConfig::new([3, 5], [3, 4])
                    .with_padding(padding())
                    .init(&device)
            },
        ),
        (ours::Conv2d::forward, theirs::Conv2d::forward),
        [2, 3, 6, 7],
    );
    exchange(
        (
            || ours::ConvTranspose2dConfig::new([3, 5], [4, 4]).init(&device),
            || theirs::ConvTranspose2dConfig::new([3, 5], [4, 4]).init(&device),
        ),
        (ours::ConvTranspose2d::forward, theirs::ConvTranspose2d::forward),
        [2, 3, 6, 7],
    );
}

#[test]
fn linear_maps() {
    let device = Device::default();
    exchange(
        (
            || ours::LinearConfig::new(3, 5).init(&device),
            || burn::nn::LinearConfig::new(3, 5).init(&device),
        ),
        (ours::Linear::forward, burn::nn::Linear::forward),
        [4, 3],
    );
}
