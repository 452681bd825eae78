//! Batch normalization in training, with the non-linearity after it, forth and back.

use crate::pointwise::{Unit, leaky};
use crate::scratch;
use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, with};
use crate::transpose::transpose;

const LANES: usize = 16;

/// Normalization of each channel of `[batch, channels, area]` by the statistics of the batch.
///
/// ```text
/// normal = (x - mean) / sqrt(variance + epsilon),   y = unit(gamma normal + beta)
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchNorm {
    /// Samples.
    pub batch: usize,
    /// Channels.
    pub channels: usize,
    /// Numbers in a channel of a sample.
    pub area: usize,
    /// What is added to the variance.
    pub epsilon: f64,
    /// What follows: [`Unit::Identity`] or [`Unit::Leaky`].
    pub unit: Unit,
}

/// A channel's statistics and parameters as the loops use them.
#[derive(Debug, Clone, Copy)]
struct Channel {
    mean: f32,
    /// `1 / sqrt(variance + epsilon)`
    scale: f32,
    gamma: f32,
    beta: f32,
    slope: f32,
}

impl Channel {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        leaky((x - self.mean) * (self.scale * self.gamma) + self.beta, self.slope)
    }
}

impl BatchNorm {
    /// `y`, and the mean and the biased variance of each channel.
    ///
    /// # Panics
    /// If a slice has another length than the sizes say, or another unit follows.
    pub fn forward(&self, isa: Isa, x: &[f32], parameters: [&[f32]; 2], y: &mut [f32]) -> [Vec<f32>; 2] {
        let slope = self.check(&[x.len(), y.len()], &parameters.map(<[f32]>::len));
        if self.lies_across() {
            return scratch::with(x.len(), |turned| {
                self.turn(isa, x, turned);
                scratch::with(x.len(), |result| {
                    let statistics = self.turned().forward(isa, turned, parameters, result);
                    self.turn_back(isa, result, y);
                    statistics
                })
            });
        }
        let mut statistics = [vec![0.0; self.channels], vec![0.0; self.channels]];
        let [means, variances] = statistics.each_mut().map(|of| Shared::new(of));
        let (work, y) = (PASS * y.len(), Shared::new(y));
        each(self.channels, work, |channel| {
            let [mean, variance] = self.moments(isa, x, channel);
            let of = self.channel([mean, variance], parameters, channel, slope);
            for start in self.planes(channel) {
                // SAFETY: nobody else writes this channel.
                let y = unsafe { y.part(start, self.area) };
                with(isa, || write(&x[start..][..self.area], of, y));
            }
            // SAFETY: nobody else writes the statistics of this channel.
            unsafe { (means.part(channel, 1)[0], variances.part(channel, 1)[0]) = (mean, variance) };
        });
        statistics
    }

    /// `y` by given statistics instead of those of the batch, in place.
    ///
    /// # Panics
    /// If a slice has another length than the sizes say, or another unit follows.
    pub fn apply(&self, isa: Isa, x: &mut [f32], parameters: [&[f32]; 2], statistics: [&[f32]; 2]) {
        let lengths = [parameters[0], parameters[1], statistics[0], statistics[1]].map(<[f32]>::len);
        let slope = self.check(&[x.len()], &lengths);
        if self.lies_across() {
            return scratch::with(x.len(), |turned| {
                self.turn(isa, x, turned);
                self.turned().apply(isa, turned, parameters, statistics);
                self.turn_back(isa, turned, x);
            });
        }
        let (work, x) = (PASS * x.len(), Shared::new(x));
        each(self.channels, work, |channel| {
            let of = self.channel(statistics.map(|of| of[channel]), parameters, channel, slope);
            for start in self.planes(channel) {
                // SAFETY: nobody else touches this channel.
                let x = unsafe { x.part(start, self.area) };
                with(isa, || x.iter_mut().for_each(|x| *x = of.value(*x)));
            }
        });
    }

