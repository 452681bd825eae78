//! Draws from the distributions that rows of logits stand for.

use crate::pointwise::exp;
use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, with};

const LANES: usize = 16;
/// Numbers whose sum is kept, so that the place of a draw is found without passing over all of them again.
const BLOCK: usize = 128;

/// For each row of logits the first place at which the sum of its probabilities exceeds the row's number from `[0, 1)`.
///
/// The logits are overwritten.
///
/// # Panics
/// If there are not as many rows as uniforms, or rows are empty.
pub fn draw(isa: Isa, logits: &mut [f32], uniforms: &[f32]) -> Vec<usize> {
    let columns = logits.len() / uniforms.len().max(1);
    assert!(columns > 0 || uniforms.is_empty(), "nothing to draw from");
    assert_eq!(logits.len(), columns * uniforms.len(), "logits are no whole rows");
    let mut places = vec![0.0; uniforms.len()];
    let (work, logits, shared) = (2 * PASS * logits.len(), Shared::new(logits), Shared::new(&mut places));
    each(uniforms.len(), work, |row| {
        // SAFETY: each task has a row and a place of its own.
        let (logits, place) = unsafe { (logits.part(row * columns, columns), shared.part(row, 1)) };
        place[0] = f32::from_bits(draw_one(isa, logits, uniforms[row]) as u32);
    });
    places.into_iter().map(|place| place.to_bits() as usize).collect()
}

fn draw_one(isa: Isa, logits: &mut [f32], uniform: f32) -> usize {
    let top = with(isa, || largest(logits));
    let sums: Vec<f64> = logits
        .chunks_mut(BLOCK)
        .map(|block| with(isa, || weights(block, top)))
        .collect();
    let mut rest = f64::from(uniform) * sums.iter().sum::<f64>();
    for (block, sum) in sums.iter().enumerate() {
        if rest >= *sum {
            rest -= sum;
            continue;
        }
        for (i, &weight) in logits[block * BLOCK..].iter().take(BLOCK).enumerate() {
            rest -= f64::from(weight);
            if rest < 0.0 {
                return block * BLOCK + i;
            }
        }
    }
    // Rounding: the last one that can be drawn at all.
    logits.iter().rposition(|&weight| weight > 0.0).unwrap_or(0)
}

#[inline(always)]
fn largest(x: &[f32]) -> f32 {
    let mut tops = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            tops[lane] = if chunk[lane] > tops[lane] {
                chunk[lane]
            } else {
                tops[lane]
            };
        }
    }
    rest.iter().chain(&tops).fold(f32::NEG_INFINITY, |top, &x| top.max(x))
}

/// Turns logits into weights, `e^(x - top)`, and sums them.
#[inline(always)]
fn weights(x: &mut [f32], top: f32) -> f64 {
    let mut sums = [0.0f32; LANES];
    let (chunks, rest) = x.as_chunks_mut::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            chunk[lane] = weight(chunk[lane] - top);
            sums[lane] += chunk[lane];
        }
    }
    for x in rest {
        *x = weight(*x - top);
        sums[0] += *x;
    }
    sums.iter().map(|&sum| f64::from(sum)).sum()
}

/// The exponential, but nothing for what would be too small to be told from nothing.
#[inline(always)]
fn weight(x: f32) -> f32 {
    if x < -80.0 { 0.0 } else { exp(x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_invert_the_distribution_function() {
        let probabilities = [0.1_f64, 0.0, 0.25, 0.05, 0.6];
        let rows = 2000;
        for isa in Isa::all() {
            for copies in [1, 3, 200] {
                // The same few, over and over: every copy has its share.
                let row: Vec<f32> = (0..5 * copies)
                    .map(|i| probabilities[i % 5].max(1e-60).ln() as f32)
                    .collect();
                let mut logits = row.repeat(rows);
                let uniforms: Vec<f32> = (0..rows).map(|i| (i as f32 + 0.5) / rows as f32).collect();
                let drawn = draw(isa, &mut logits, &uniforms);
                assert!(drawn.is_sorted());
                for token in 0..5 * copies {
                    let count = drawn.iter().filter(|&&place| place == token).count() as f64;
                    let expected = probabilities[token % 5] / copies as f64 * rows as f64;
                    assert!(
                        (count - expected).abs() <= 1.0,
                        "{token} of {copies}: {count}, not {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_last_number_draws_what_can_be_drawn() {
        let mut logits = [0.0, 0.0, -1e30];
        assert_eq!(draw(Isa::best(), &mut logits, &[0.999_999_94]), [1]);
    }
}
