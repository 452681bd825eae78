//! The matrices of minimal filters, written out.

use super::lanes::Lanes;

/// A matrix times a vector.
pub(super) trait Map<const M: usize, const N: usize> {
    fn of<V: Lanes>(x: [V; N]) -> [V; M];
}

/// Two results of `R` taps by products at `P` points.
pub(super) trait Filter<const R: usize, const P: usize> {
    /// `Bᵀ`: what is read, at the points.
    type Read: Map<P, P>;
    /// `G`: the weights, at the points.
    type Weigh: Map<P, R>;
    /// `Aᵀ`: results from the points.
    type Write: Map<2, P>;
    /// `A`: gradients of results, at the points.
    type ReadResult: Map<P, 2>;
    /// `Gᵀ`: gradients of weights from the points.
    type WriteWeights: Map<R, P>;
}

pub(super) struct Taps;

impl Filter<2, 3> for Taps {
    type Read = Read;
    type Weigh = Weigh;
    type Write = Write;
    type ReadResult = ReadResult;
    type WriteWeights = WriteWeights;
}

impl Filter<3, 4> for Taps {
    type Read = Read;
    type Weigh = Weigh;
    type Write = Write;
    type ReadResult = ReadResult;
    type WriteWeights = WriteWeights;
}

pub(super) struct Read;

impl Map<3, 3> for Read {
    #[inline(always)]
    fn of<V: Lanes>([a, b, c]: [V; 3]) -> [V; 3] {
        [a.minus(b), b, c.minus(b)]
    }
}

impl Map<4, 4> for Read {
    #[inline(always)]
    fn of<V: Lanes>([a, b, c, d]: [V; 4]) -> [V; 4] {
        [a.minus(c), b.plus(c), c.minus(b), b.minus(d)]
    }
}

pub(super) struct Weigh;

impl Map<3, 2> for Weigh {
    #[inline(always)]
    fn of<V: Lanes>([a, b]: [V; 2]) -> [V; 3] {
        [a, a.plus(b), b]
    }
}

impl Map<4, 3> for Weigh {
    #[inline(always)]
    fn of<V: Lanes>([a, b, c]: [V; 3]) -> [V; 4] {
        let (ends, middle) = (a.plus(c).times(0.5), b.times(0.5));
        [a, ends.plus(middle), ends.minus(middle), c]
    }
}

pub(super) struct Write;

impl Map<2, 3> for Write {
    #[inline(always)]
    fn of<V: Lanes>([a, b, c]: [V; 3]) -> [V; 2] {
        [a.plus(b), b.plus(c)]
    }
}

impl Map<2, 4> for Write {
    #[inline(always)]
    fn of<V: Lanes>([a, b, c, d]: [V; 4]) -> [V; 2] {
        [a.plus(b).plus(c), b.minus(c).minus(d)]
    }
}

pub(super) struct ReadResult;

impl Map<3, 2> for ReadResult {
    #[inline(always)]
    fn of<V: Lanes>([a, b]: [V; 2]) -> [V; 3] {
        [a, a.plus(b), b]
    }
}

impl Map<4, 2> for ReadResult {
    #[inline(always)]
    fn of<V: Lanes>([a, b]: [V; 2]) -> [V; 4] {
        [a, a.plus(b), a.minus(b), V::zero().minus(b)]
    }
}

pub(super) struct WriteWeights;

impl Map<2, 3> for WriteWeights {
    #[inline(always)]
    fn of<V: Lanes>([a, b, c]: [V; 3]) -> [V; 2] {
        [a.plus(b), b.plus(c)]
    }
}

impl Map<3, 4> for WriteWeights {
    #[inline(always)]
    fn of<V: Lanes>([a, b, c, d]: [V; 4]) -> [V; 3] {
        let (even, odd) = (b.plus(c).times(0.5), b.minus(c).times(0.5));
        [a.plus(even), odd, even.plus(d)]
    }
}
