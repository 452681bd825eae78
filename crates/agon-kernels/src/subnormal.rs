//! Numbers below the smallest normal one, 1.2e-38: processors take many times as long over them as over others.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::share::Shared;
use crate::tasks::each;
use crate::tile::{Isa, with};

/// Numbers that one task looks at.
const TASK: usize = 1 << 16;

/// Whether there is any.
pub(crate) fn is_in(isa: Isa, numbers: &[f32]) -> bool {
    let found = AtomicBool::new(false);
    each(numbers.len().div_ceil(TASK), numbers.len(), |task| {
        let part = &numbers[task * TASK..];
        let part = &part[..part.len().min(TASK)];
        if with(isa, || part.iter().fold(false, |found, x| found | is_subnormal(*x))) {
            found.store(true, Ordering::Relaxed);
        }
    });
    found.into_inner()
}

/// Makes zeros of them.
pub(crate) fn sweep(isa: Isa, numbers: &mut [f32]) {
    let (length, numbers) = (numbers.len(), Shared::new(numbers));
    each(length.div_ceil(TASK), length, |task| {
        let first = task * TASK;
        // SAFETY: each task has a part of its own.
        let part = unsafe { numbers.part(first, TASK.min(length - first)) };
        with(isa, || {
            part.iter_mut().for_each(|x| *x = or_zero(*x));
        });
    });
}

/// The number itself, unless it is one of them.
#[inline(always)]
pub(crate) fn or_zero(x: f32) -> f32 {
    if is_subnormal(x) { 0.0 } else { x }
}

#[inline(always)]
fn is_subnormal(x: f32) -> bool {
    const NORMAL: u32 = f32::MIN_POSITIVE.to_bits();
    (x.to_bits() & 0x7fff_ffff).wrapping_sub(1) < NORMAL - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_normal_is_swept() {
        let kept = [
            0.0,
            -0.0,
            f32::MIN_POSITIVE,
            -f32::MIN_POSITIVE,
            1.0,
            f32::INFINITY,
            f32::NEG_INFINITY,
        ];
        let below = f32::from_bits(f32::MIN_POSITIVE.to_bits() - 1);
        for isa in Isa::all() {
            let mut numbers = kept.to_vec();
            assert!(!is_in(isa, &numbers));
            numbers.resize(3 * TASK + 5, 1.0);
            let swept = [1e-45, -1e-45, 1e-39, below, -below];
            for (i, tiny) in swept.into_iter().enumerate() {
                let mut one = numbers.clone();
                one[i * TASK / 2 + 100] = tiny;
                assert!(is_in(isa, &one), "{tiny:e}");
                sweep(isa, &mut one);
                assert_eq!(one[i * TASK / 2 + 100].to_bits(), 0, "{tiny:e}");
                assert!(!is_in(isa, &one) && one[..7] == kept);
            }
            let mut none = [f32::NAN];
            sweep(isa, &mut none);
            assert!(none[0].is_nan() && !is_in(isa, &none));
        }
    }
}
