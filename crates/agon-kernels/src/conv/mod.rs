//! Convolutions of images, in all three directions.

mod correlate;
mod few;
mod forward;
mod frame;
mod gradient;
mod minimal;
mod phase;
mod thin;
mod weight;
mod whole;

#[cfg(test)]
pub(crate) mod reference;

/// The sizes of a convolution.
///
/// A transposed convolution is the [`data_gradient`](Self::data_gradient) of the convolution with input and output
/// exchanged; its own data gradient is that convolution's [`forward`](Self::forward).
///
/// # Shapes
/// `x`: `[batch, channels[0], input..]`, `w`: `[channels[1], channels[0] / groups, kernel..]`, `y`:
/// `[batch, channels[1], output..]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conv2d {
    /// Images.
    pub batch: usize,
    /// Channels of the input and of the output.
    pub channels: [usize; 2],
    /// Height and width of the input.
    pub input: [usize; 2],
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Steps of the kernel.
    pub stride: [usize; 2],
    /// Zeros around the input, the same on opposite sides.
    pub padding: [usize; 2],
    /// Distance of the kernel's elements.
    pub dilation: [usize; 2],
    /// Groups of channels which know nothing of each other.
    pub groups: usize,
}

impl Conv2d {
    /// Height and width of the output; 0 where the kernel does not fit.
    pub fn output(&self) -> [usize; 2] {
        [0, 1].map(|i| {
            let room = self.room(i);
            let reach = self.reach(i);
            if room < reach || self.stride[i] == 0 {
                0
            } else {
                (room - reach) / self.stride[i] + 1
            }
        })
    }

    /// A side of the input with its zeros.
    fn room(&self, i: usize) -> usize {
        self.input[i].saturating_add(self.padding[i].saturating_mul(2))
    }

    /// How many pixels a kernel spans.
    fn reach(&self, i: usize) -> usize {
        let steps = self.kernel[i].saturating_sub(1);
        self.dilation[i].saturating_mul(steps).saturating_add(1)
    }

    /// Whether the places of an image can be told by 32 bits, as the tiles want it, in every direction.
    pub(crate) fn is_addressable(&self) -> bool {
        let most = [0, 1].map(|i| self.room(i).saturating_add(self.reach(i).saturating_mul(2)));
        let channels = self.channels[0].max(self.channels[1]);
        product([channels, most[0], most[1]]) <= u32::MAX as usize
    }

    /// Numbers in the input, the weights and the output.
    pub fn sizes(&self) -> [usize; 3] {
        let of = |count: usize, channels: usize, [height, width]: [usize; 2]| product([count, channels, height, width]);
        [
            of(self.batch, self.channels[0], self.input),
            of(self.channels[1], self.channels[0] / self.groups.max(1), self.kernel),
            of(self.batch, self.channels[1], self.output()),
        ]
    }

    /// Multiplications, each with an addition, of any of the three directions.
    pub fn multiplications(&self) -> usize {
        let [_, weights, output] = self.sizes();
        output / self.channels[1].max(1) * weights
    }

    /// Channels of a group, of the input and of the output.
    fn group(&self) -> [usize; 2] {
        self.channels.map(|channels| channels / self.groups)
    }

    fn check(&self, x: usize, w: usize, y: usize) {
        let whole = self.groups > 0
            && self
                .channels
                .iter()
                .all(|channels| channels.is_multiple_of(self.groups));
        assert!(whole, "the channels {:?} are no {} groups", self.channels, self.groups);
        assert!(
            self.stride.iter().chain(&self.dilation).all(|&n| n > 0),
            "a stride or dilation of zero"
        );
        assert!(self.is_addressable(), "images too large: {self:?}");
        assert_eq!(
            [x, w, y],
            self.sizes(),
            "input, weights or output of another size than {self:?}"
        );
    }
}

/// The product, or the largest number if it is larger.
fn product<const N: usize>(factors: [usize; N]) -> usize {
    factors.into_iter().fold(1, usize::saturating_mul)
}

#[cfg(test)]
mod tests {
    use super::reference;
    use super::*;
    use crate::Isa;

    fn values(n: usize, phase: f32) -> Vec<f32> {
        (0..n)
            .map(|i| ((i as f32 + phase) * 12.9898).sin() * 437.585 % 1.0)
            .collect()
    }

    fn near(what: &str, conv: &Conv2d, isa: Isa, got: &[f32], expected: &[f64]) {
        let scale = expected.iter().fold(1e-3, |most: f64, value| most.max(value.abs()));
        for (i, (&got, &expected)) in got.iter().zip(expected).enumerate() {
            let error = (f64::from(got) - expected).abs() / scale;
            assert!(
                error < 1e-5,
                "{what} of {conv:?} by {isa:?}: {got} instead of {expected} at {i}"
            );
        }
    }

