//! Kernels of drawn sizes against plain loops, by every kind of instructions.
//!
//! `AGON_SHAPES` says how many sizes are drawn for each test; without it they are few.

use crate::conv::reference;
use crate::transpose::transpose;
use crate::{Conv2d, Isa, Matrix, multiply};

/// How many sizes to draw.
fn count() -> usize {
    let wanted = std::env::var("AGON_SHAPES").ok();
    let few = if cfg!(miri) { 5 } else { 100 };
    wanted.map_or(few, |count| count.parse().expect("AGON_SHAPES is a number"))
}

/// Numbers within bounds, one after the other.
pub(crate) struct Draw(pub u64);

impl Draw {
    pub(crate) fn of(&mut self, low: usize, high: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        low + (self.0 >> 33) as usize % (high - low + 1)
    }

    /// Mostly small, sometimes more than a panel is wide.
    fn channels(&mut self) -> usize {
        if cfg!(miri) {
            // Which takes a thousand times as long.
            return self.of(1, 20);
        }
        match self.of(0, 9) {
            0..=3 => self.of(1, 9),
            4..=7 => self.of(1, 40),
            8 => 16 * self.of(1, 5),
            _ => self.of(60, 140),
        }
    }

    fn convolution(&mut self) -> Conv2d {
        if self.of(0, 29) == 0 && !cfg!(miri) {
            return self.layer();
        }
        let groups = if self.of(0, 2) == 0 { self.of(2, 3) } else { 1 };
        let (wide, flat) = (self.of(0, 3) == 0, self.of(0, 3) == 0);
        let channels = [self.channels(), self.channels()].map(|channels| channels.div_ceil(groups) * groups);
        let kernel = [if flat { 1 } else { self.of(1, 4) }, self.of(1, 5)];
        let input = [
            if flat { 1 } else { self.of(1, 11) },
            self.of(1, if wide { 60 } else { 20 }),
        ];
        Conv2d {
            batch: self.of(1, 3),
            channels,
            kernel,
            // Kernels as large as the image are another path.
            input: if self.of(0, 9) == 0 { kernel } else { input },
            stride: [self.of(1, 3), self.of(1, 4)],
            padding: [self.of(0, 3), self.of(0, 3)].map(|padding| padding * usize::from(self.of(0, 2) > 0)),
            dilation: [self.of(1, 2), self.of(1, 3)],
            groups,
        }
    }

    /// Large enough for the ways that are only worth while then.
    fn layer(&mut self) -> Conv2d {
        let stride = self.of(1, 2);
        Conv2d {
            batch: self.of(1, 5),
            channels: [self.of(30, 70), self.of(30, 70)],
            input: [self.of(6, 20), self.of(6, 20)],
            kernel: [stride * self.of(2, 3); 2],
            stride: [stride; 2],
            padding: [self.of(0, 3), self.of(0, 3)],
            dilation: [1, 1],
            groups: 1,
        }
    }
}

/// Numbers between others that nobody may touch: what is computed with them is NaN, what is written there is seen.
struct Guarded {
    numbers: Vec<f32>,
    around: usize,
}

impl Guarded {
    const OUTSIDE: f32 = f32::from_bits(0x7fc0_dead);

    /// Every other one has nothing around it, for sanitizers.
    fn new(values: &[f32], draw: &mut Draw) -> Self {
        let around = 64 * draw.of(0, 1);
        let outside = vec![Self::OUTSIDE; around];
        Self {
            numbers: [&outside, values, &outside].concat(),
            around,
        }
    }

    fn wave(length: usize, phase: f32, draw: &mut Draw) -> Self {
        let values: Vec<f32> = (0..length).map(|i| (i as f32 * 0.7311 + phase).sin()).collect();
        Self::new(&values, draw)
    }

    fn unwritten(length: usize, draw: &mut Draw) -> Self {
        Self::new(&vec![f32::NAN; length], draw)
    }

    fn inside(&self) -> &[f32] {
        &self.numbers[self.around..self.numbers.len() - self.around]
    }

    fn inside_mut(&mut self) -> &mut [f32] {
        let end = self.numbers.len() - self.around;
        &mut self.numbers[self.around..end]
    }

    /// That the numbers are those expected, sums of so many terms, and what is around them is as it was.
    fn assert_near(&self, (expected, terms): (&[f64], usize), what: impl Fn() -> String) {
        let (before, rest) = self.numbers.split_at(self.around);
        let (inside, after) = rest.split_at(rest.len() - self.around);
        let untouched = |outside: &[f32]| outside.iter().all(|x| x.to_bits() == Self::OUTSIDE.to_bits());
        assert!(untouched(before) && untouched(after), "{}: a write outside", what());
        assert_eq!(inside.len(), expected.len(), "{}", what());
        // No term is above one.
        let most = 1e-6 * (10 + terms) as f64;
        for (i, (&got, &expected)) in inside.iter().zip(expected).enumerate() {
            let error = (f64::from(got) - expected).abs();
            assert!(error < most, "{}: {got} instead of {expected} at {i}", what());
        }
    }
}

