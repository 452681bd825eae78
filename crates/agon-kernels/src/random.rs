//! Random numbers by the vector: normal ones, and ones that are there with a given probability.
//!
//! A generator of shifts and rotations (xoshiro128++) in every lane; a seed and the place of a task decide where its lanes
//! begin, so what is drawn does not depend on threads, nor on the instructions of the machine.

use std::f32::consts::FRAC_PI_4;

use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, Loops, run};

const LANES: usize = 16;
/// Numbers that one task draws.
const TASK: usize = 8192;
/// What drawing a number costs, in multiplications.
const COST: usize = 2 * PASS;

/// Fills `numbers` with independent normal ones of mean 0 and this deviation.
///
/// They come in pairs, as coordinates of points in a random direction (Box and Muller 1958), and no further than 5.8
/// deviations from the mean.
pub fn fill_normal(isa: Isa, seed: u64, deviation: f32, numbers: &mut [f32]) {
    by_pairs(isa, seed, numbers, move |first, second| {
        pair(first, second).map(|value| value * deviation)
    });
}

/// Fills `numbers` with `value` where a draw of this probability says so, and with zeros elsewhere.
pub fn fill_sometimes(isa: Isa, seed: u64, probability: f64, value: f32, numbers: &mut [f32]) {
    // Of 2^31 ways a draw can end, as many as these.
    let below = (probability.clamp(0.0, 1.0) * f64::from(1u32 << 31)).round() as u32;
    by_pairs(isa, seed, numbers, move |first, second| {
        [first, second].map(|bits| if bits >> 1 < below { value } else { 0.0 })
    });
}

/// Makes two numbers of two draws of 32 bits, all over.
fn by_pairs(isa: Isa, seed: u64, numbers: &mut [f32], make: impl Fn(u32, u32) -> [f32; 2] + Copy + Send + Sync) {
    let (length, numbers) = (numbers.len(), Shared::new(numbers));
    each(length.div_ceil(TASK), COST * length, |task| {
        let first = task * TASK;
        // SAFETY: each task has a part of its own.
        let part = unsafe { numbers.part(first, TASK.min(length - first)) };
        let mut streams = Streams::new(seed, task as u64);
        let (whole, rest) = part.as_chunks_mut();
        let mut fill = |chunks| {
            let streams = &mut streams;
            run(isa, Fill { streams, chunks, make });
        };
        fill(whole);
        if !rest.is_empty() {
            let mut last = [[0.0; 2 * LANES]];
            fill(&mut last);
            rest.copy_from_slice(&last[0][..rest.len()]);
        }
    });
}

/// The first number of each pair in each lane, then the second ones.
struct Fill<'a, M> {
    streams: &'a mut Streams,
    chunks: &'a mut [[f32; 2 * LANES]],
    make: M,
}

impl<M: Fn(u32, u32) -> [f32; 2]> Loops for Fill<'_, M> {
    #[inline(always)]
    fn run(self) {
        for chunk in self.chunks {
            let (first, second) = (self.streams.next(), self.streams.next());
            for lane in 0..LANES {
                [chunk[lane], chunk[LANES + lane]] = (self.make)(first[lane], second[lane]);
            }
        }
    }
}

/// Two independent normal numbers of 64 random bits.
#[inline(always)]
fn pair(first: u32, second: u32) -> [f32; 2] {
    const STEP: f32 = 1.0 / (1 << 24) as f32;
    // The distance, of a number in (0, 1]; the direction, of an angle in [-pi/4, pi/4) and one of eight ways to mirror it.
    let distance = (-2.0 * ln(((first >> 8) + 1) as f32 * STEP)).sqrt();
    let angle = ((second >> 8) as f32 * STEP - 0.5) * (2.0 * FRAC_PI_4);
    let square = angle * angle;
    let sine = [-1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1, 1.0];
    let cosine = [2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2, -0.5, 1.0];
    let sine = angle * sine.into_iter().fold(0.0, |sum, term| sum * square + term);
    let cosine = cosine.into_iter().fold(0.0, |sum, term| sum * square + term);
    let (x, y) = if second & 1 == 0 {
        (cosine, sine)
    } else {
        (sine, cosine)
    };
    let mirrored =
        |value: f32, bit: u32| f32::from_bits((value * distance).to_bits() ^ (second << (31 - bit) & 1 << 31));
    [mirrored(x, 1), mirrored(y, 2)]
}

