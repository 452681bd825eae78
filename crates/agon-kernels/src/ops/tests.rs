//! The operations and their gradients against burn's own, in double precision.

use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{DType, Device, Tensor, TensorData};

use super::*;
use crate::drawn::Draw;
use crate::{Adam, Unit};

fn wave<const D: usize>(shape: [usize; D], phase: f64, dtype: DType) -> Tensor<D> {
    let n: usize = shape.iter().product();
    let values: Vec<f64> = (0..n)
        .map(|i| f64::from(((i as f64) * 0.7311 + phase).sin() as f32))
        .collect();
    let device = Device::flex().autodiff();
    Tensor::from_data(TensorData::new(values, shape), (&device, dtype)).require_grad()
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().convert::<f64>().try_into_vec().unwrap_or_default()
}

/// The output of an operation and the gradients of a curved function of it.
fn traced<const D: usize, const E: usize>(
    [x, w]: [Tensor<D>; 2],
    bias: Option<Tensor<1>>,
    op: impl FnOnce(Tensor<D>, Tensor<D>, Option<Tensor<1>>) -> Tensor<E>,
) -> Vec<Vec<f64>> {
    let y = op(x.clone(), w.clone(), bias.clone());
    let grads = (y.clone().sin() * y.clone()).sum().backward();
    let mut all = vec![
        values(y),
        values(x.grad(&grads).unwrap()),
        values(w.grad(&grads).unwrap()),
    ];
    all.extend(bias.map(|bias| values(bias.grad(&grads).unwrap())));
    all
}

fn near(what: &str, got: &[Vec<f64>], expected: &[Vec<f64>]) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (part, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert_eq!(got.len(), expected.len(), "{what}: part {part}");
        let scale = expected.iter().fold(1e-2, |most: f64, value| most.max(value.abs()));
        for (got, expected) in got.iter().zip(expected) {
            assert!(
                (got - expected).abs() <= 2e-5 * scale,
                "{what}: part {part}: {got} instead of {expected}"
            );
        }
    }
}

#[test]
fn convolutions_of_any_shape_are_those_of_burn() {
    let mut draw = Draw(11);
    for _ in 0..40 {
        let groups = draw.of(1, 2);
        let channels = [groups * draw.of(1, 5), groups * draw.of(1, 9)];
        let kernel = [draw.of(1, 4), draw.of(1, 4)];
        let dilation = [draw.of(1, 2), draw.of(1, 2)];
        let stride = [draw.of(1, 3), draw.of(1, 3)];
        let padding = [draw.of(0, 2), draw.of(0, 2)];
        let image = [0, 1].map(|i| dilation[i] * (kernel[i] - 1) + 1 + draw.of(0, 7));
        let x = [draw.of(1, 4), channels[0], image[0], image[1]];
        let w = [channels[1], channels[0] / groups, kernel[0], kernel[1]];
        let options = ConvOptions::new(stride, padding, dilation, groups);
        let bias = draw.of(0, 1) == 1;
        let inputs = |dtype| [wave(x, 0.1, dtype), wave(w, 0.8, dtype)];
        let bias = |dtype| bias.then(|| wave([channels[1]], 0.4, dtype));
        let ours = traced(inputs(DType::F32), bias(DType::F32), |x, w, b| {
            conv2d(x, w, b, options.clone())
        });
        let theirs = traced(inputs(DType::F64), bias(DType::F64), |x, w, b| {
            conv2d(x, w, b, options.clone())
        });
        near(&format!("{x:?} by {w:?}, {options:?}"), &ours, &theirs);
    }
}

