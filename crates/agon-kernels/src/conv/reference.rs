//! What convolutions are, loop by loop.

use super::Conv2d;

pub(crate) struct Expected {
    pub output: Vec<f64>,
    pub data: Vec<f64>,
    pub weights: Vec<f64>,
}

pub(crate) fn all(conv: &Conv2d, x: &[f32], w: &[f32], dy: &[f32]) -> Expected {
    let [inputs, weights, outputs] = conv.sizes();
    let mut expected = Expected {
        output: vec![0.0; outputs],
        data: vec![0.0; inputs],
        weights: vec![0.0; weights],
    };
    each(conv, |xi, wi, yi| {
        let [x, w, dy] = [x[xi], w[wi], dy[yi]].map(f64::from);
        expected.output[yi] += x * w;
        expected.data[xi] += dy * w;
        expected.weights[wi] += dy * x;
    });
    expected
}

/// Calls `work` with the places in input, weights and output of every multiplication.
fn each(conv: &Conv2d, mut work: impl FnMut(usize, usize, usize)) {
    let [height, width] = conv.output();
    let [ins, outs] = conv.group();
    for image in 0..conv.batch {
        for co in 0..conv.channels[1] {
            for ci in 0..ins {
                let channel = co / outs * ins + ci;
                for tap in 0..conv.kernel[0] * conv.kernel[1] {
                    let [ky, kx] = [tap / conv.kernel[1], tap % conv.kernel[1]];
                    for pixel in 0..height * width {
                        let [oy, ox] = [pixel / width, pixel % width];
                        let y = (oy * conv.stride[0] + ky * conv.dilation[0]).checked_sub(conv.padding[0]);
                        let x = (ox * conv.stride[1] + kx * conv.dilation[1]).checked_sub(conv.padding[1]);
                        let (Some(y), Some(x)) = (y, x) else { continue };
                        if y < conv.input[0] && x < conv.input[1] {
                            work(
                                ((image * conv.channels[0] + channel) * conv.input[0] + y) * conv.input[1] + x,
                                (co * ins + ci) * conv.kernel[0] * conv.kernel[1] + tap,
                                (image * conv.channels[1] + co) * height * width + pixel,
                            );
                        }
                    }
                }
            }
        }
    }
}
