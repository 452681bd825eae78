//! A step of Adam, in one pass over weights, gradients and moments.

use crate::share::Shared;
use crate::subnormal::or_zero;
use crate::tasks::{PASS, each};
use crate::tile::{Isa, with};

const TASK: usize = 16_384;

/// The numbers of a step of Adam.
///
/// ```text
/// m' = beta1 m + (1 - beta1) g,   v' = beta2 v + (1 - beta2) g²
/// w' = w - rate m' / (sqrt(v') + epsilon)
/// ```
///
/// Corrections of the first steps' bias belong into `rate` and `epsilon`. Moments below the smallest normal number,
/// 1.2e-38, are zero: those of weights that nothing moves any more would come to rest there, where processors take many
/// times as long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// How long the first and the second moment last.
    pub betas: [f32; 2],
    /// What is added to the root of the second moment.
    pub epsilon: f32,
    /// The length of a step.
    pub rate: f32,
}

impl Adam {
    /// Moves weights and moments.
    ///
    /// # Panics
    /// If the slices have different lengths.
    pub fn step(&self, isa: Isa, weights: &mut [f32], gradients: &[f32], moments: [&mut [f32]; 2]) {
        let [first, second] = moments;
        let lengths = [gradients.len(), first.len(), second.len()];
        assert_eq!(lengths, [weights.len(); 3], "gradients or moments of another length");
        let moved = [weights, first, second].map(Shared::new);
        each(gradients.len().div_ceil(TASK), PASS * gradients.len(), |task| {
            let g = &gradients[task * TASK..];
            let g = &g[..TASK.min(g.len())];
            // SAFETY: each task has parts of its own.
            let [w, m, v] = moved.map(|numbers| unsafe { numbers.part(task * TASK, g.len()) });
            with(isa, || self.pass(w, g, m, v));
        });
    }

    #[inline(always)]
    fn pass(&self, w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32]) {
        let [beta1, beta2] = self.betas;
        let (epsilon, rate) = (self.epsilon, self.rate);
        for ((w, g), (m, v)) in w.iter_mut().zip(g).zip(m.iter_mut().zip(v)) {
            *m = or_zero(beta1 * *m + (1.0 - beta1) * g);
            *v = or_zero(beta2 * *v + (1.0 - beta2) * (g * g));
            *w -= rate * (*m / (v.sqrt() + epsilon));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_that_nothing_moves_end_in_zero() {
        let adam = Adam {
            betas: [0.8, 0.9],
            epsilon: 1e-8,
            rate: 0.1,
        };
        for isa in Isa::all() {
            let (mut w, mut m, mut v) = (vec![1.0; 20], vec![1e-35; 20], vec![1e-37; 20]);
            for _ in 0..100 {
                adam.step(isa, &mut w, &[0.0; 20], [&mut m, &mut v]);
                assert!(m.iter().chain(&v).all(|x| *x == 0.0 || x.is_normal()));
            }
            assert!(w == [1.0; 20] && m == [0.0; 20] && v == [0.0; 20]);
        }
    }

    #[test]
    fn a_step_is_what_the_equations_say() {
        let n = TASK + 5;
        let adam = Adam {
            betas: [0.5, 0.9],
            epsilon: 1e-3,
            rate: 0.1,
        };
        let value = |i: usize, phase: f32| (i as f32 * 0.37 + phase).sin();
        for isa in Isa::all() {
            let start: Vec<f32> = (0..n).map(|i| value(i, 0.0)).collect();
            let gradients: Vec<f32> = (0..n).map(|i| value(i, 1.0)).collect();
            let (mut w, mut m, mut v) = (start.clone(), vec![0.5; n], vec![0.25; n]);
            adam.step(isa, &mut w, &gradients, [&mut m, &mut v]);
            for i in 0..n {
                let g = f64::from(gradients[i]);
                let (m1, v1) = (0.25 + 0.5 * g, 0.225 + 0.1 * g * g);
                let w1 = f64::from(start[i]) - 0.1 * m1 / (v1.sqrt() + 1e-3);
                assert!((f64::from(w[i]) - w1).abs() < 1e-6, "{i}: {} {w1}", w[i]);
                assert!((f64::from(m[i]) - m1).abs() < 1e-6 && (f64::from(v[i]) - v1).abs() < 1e-6);
            }
        }
    }
}