#[test]
fn transposed_convolutions_of_any_shape_are_those_of_burn() {
    let mut draw = Draw(5);
    for _ in 0..40 {
        let groups = draw.of(1, 2);
        let channels = [groups * draw.of(1, 9), groups * draw.of(1, 5)];
        let kernel = [draw.of(2, 4), draw.of(2, 4)];
        let stride = [draw.of(1, 3), draw.of(1, 3)];
        let padding = [draw.of(0, 1), draw.of(0, 1)];
        let out = [0, 1].map(|i| draw.of(0, stride[i] - 1));
        let x = [draw.of(1, 4), channels[0], draw.of(2, 7), draw.of(2, 7)];
        let w = [channels[0], channels[1] / groups, kernel[0], kernel[1]];
        let options = ConvTransposeOptions::new(stride, padding, out, [1, 1], groups);
        let bias = draw.of(0, 1) == 1;
        let inputs = |dtype| [wave(x, 0.1, dtype), wave(w, 0.8, dtype)];
        let bias = |dtype| bias.then(|| wave([channels[1]], 0.4, dtype));
        let op = |x, w, b| conv_transpose2d(x, w, b, options.clone());
        let ours = traced(inputs(DType::F32), bias(DType::F32), op);
        let theirs = traced(inputs(DType::F64), bias(DType::F64), op);
        near(&format!("{x:?} by {w:?}, {options:?}"), &ours, &theirs);
    }
}

#[test]
fn convolutions_of_sequences_are_those_of_burn() {
    let mut draw = Draw(17);
    for _ in 0..40 {
        let groups = draw.of(1, 2);
        let channels = [groups * draw.of(1, 9), groups * draw.of(1, 20)];
        let (kernel, dilation) = (draw.of(1, 5), draw.of(1, 3));
        let length = dilation * (kernel - 1) + 1 + draw.of(0, 40);
        let x = [draw.of(1, 4), channels[0], length];
        let w = [channels[1], channels[0] / groups, kernel];
        let padding = [(draw.of(0, 2), draw.of(0, 2))];
        let options = ConvOptions::new_with_padding([draw.of(1, 3)], padding, [dilation], groups);
        let bias = draw.of(0, 1) == 1;
        let run = |dtype| {
            let bias = bias.then(|| wave([channels[1]], 0.4, dtype));
            let inputs = [wave(x, 0.1, dtype), wave(w, 0.8, dtype)];
            traced(inputs, bias, |x, w, b| conv1d(x, w, b, options.clone()))
        };
        near(
            &format!("{x:?} by {w:?}, {options:?}"),
            &run(DType::F32),
            &run(DType::F64),
        );
    }
}

#[test]
fn transposed_convolutions_of_sequences_are_those_of_burn() {
    let mut draw = Draw(29);
    for _ in 0..40 {
        let groups = draw.of(1, 2);
        let channels = [groups * draw.of(1, 20), groups * draw.of(1, 9)];
        let (kernel, dilation, stride) = (draw.of(2, 5), draw.of(1, 2), draw.of(1, 3));
        let x = [draw.of(1, 4), channels[0], draw.of(2, 30)];
        let w = [channels[0], channels[1] / groups, kernel];
        let out = draw.of(0, stride - 1);
        let options = ConvTransposeOptions::new([stride], [draw.of(0, 1)], [out], [dilation], groups);
        let bias = draw.of(0, 1) == 1;
        let run = |dtype| {
            let bias = bias.then(|| wave([channels[1]], 0.4, dtype));
            let inputs = [wave(x, 0.1, dtype), wave(w, 0.8, dtype)];
            traced(inputs, bias, |x, w, b| conv_transpose1d(x, w, b, options.clone()))
        };
        near(
            &format!("{x:?} by {w:?}, {options:?}"),
            &run(DType::F32),
            &run(DType::F64),
        );
    }
}

#[test]
fn linear_maps_are_those_of_burn() {
    for (rows, [ins, outs]) in [(1, [1, 1]), (7, [33, 5]), (130, [17, 70]), (64, [128, 1])] {
        for bias in [false, true] {
            let inputs = |dtype| [wave([rows, ins], 0.1, dtype), wave([ins, outs], 0.8, dtype)];
            let bias = |dtype| bias.then(|| wave([outs], 0.4, dtype));
            let ours = traced(inputs(DType::F32), bias(DType::F32), linear::<2>);
            let theirs = traced(inputs(DType::F64), bias(DType::F64), linear::<2>);
            near(&format!("{rows} rows, {ins} to {outs}"), &ours, &theirs);
        }
    }
}