    fn check(conv: Conv2d) {
        let [inputs, weights, outputs] = conv.sizes();
        let (x, w, dy) = (values(inputs, 0.1), values(weights, 0.9), values(outputs, 0.4));
        let expected = reference::all(&conv, &x, &w, &dy);
        for isa in Isa::all() {
            let mut y = vec![f32::NAN; outputs];
            conv.forward(isa, &x, &w, None, &mut y);
            near("the output", &conv, isa, &y, &expected.output);
            let mut dx = vec![f32::NAN; inputs];
            conv.data_gradient(isa, &dy, &w, None, &mut dx);
            near("the data's gradient", &conv, isa, &dx, &expected.data);
            let mut dw = vec![f32::NAN; weights];
            conv.weight_gradient(isa, &x, &dy, &mut dw);
            near("the weights' gradient", &conv, isa, &dw, &expected.weights);
            let Some(taps) = conv.filter_taps() else { continue };
            y.fill(f32::NAN);
            conv.plan_forward(taps).run(isa, [&x, &w], None, &mut y);
            near("the output by minimal filters", &conv, isa, &y, &expected.output);
            dx.fill(f32::NAN);
            conv.plan_back(taps).run(isa, [&dy, &w], None, &mut dx);
            near(
                "the data's gradient by minimal filters",
                &conv,
                isa,
                &dx,
                &expected.data,
            );
            dw.fill(f32::NAN);
            conv.plan_forward(taps).weight_gradient(isa, &x, &dy, &mut dw);
            near(
                "the weights' gradient by minimal filters",
                &conv,
                isa,
                &dw,
                &expected.weights,
            );
        }
    }

    const PLAIN: Conv2d = Conv2d {
        batch: 2,
        channels: [3, 5],
        input: [8, 8],
        kernel: [3, 3],
        stride: [1, 1],
        padding: [1, 1],
        dilation: [1, 1],
        groups: 1,
    };

    #[test]
    fn the_layers_of_a_dcgan_are_right() {
        let layer = |channels, input, padding| Conv2d {
            batch: 3,
            channels,
            input,
            kernel: [4, 4],
            stride: if padding == 0 { [1, 1] } else { [2, 2] },
            padding: [padding; 2],
            ..PLAIN
        };
        check(layer([3, 64], [16, 16], 1));
        check(layer([20, 70], [8, 8], 1));
        check(layer([70, 1], [4, 4], 0));
        check(layer([130, 10], [1 + 3, 1 + 3], 0));
    }

    #[test]
    fn few_pixels_are_right() {
        for (batch, channels, input, stride) in [
            (1, [9, 70], [8, 7], 2),
            (2, [40, 45], [5, 4], 1),
            (3, [10, 17], [3, 9], 3),
        ] {
            let conv = Conv2d {
                batch,
                channels,
                input,
                stride: [stride; 2],
                dilation: [1, if stride == 2 { 2 } else { 1 }],
                ..PLAIN
            };
            assert!(conv.has_few_pixels(), "{conv:?}");
            check(conv);
        }
    }

    #[test]
    fn minimal_filters_are_right() {
        for (kernel, stride) in [(2, 1), (3, 1), (4, 2), (6, 2)] {
            for (channels, input, padding) in [
                ([3, 5], [8, 8], 1),
                ([18, 70], [7, 12], 0),
                ([5, 17], [6, 5], 2),
                ([130, 33], [4, 4], 1),
                ([6, 18], [24, 20], 1),
            ] {
                let conv = Conv2d {
                    batch: 5,
                    channels,
                    input,
                    kernel: [kernel; 2],
                    stride: [stride; 2],
                    padding: [padding; 2],
                    ..PLAIN
                };
                if conv.output().iter().all(|&side| side > 0) {
                    assert!(conv.filter_taps().is_some());
                    check(conv);
                }
            }
        }
    }

    #[test]
    fn any_geometry_is_right() {
        let mut seed = 7_u64;
        let mut draw = |low: usize, high: usize| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            low + (seed >> 33) as usize % (high - low + 1)
        };
        for _ in 0..60 {
            let groups = draw(1, 3);
            let conv = Conv2d {
                batch: draw(1, 3),
                channels: [groups * draw(1, 6), groups * draw(1, 20)],
                input: [draw(1, 11), draw(1, 20)],
                kernel: [draw(1, 4), draw(1, 5)],
                stride: [draw(1, 3), draw(1, 3)],
                padding: [draw(0, 3), draw(0, 3)],
                dilation: [draw(1, 2), draw(1, 3)],
                groups,
            };
            if conv.output().iter().all(|&side| side > 0) {
                check(conv);
            }
        }
    }

    #[test]
    #[should_panic(expected = "too large")]
    fn sizes_that_wrap_around_are_refused() {
        let conv = Conv2d {
            batch: 1,
            channels: [1, 1],
            input: [4, 4],
            kernel: [4, 1],
            padding: [0, 0],
            dilation: [0xAAAA_AAAA_AAAA_AAAB, 1],
            ..PLAIN
        };
        conv.forward(Isa::best(), &[0.0; 16], &[0.0; 4], None, &mut [0.0; 12]);
    }

    #[test]
    fn biases_are_added_to_every_pixel() {
        let [inputs, weights, outputs] = PLAIN.sizes();
        let (x, w, bias) = (values(inputs, 0.1), values(weights, 0.9), values(5, 0.2));
        let (mut plain, mut biased) = (vec![0.0; outputs], vec![0.0; outputs]);
        PLAIN.forward(Isa::best(), &x, &w, None, &mut plain);
        PLAIN.forward(Isa::best(), &x, &w, Some(&bias), &mut biased);
        for (i, (plain, biased)) in plain.iter().zip(&biased).enumerate() {
            assert_eq!(plain + bias[i / 64 % 5], *biased);
        }
    }
}