/// On a thread of its own, which keeps no memory from before: what a sanitizer sees is as large as it must be.
fn alone(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| scope.spawn(work).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

#[test]
fn convolutions_of_any_sizes_are_right() {
    let mut draw = Draw(7);
    for _ in 0..count() {
        let conv = draw.convolution();
        let [inputs, weights, outputs] = conv.sizes();
        let [x, w, dy] = [(inputs, 0.1), (weights, 0.9), (outputs, 0.4)].map(|(n, at)| Guarded::wave(n, at, &mut draw));
        let expected = reference::all(&conv, x.inside(), w.inside(), dy.inside());
        // Twice the mean, since there are fewer where the image ends.
        let terms = [outputs, inputs, weights].map(|numbers| conv.multiplications() / numbers.max(1) * 2);
        for isa in Isa::all() {
            let [mut y, mut dx, mut dw] = [outputs, inputs, weights].map(|n| Guarded::unwritten(n, &mut draw));
            alone(|| conv.forward(isa, x.inside(), w.inside(), None, y.inside_mut()));
            y.assert_near((&expected.output, terms[0]), || {
                format!("the output of {conv:?} by {isa:?}")
            });
            alone(|| conv.data_gradient(isa, dy.inside(), w.inside(), None, dx.inside_mut()));
            dx.assert_near((&expected.data, terms[1]), || {
                format!("the data's gradient of {conv:?} by {isa:?}")
            });
            alone(|| conv.weight_gradient(isa, x.inside(), dy.inside(), dw.inside_mut()));
            dw.assert_near((&expected.weights, terms[2]), || {
                format!("the weights' gradient of {conv:?} by {isa:?}")
            });
        }
    }
}

#[test]
fn products_of_any_sizes_are_right() {
    let mut draw = Draw(3);
    for _ in 0..count() {
        let [m, k, n] = [draw.channels(), draw.channels() * draw.of(1, 3), draw.channels()];
        let (a, b) = (
            Guarded::wave(m * k, 0.1, &mut draw),
            Guarded::wave(k * n, 0.5, &mut draw),
        );
        let [a_turned, b_turned, adds] = [0; 3].map(|_| draw.of(0, 1) == 1);
        let of = |values, [rows, columns]: [usize; 2], turned| {
            if turned {
                Matrix::new(values, columns, rows).transpose()
            } else {
                Matrix::new(values, rows, columns)
            }
        };
        let at = |values: &[f32], [rows, columns]: [usize; 2], turned, [i, j]: [usize; 2]| {
            f64::from(values[if turned { j * rows + i } else { i * columns + j }])
        };
        let (from_a, from_b) = (a.inside(), b.inside());
        let sum = |place: usize| -> f64 {
            let term = |l| at(from_a, [m, k], a_turned, [place / n, l]) * at(from_b, [k, n], b_turned, [l, place % n]);
            (0..k).map(term).sum()
        };
        let expected: Vec<f64> = (0..m * n).map(|place| sum(place) + f64::from(u8::from(adds))).collect();
        for isa in Isa::all() {
            let mut c = Guarded::new(&vec![if adds { 1.0 } else { f32::NAN }; m * n], &mut draw);
            let (a, b) = (of(from_a, [m, k], a_turned), of(from_b, [k, n], b_turned));
            alone(|| multiply(isa, a, b, c.inside_mut(), adds));
            c.assert_near((&expected, k), || {
                format!("{m}x{k} ({a_turned}) by {k}x{n} ({b_turned}) by {isa:?}")
            });
        }
    }
}

#[test]
fn transposes_of_any_sizes_are_right() {
    let mut draw = Draw(5);
    for _ in 0..count() {
        let (rows, columns) = (draw.of(1, 70), draw.of(1, 70));
        let (from_stride, to_stride) = (columns + draw.of(0, 3), rows + draw.of(0, 3));
        let from = Guarded::wave((rows - 1) * from_stride + columns, 0.3, &mut draw);
        let length = (columns - 1) * to_stride + rows;
        let expected: Vec<f64> = (0..length)
            .map(|place| match [place % to_stride, place / to_stride] {
                [i, j] if i < rows => f64::from(from.inside()[i * from_stride + j]),
                _ => 7.0,
            })
            .collect();
        for isa in Isa::all() {
            let mut to = Guarded::new(&vec![7.0; length], &mut draw);
            let turned = (to.inside_mut(), to_stride);
            transpose(isa, (from.inside(), from_stride), turned, rows, columns);
            to.assert_near((&expected, 0), || format!("{rows} rows of {columns} by {isa:?}"));
        }
    }
}