#[test]
fn batch_norm_is_that_of_burn() {
    for then in [Unit::Identity, Unit::Leaky(0.2), Unit::Tanh] {
        let run = |dtype| {
            let x = wave([6, 5, 3, 7], 0.1, dtype);
            let [gamma, beta] = [0.5, 1.3].map(|phase| wave([5], phase, dtype));
            let normalized = batch_norm(x.clone(), gamma.clone(), beta.clone(), 1e-5, then);
            let y = normalized.output;
            let grads = (y.clone().sin() * y.clone()).sum().backward();
            let mut all = vec![values(y), values(normalized.mean), values(normalized.variance)];
            all.push(values(x.grad(&grads).unwrap()));
            all.extend([gamma, beta].map(|parameter| values(parameter.grad(&grads).unwrap())));
            all
        };
        near(&format!("{then:?}"), &run(DType::F32), &run(DType::F64));
    }
}

#[test]
fn units_are_those_of_burn() {
    for then in [
        Unit::Identity,
        Unit::Leaky(0.0),
        Unit::Leaky(0.2),
        Unit::Tanh,
        Unit::Sigmoid,
    ] {
        let run = |dtype| {
            let x = wave([6, 7], 0.1, dtype);
            // Once on what others look at too, once on what nobody else has.
            let y = unit(x.clone(), then) + unit(x.clone() * 3.0, then);
            let grads = (y.clone() * y.clone()).sum().backward();
            vec![values(y), values(x.clone().grad(&grads).unwrap()), values(x)]
        };
        near(&format!("{then:?}"), &run(DType::F32), &run(DType::F64));
    }
}

#[test]
fn what_nobody_else_has_is_changed_in_place() {
    let place = |tensor: &Tensor<2>| match tensor.clone().try_into_primitive::<burn::backend::Flex>() {
        Ok(primitive) => primitive.bytes().as_ptr(),
        Err(error) => panic!("{error:?}"),
    };
    let x = wave([40, 50], 0.1, DType::F32).inner() * 2.0;
    let before = place(&x);
    let y = unit(x, Unit::Tanh);
    assert_eq!(place(&y), before);
    let kept = y.clone();
    assert_ne!(place(&unit(y, Unit::Tanh)), before);
    assert_eq!(place(&kept), before);
}

#[test]
fn adam_is_that_of_plain_arithmetic_and_spares_what_is_shared() {
    let step = Adam {
        betas: [0.5, 0.9],
        epsilon: 1e-4,
        rate: 0.1,
    };
    let run = |dtype| {
        let [w, g, m, v] = [0.1, 0.5, 0.9, 1.4].map(|phase| wave([3, 50], phase, dtype).inner());
        let (v, kept) = (v.square(), w.clone());
        let (w, [m, v]) = adam(step, w, g, [m, v]);
        [w, m, v, kept].map(values).to_vec()
    };
    near("Adam", &run(DType::F32), &run(DType::F64));
}

#[test]
fn views_and_frozen_inputs_are_read_right() {
    let x = wave([4, 6], 0.2, DType::F32).inner();
    let w = wave([5, 4], 0.7, DType::F32);
    let turned = linear(x.clone().transpose().narrow(0, 1, 3), w.clone().transpose(), None);
    let plain = x.transpose().narrow(0, 1, 3).matmul(w.clone().inner().transpose());
    near("views", &[values(turned.clone())], &[values(plain)]);
    let grads = turned.sum().backward();
    assert_eq!(w.grad(&grads).unwrap().dims(), [5, 4]);
}

#[test]
fn resampling_is_that_of_burn() {
    let shape = [2, 3, 4, 6];
    for block in [[1, 1], [2, 2], [2, 3]] {
        let both = |dtype: DType, ours: bool| {
            let x = wave(shape, 0.3, dtype);
            let (large, small) = if ours {
                (repeat_pixels(x.clone(), block), mean_of_blocks(x.clone(), block))
            } else {
                let [n, c, h, w] = shape;
                let [down, across] = block;
                let large = x
                    .clone()
                    .reshape([n, c, h, 1, w, 1])
                    .repeat(&[1, 1, 1, down, 1, across]);
                let small = x.clone().reshape([n, c, h / down, down, w / across, across]);
                (
                    large.reshape([n, c, h * down, w * across]),
                    small.mean_dim(5).mean_dim(3).reshape([n, c, h / down, w / across]),
                )
            };
            let sum = (large.clone().sin() * large.clone()).sum() + (small.clone().cos() * small.clone()).sum();
            let grads = sum.backward();
            vec![values(large), values(small), values(x.grad(&grads).unwrap())]
        };
        near(&format!("{block:?}"), &both(DType::F32, true), &both(DType::F64, false));
    }
}