    /// Turns the gradient of `y` into that of `x`, in place; returns the gradients of `gamma` and of `beta`.
    ///
    /// # Panics
    /// If a slice has another length than the sizes say, or another unit follows.
    pub fn backward(
        &self,
        isa: Isa,
        x: &[f32],
        parameters: [&[f32]; 2],
        statistics: [&[f32]; 2],
        dy: &mut [f32],
    ) -> [Vec<f32>; 2] {
        let lengths = [parameters[0], parameters[1], statistics[0], statistics[1]].map(<[f32]>::len);
        let slope = self.check(&[x.len(), dy.len()], &lengths);
        if self.lies_across() {
            return scratch::with(x.len(), |turned| {
                self.turn(isa, x, turned);
                scratch::with(x.len(), |gradient| {
                    self.turn(isa, dy, gradient);
                    let gradients = self.turned().backward(isa, turned, parameters, statistics, gradient);
                    self.turn_back(isa, gradient, dy);
                    gradients
                })
            });
        }
        let count = (self.batch * self.area) as f64;
        let mut gradients = [vec![0.0; self.channels], vec![0.0; self.channels]];
        let [gammas, betas] = gradients.each_mut().map(|of| Shared::new(of));
        let (work, dy) = (PASS * dy.len(), Shared::new(dy));
        each(self.channels, work, |channel| {
            let of = self.channel(statistics.map(|of| of[channel]), parameters, channel, slope);
            let (mut plain, mut weighted) = (0.0, 0.0);
            for start in self.planes(channel) {
                // SAFETY: nobody else touches this channel.
                let dy = unsafe { dy.part(start, self.area) };
                let [a, b] = with(isa, || through_unit(&x[start..][..self.area], of, dy));
                plain += a;
                weighted += b;
            }
            let means = [(plain / count) as f32, (weighted / count) as f32];
            for start in self.planes(channel) {
                // SAFETY: as above.
                let dy = unsafe { dy.part(start, self.area) };
                with(isa, || through_statistics(&x[start..][..self.area], of, means, dy));
            }
            // SAFETY: nobody else writes the gradients of this channel.
            unsafe { (gammas.part(channel, 1)[0], betas.part(channel, 1)[0]) = (weighted as f32, plain as f32) };
        });
        gradients
    }

    fn check(&self, tensors: &[usize], parameters: &[usize]) -> f32 {
        let whole = self.batch * self.channels * self.area;
        assert!(
            whole > 0 && tensors.iter().all(|&n| n == whole) && parameters.iter().all(|&n| n == self.channels),
            "slices of other lengths than {self:?}"
        );
        match self.unit {
            Unit::Identity => 1.0,
            Unit::Leaky(slope) => slope as f32,
            other => panic!("batch normalization is not fused with {other:?}"),
        }
    }

    /// Whether the numbers of a channel lie one by one, each between those of other channels.
    fn lies_across(&self) -> bool {
        self.area == 1 && self.batch > 1
    }

    /// The same with samples and places exchanged, so that channels lie whole.
    fn turned(&self) -> Self {
        Self {
            batch: 1,
            area: self.batch,
            ..*self
        }
    }

    fn turn(&self, isa: Isa, from: &[f32], to: &mut [f32]) {
        transpose(isa, (from, self.channels), (to, self.batch), self.batch, self.channels);
    }

    fn turn_back(&self, isa: Isa, from: &[f32], to: &mut [f32]) {
        transpose(isa, (from, self.batch), (to, self.channels), self.channels, self.batch);
    }

    /// Where a channel's numbers start, sample by sample.
    fn planes(&self, channel: usize) -> impl Iterator<Item = usize> + use<> {
        let (channels, area) = (self.channels, self.area);
        (0..self.batch).map(move |sample| (sample * channels + channel) * area)
    }

    fn channel(&self, [mean, variance]: [f32; 2], parameters: [&[f32]; 2], channel: usize, slope: f32) -> Channel {
        Channel {
            mean,
            scale: (f64::from(variance) + self.epsilon).sqrt().recip() as f32,
            gamma: parameters[0][channel],
            beta: parameters[1][channel],
            slope,
        }
    }

    fn moments(&self, isa: Isa, x: &[f32], channel: usize) -> [f32; 2] {
        let count = (self.batch * self.area) as f64;
        let planes = || self.planes(channel).map(|start| &x[start..][..self.area]);
        let total: f64 = planes().map(|x| with(isa, || sum(x, |x| x))).sum();
        let mean = (total / count) as f32;
        let squares: f64 = planes()
            .map(|x| with(isa, || sum(x, |x| (x - mean) * (x - mean))))
            .sum();
        [mean, (squares / count) as f32]
    }
}

/// The sum of each channel of `[batch, channels, area]`.
pub(crate) fn sums_of_channels(isa: Isa, x: &[f32], channels: usize, area: usize) -> Vec<f32> {
    let mut sums = vec![0.0; channels];
    for (i, plane) in x.chunks_exact(area.max(1)).enumerate() {
        sums[i % channels] += with(isa, || sum(plane, |x| x));
    }
    sums.into_iter().map(|sum| sum as f32).collect()
}

/// The sum of `f` over numbers, in as many partial sums as a vector has lanes.
#[inline(always)]
fn sum(x: &[f32], f: impl Fn(f32) -> f32) -> f64 {
    let mut sums = [0.0f32; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            sums[lane] += f(chunk[lane]);
        }
    }
    let rest: f32 = rest.iter().map(|&x| f(x)).sum();
    sums.iter().map(|&sum| f64::from(sum)).sum::<f64>() + f64::from(rest)
}

#[inline(always)]
fn write(x: &[f32], of: Channel, y: &mut [f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = of.value(*x);
    }
}

