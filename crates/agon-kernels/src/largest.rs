//! The largest of some numbers, and which it was.

use crate::share::Shared;
use crate::tasks::{PASS, each};

/// Groups that a task takes.
const TASK: usize = 2048;

/// The largest of each group of `pieces` neighbouring numbers; NaN where one of them is.
///
/// # Panics
/// If `largest` has not a place for each group.
pub fn largest(x: &[f32], pieces: usize, largest: &mut [f32]) {
    assert!(pieces > 0 && x.len() == largest.len() * pieces, "groups of other sizes");
    in_groups(largest, 1, |first, largest| {
        let groups = x[first * pieces..].chunks_exact(pieces);
        for (largest, group) in largest.iter_mut().zip(groups) {
            *largest = group[place(group)];
        }
    });
}

/// The gradient of [`largest`] for `x`: that of each group belongs to the first of its largest numbers.
///
/// # Panics
/// If `dx` has not a place for each number, or `dy` for each group.
pub fn to_largest(x: &[f32], pieces: usize, dy: &[f32], dx: &mut [f32]) {
    assert!(
        pieces > 0 && x.len() == dy.len() * pieces && dx.len() == x.len(),
        "groups of other sizes"
    );
    in_groups(dx, pieces, |first, dx| {
        dx.fill(0.0);
        let groups = x[first * pieces..].chunks_exact(pieces).zip(&dy[first..]);
        for (dx, (group, dy)) in dx.chunks_exact_mut(pieces).zip(groups) {
            dx[place(group)] = *dy;
        }
    });
}

/// The first of the largest numbers, or the first NaN.
#[inline(always)]
fn place(group: &[f32]) -> usize {
    let mut best = 0;
    for (i, x) in group.iter().enumerate().skip(1) {
        let above = *x > group[best] || (x.is_nan() && !group[best].is_nan());
        best = if above { i } else { best };
    }
    best
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
