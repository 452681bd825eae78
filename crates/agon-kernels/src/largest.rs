//! The largest of some numbers, and which it was.

use crate::share::Shared;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, with};

/// Groups that a task takes.
const TASK: usize = 2048;

/// The largest of each group of `pieces` neighbouring numbers; NaN where one of them is.
///
/// # Panics
/// If `largest` has not a place for each group.
pub fn largest(isa: Isa, x: &[f32], pieces: usize, largest: &mut [f32]) {
    assert!(pieces > 0 && x.len() == largest.len() * pieces, "groups of other sizes");
    in_groups(largest, 1, |first, largest| {
        let x = &x[first * pieces..][..largest.len() * pieces];
        match pieces {
            2 => with(isa, || of_known::<2>(x, largest)),
            3 => with(isa, || of_known::<3>(x, largest)),
            4 => with(isa, || of_known::<4>(x, largest)),
            5 => with(isa, || of_known::<5>(x, largest)),
            _ => {
                for (largest, group) in largest.iter_mut().zip(x.chunks_exact(pieces)) {
                    *largest = group.iter().copied().fold(group[0], larger);
                }
            }
        }
    });
}

/// The gradient of [`largest`] for `x`: that of each group belongs to the first of its largest numbers.
///
/// # Panics
/// If `dx` has not a place for each number, or `dy` for each group.
pub fn to_largest(isa: Isa, x: &[f32], pieces: usize, dy: &[f32], dx: &mut [f32]) {
    assert!(
        pieces > 0 && x.len() == dy.len() * pieces && dx.len() == x.len(),
        "groups of other sizes"
    );
    in_groups(dx, pieces, |first, dx| {
        let (x, dy) = (&x[first * pieces..][..dx.len()], &dy[first..][..dx.len() / pieces]);
        match pieces {
            2 => with(isa, || to_known::<2>(x, dy, dx)),
            3 => with(isa, || to_known::<3>(x, dy, dx)),
            4 => with(isa, || to_known::<4>(x, dy, dx)),
            5 => with(isa, || to_known::<5>(x, dy, dx)),
            _ => {
                for ((dx, x), dy) in dx.chunks_exact_mut(pieces).zip(x.chunks_exact(pieces)).zip(dy) {
                    let most = x.iter().copied().fold(x[0], larger);
                    to_first(x, most, *dy, dx);
                }
            }
        }
    });
}

/// NaN if either is.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b || a.is_nan() { a } else { b }
}

#[inline(always)]
fn of_known<const N: usize>(x: &[f32], largest: &mut [f32]) {
    for (largest, group) in largest.iter_mut().zip(x.as_chunks::<N>().0) {
        *largest = group.iter().copied().fold(group[0], larger);
    }
}

#[inline(always)]
fn to_known<const N: usize>(x: &[f32], dy: &[f32], dx: &mut [f32]) {
    let groups = x.as_chunks::<N>().0.iter().zip(dx.as_chunks_mut::<N>().0);
    for ((x, dx), dy) in groups.zip(dy) {
        let most = x.iter().copied().fold(x[0], larger);
        to_first(x, most, *dy, dx);
    }
}

/// `dy` for the first number that is `most`, nothing for the others: by masks, since which it is cannot be foreseen.
#[inline(always)]
fn to_first(x: &[f32], most: f32, dy: f32, dx: &mut [f32]) {
    let mut rest = dy.to_bits();
    for (x, dx) in x.iter().zip(dx) {
        let is = u32::from(*x == most || x.is_nan()).wrapping_neg();
        *dx = f32::from_bits(rest & is);
        rest &= !is;
    }
}

/// Parts of `to`, which has so many numbers for a group, with the first group of each.
fn in_groups(to: &mut [f32], of_group: usize, work: impl Fn(usize, &mut [f32]) + Send + Sync) {
    let (groups, shared) = (to.len() / of_group, Shared::new(to));
    each(groups.div_ceil(TASK), PASS * groups * of_group, |task| {
        let first = task * TASK;
        let count = TASK.min(groups - first);
        // SAFETY: each task has groups of its own.
        work(first, unsafe { shared.part(first * of_group, count * of_group) });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_largest_is_found() {
        for pieces in 1..8 {
            let x: Vec<f32> = (0..pieces * 100).map(|i| (i * 37 % 11) as f32).collect();
            let dy: Vec<f32> = (1..=100).map(|i| i as f32).collect();
            for isa in Isa::all() {
                let (mut y, mut dx) = (vec![f32::NAN; 100], vec![f32::NAN; x.len()]);
                largest(isa, &x, pieces, &mut y);
                to_largest(isa, &x, pieces, &dy, &mut dx);
                for (i, group) in x.chunks(pieces).enumerate() {
                    let most = group.iter().copied().fold(f32::MIN, f32::max);
                    let first = group.iter().position(|x| *x == most).unwrap();
                    assert_eq!(y[i], most);
                    let expected = (0..pieces).map(|place| if place == first { dy[i] } else { 0.0 });
                    assert!(
                        expected.eq(dx[i * pieces..][..pieces].iter().copied()),
                        "{isa:?} {pieces} {i}"
                    );
                }
            }
        }
    }
}