/// The natural logarithm of a normal positive number, by that of its exponent and a series for its mantissa.
#[inline(always)]
fn ln(x: f32) -> f32 {
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const HALF: u32 = 0x3f35_04f3;
    // The mantissa in [sqrt 1/2, sqrt 2).
    let bits = x.to_bits().wrapping_sub(HALF);
    let exponent = (bits as i32 >> 23) as f32;
    let m = f32::from_bits((bits & 0x007f_ffff).wrapping_add(HALF)) - 1.0;
    let series = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_8e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_7e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ];
    let square = m * m;
    let tail = series.into_iter().fold(0.0, |sum, term| sum * m + term) * m * square;
    m + (tail + exponent * LN_2[1] - 0.5 * square) + exponent * LN_2[0]
}

/// Generators side by side.
struct Streams([[u32; LANES]; 4]);

impl Streams {
    fn new(seed: u64, place: u64) -> Self {
        // SplitMix64, from a start that no other place has.
        let mut state = seed ^ (place + 1).wrapping_mul(0xd134_2543_de82_ef95);
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 32) as u32
        };
        let mut words = [[0; LANES]; 4];
        words.as_flattened_mut().fill_with(&mut next);
        // A generator that has nothing but zeros would stay there.
        words[0].iter_mut().for_each(|word| *word |= 1);
        Self(words)
    }

    #[inline(always)]
    fn next(&mut self) -> [u32; LANES] {
        let [a, b, c, d] = &mut self.0;
        let mut drawn = [0; LANES];
        for lane in 0..LANES {
            drawn[lane] = a[lane].wrapping_add(d[lane]).rotate_left(7).wrapping_add(a[lane]);
            let shifted = b[lane] << 9;
            c[lane] ^= a[lane];
            d[lane] ^= b[lane];
            b[lane] ^= c[lane];
            a[lane] ^= d[lane];
            c[lane] ^= shifted;
            d[lane] = d[lane].rotate_left(11);
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Few where each step is interpreted.
    const MANY: usize = if cfg!(miri) { 3_000 } else { 1 << 20 };

    fn normal(seed: u64, deviation: f32, count: usize) -> Vec<f64> {
        let mut numbers = vec![f32::NAN; count];
        fill_normal(Isa::best(), seed, deviation, &mut numbers);
        numbers.into_iter().map(f64::from).collect()
    }

    fn mean(numbers: impl Iterator<Item = f64>, count: usize) -> f64 {
        numbers.sum::<f64>() / count as f64
    }

    #[test]
    fn moments_are_those_of_the_normal_distribution() {
        let numbers = normal(3, 2.0, MANY);
        let moment = |power: i32| mean(numbers.iter().map(|x| (x / 2.0).powi(power)), MANY);
        // Five standard errors, from the moments of twice the order.
        let allowed = |variance: f64| 5.0 * (variance / MANY as f64).sqrt();
        for (power, expected, variance) in [
            (1, 0.0, 1.0),
            (2, 1.0, 2.0),
            (3, 0.0, 15.0),
            (4, 3.0, 96.0),
            (6, 15.0, 10170.0),
        ] {
            let got = moment(power);
            assert!(
                (got - expected).abs() < allowed(variance),
                "moment {power}: {got}, not {expected}"
            );
        }
    }

    /// Kolmogorov's distance from the distribution function, which is tabled by Simpson's rule.
    #[test]
    fn shares_are_those_of_the_normal_distribution() {
        let mut numbers = normal(4, 1.0, MANY);
        numbers.sort_by(f64::total_cmp);
        let density = |x: f64| (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let (step, mut below, mut x) = (0.01, 0.0, -7.0);
        while x < 6.9 {
            below += step / 6.0 * (density(x) + 4.0 * density(x + step / 2.0) + density(x + step));
            x += step;
            let share = numbers.partition_point(|&number| number < x) as f64 / MANY as f64;
            assert!(
                (share - below).abs() < 2.0 / (MANY as f64).sqrt(),
                "below {x}: {share}, not {below}"
            );
        }
    }

    #[test]
    fn neighbours_and_seeds_have_nothing_in_common() {
        let (numbers, others) = (normal(5, 1.0, MANY), normal(6, 1.0, MANY));
        let allowed = 5.0 / (MANY as f64).sqrt();
        let product = |a: &[f64], b: &[f64]| mean(a.iter().zip(b).map(|(a, b)| a * b), a.len().min(b.len()));
        let squares = |numbers: &[f64]| numbers.iter().map(|x| (x * x - 1.0) / 2f64.sqrt()).collect::<Vec<_>>();
        for away in [1, 2, LANES, 2 * LANES, TASK] {
            let moved = &numbers[away.min(MANY - 100)..];
            let allowed = 5.0 / (moved.len() as f64).sqrt();
            assert!(product(&numbers, moved).abs() < allowed, "{away} away");
            assert!(
                product(&squares(&numbers), &squares(moved)).abs() < 2.0 * allowed,
                "squares {away} away"
            );
        }
        assert!(product(&numbers, &others).abs() < allowed);
    }

    #[test]
    fn every_machine_and_any_number_of_threads_draws_the_same() {
        let threads = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        for length in [0, 1, 31, 33, TASK + 5, if cfg!(miri) { TASK } else { 40 * TASK - 3 }] {
            let drawn = Isa::all()
                .flat_map(|isa| [1, 3].map(|n| (isa, threads(n))))
                .map(|(isa, pool)| {
                    pool.install(|| {
                        let (mut normal, mut some) = (vec![0.0; length], vec![0.0; length]);
                        fill_normal(isa, 8, 1.0, &mut normal);
                        fill_sometimes(isa, 8, 0.3, 2.0, &mut some);
                        (normal, some)
                    })
                });
            let drawn: Vec<_> = drawn.collect();
            assert!(drawn.windows(2).all(|two| two[0] == two[1]), "{length}");
        }
    }

    #[test]
    fn the_smallest_and_the_largest_draws_are_finite() {
        for first in [0, 255, 256, u32::MAX / 2, u32::MAX] {
            for second in [0, 7, 1 << 31, u32::MAX] {
                let [x, y] = pair(first, second).map(f64::from);
                let radius = x.hypot(y);
                assert!(radius.is_finite() && radius < 5.8, "{first}, {second}: {radius}");
            }
        }
        assert_eq!(pair(u32::MAX, 5).map(f32::abs), [0.0, 0.0]);
    }

    #[test]
    fn logarithms_are_right_to_a_few_units_in_the_last_place() {
        for i in 1..=(1 << 16) {
            let x = (i * 255 + 1) as f32 / (1 << 24) as f32;
            let (got, expected) = (f64::from(ln(x)), f64::from(x).ln());
            assert!(
                (got - expected).abs() <= 3e-7 * expected.abs().max(0.1),
                "ln {x}: {got}, not {expected}"
            );
        }
    }

    #[test]
    fn as_many_are_there_as_the_probability_says() {
        for probability in [0.0, 0.1, 0.5, 0.75, 1.0] {
            let mut numbers = vec![f32::NAN; MANY];
            fill_sometimes(Isa::best(), 9, probability, 3.0, &mut numbers);
            assert!(numbers.iter().all(|&x| x == 0.0 || x == 3.0));
            let share = numbers.iter().filter(|&&x| x == 3.0).count() as f64 / MANY as f64;
            let allowed = 5.0 * (probability * (1.0 - probability) / MANY as f64).sqrt();
            assert!((share - probability).abs() <= allowed, "{share}, not {probability}");
        }
    }
}