/// Multiplies `dy` by the slope of the unit, and sums it plainly and weighted by the normalized input.
#[inline(always)]
fn through_unit(x: &[f32], of: Channel, dy: &mut [f32]) -> [f64; 2] {
    let scale = of.scale * of.gamma;
    let mut sums = [[0.0f32; LANES]; 2];
    let mut each = |x: f32, dy: &mut f32, lane: usize| {
        let centred = x - of.mean;
        let slope = if centred * scale + of.beta > 0.0 { 1.0 } else { of.slope };
        *dy *= slope;
        sums[0][lane] += *dy;
        sums[1][lane] += *dy * centred;
    };
    let ((x, x_rest), (dy, dy_rest)) = (x.as_chunks::<LANES>(), dy.as_chunks_mut::<LANES>());
    for (x, dy) in x.iter().zip(dy) {
        for lane in 0..LANES {
            each(x[lane], &mut dy[lane], lane);
        }
    }
    for (lane, (x, dy)) in x_rest.iter().zip(dy_rest).enumerate() {
        each(*x, dy, lane);
    }
    let [plain, centred] = sums.map(|sums| sums.iter().map(|&sum| f64::from(sum)).sum::<f64>());
    [plain, centred * f64::from(of.scale)]
}

/// `dx = gamma scale (dy - mean(dy) - normal mean(dy normal))`
#[inline(always)]
fn through_statistics(x: &[f32], of: Channel, [plain, weighted]: [f32; 2], dy: &mut [f32]) {
    let (scale, weighted) = (of.gamma * of.scale, weighted * of.scale);
    for (dy, x) in dy.iter_mut().zip(x) {
        *dy = scale * (*dy - plain - (x - of.mean) * weighted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(n: usize, phase: f64) -> Vec<f64> {
        (0..n).map(|i| (i as f64 * 1.37 + phase).sin() + 0.3).collect()
    }

    fn single(values: &[f64]) -> Vec<f32> {
        values.iter().map(|&value| value as f32).collect()
    }

    /// The same in doubles and plain loops.
    fn truth(norm: &BatchNorm, x: &[f64], gamma: &[f64], beta: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; x.len()];
        for channel in 0..norm.channels {
            let places: Vec<usize> = norm.planes(channel).flat_map(|s| s..s + norm.area).collect();
            let count = places.len() as f64;
            let mean = places.iter().map(|&i| x[i]).sum::<f64>() / count;
            let variance = places.iter().map(|&i| (x[i] - mean).powi(2)).sum::<f64>() / count;
            for i in places {
                let y0 = (x[i] - mean) / (variance + norm.epsilon).sqrt() * gamma[channel] + beta[channel];
                let slope = if let Unit::Leaky(slope) = norm.unit { slope } else { 1.0 };
                y[i] = if y0 > 0.0 { y0 } else { slope * y0 };
            }
        }
        y
    }

    #[test]
    fn values_and_gradients_are_right() {
        for (area, unit) in [(1, Unit::Identity), (16, Unit::Leaky(0.2)), (37, Unit::Leaky(0.0))] {
            let norm = BatchNorm {
                batch: 5,
                channels: 3,
                area,
                epsilon: 1e-5,
                unit,
            };
            let n = 15 * area;
            let (x, gamma, beta, along) = (wave(n, 0.2), wave(3, 0.9), wave(3, 2.0), wave(n, 1.1));
            let loss = |x: &[f64], gamma: &[f64], beta: &[f64]| -> f64 {
                truth(&norm, x, gamma, beta)
                    .iter()
                    .zip(&along)
                    .map(|(y, a)| y * a)
                    .sum()
            };
            for isa in Isa::all() {
                let [x_s, gamma_s, beta_s] = [&x, &gamma, &beta].map(|values| single(values));
                let mut y = vec![f32::NAN; n];
                let [mean, variance] = norm.forward(isa, &x_s, [&gamma_s, &beta_s], &mut y);
                for (got, expected) in y.iter().zip(truth(&norm, &x, &gamma, &beta)) {
                    assert!((f64::from(*got) - expected).abs() < 1e-5, "{got} {expected}");
                }
                let mut again = x_s.clone();
                norm.apply(isa, &mut again, [&gamma_s, &beta_s], [&mean, &variance]);
                assert_eq!(again, y);
                let mut dx = single(&along);
                let [dgamma, dbeta] = norm.backward(isa, &x_s, [&gamma_s, &beta_s], [&mean, &variance], &mut dx);
                let near = |got: f32, loss: &dyn Fn(f64) -> f64| {
                    let expected = (loss(1e-6) - loss(-1e-6)) / 2e-6;
                    assert!((f64::from(got) - expected).abs() < 1e-4, "{norm:?}: {got} {expected}");
                };
                let nudged = |values: &[f64], i: usize, e: f64| {
                    let mut values = values.to_vec();
                    values[i] += e;
                    values
                };
                for i in (0..n).step_by(7) {
                    near(dx[i], &|e| loss(&nudged(&x, i, e), &gamma, &beta));
                }
                for i in 0..3 {
                    near(dgamma[i], &|e| loss(&x, &nudged(&gamma, i, e), &beta));
                    near(dbeta[i], &|e| loss(&x, &gamma, &nudged(&beta, i, e)));
                }
            }
        }
    }
}