#[test]
fn the_largest_of_a_group_gets_its_gradient() {
    for pieces in [1, 2, 5] {
        let both = |dtype: DType, ours: bool| {
            let x = wave([7, 10 * pieces], 0.3, dtype);
            let y = if ours {
                largest(x.clone(), pieces)
            } else {
                x.clone().reshape([7, 10, pieces]).max_dim(2).reshape([7, 10])
            };
            let grads = (y.clone().sin() * y.clone()).sum().backward();
            vec![values(y), values(x.grad(&grads).unwrap())]
        };
        near(&format!("{pieces}"), &both(DType::F32, true), &both(DType::F64, false));
    }
    let x = Tensor::<2>::from_data([[1.0, f32::NAN, 3.0, 2.0, 2.0, 0.0]], &Device::flex());
    let y: Vec<f32> = largest(x, 3).into_data().try_into_vec().unwrap();
    assert!(y[0].is_nan() && y[1] == 2.0);
}

#[test]
fn slopes_of_a_leaky_relu_are_those_of_its_values() {
    for slope in [0.0, 0.2, 1.5] {
        let both = |dtype: DType, ours: bool| {
            let (x, y) = (wave([5, 9], 0.3, dtype), wave([5, 9], 1.9, dtype));
            let z = if ours {
                chained(x.clone(), y.clone(), slope)
            } else {
                let below = y.clone().detach().lower_equal_elem(0.0);
                x.clone() * y.ones_like().mask_fill(below, slope)
            };
            let grads = (z.clone().sin() * z.clone()).sum().backward();
            assert!(y.grad(&grads).is_none());
            vec![values(z), values(x.grad(&grads).unwrap())]
        };
        near(&format!("{slope}"), &both(DType::F32, true), &both(DType::F64, false));
    }
}

#[test]
fn gradients_that_are_hardly_there_go_back_as_zeros() {
    for bias in [None, Some(wave([3], 0.4, DType::F32))] {
        let (x, w) = (wave([4, 5], 0.1, DType::F32), wave([5, 3], 0.8, DType::F32));
        let y = linear(x.clone(), w.clone(), bias.clone());
        // A row of gradients for each sample: one that counts, and others which do not.
        let slopes = [[1.0f32, 1e-39, 0.5], [1e-40, -1e-41, 1e-45], [0.0; 3], [1e-39; 3]];
        let grads = (y * Tensor::<2>::from_data(slopes, &x.device())).sum().backward();
        let first = Tensor::<2>::from_data([[1.0f32, 0.0, 0.5]], &Device::flex());
        let dx = values(x.grad(&grads).unwrap());
        let expected = values(first.matmul(w.inner().transpose()));
        near("of the sample that counts", &[dx[..5].to_vec()], &[expected]);
        assert!(dx[5..].iter().all(|dx| *dx == 0.0));
        if let Some(bias) = bias {
            assert_eq!(values(bias.grad(&grads).unwrap()), [1.0, 0.0, 0.5]);
        }
    }
}

#[test]
fn noise_and_masks_land_where_their_model_is() {
    let plain = Device::flex();
    for device in [
        plain.clone(),
        plain.clone().autodiff(),
        plain.autodiff().gradient_checkpointing(),
    ] {
        for length in [0, 5, 100] {
            let x = Tensor::<1>::zeros([length], &device);
            let (noise, mask) = (normal_like(&x, 2.0), mask_like(&x, 0.5));
            // They must be of a kind with `x` to be added to it.
            let sum = x + noise.clone() * mask.clone();
            assert_eq!([noise.dims(), mask.dims(), sum.dims()], [[length]; 3]);
            assert_eq!(noise.device().is_autodiff(), device.is_autodiff());
            let (noise, mask) = (values(noise), values(mask));
            assert!(noise.iter().all(|x| *x != 0.0) && mask.iter().all(|x| *x == 0.0 || *x == 2.0));
        }
    }
}
