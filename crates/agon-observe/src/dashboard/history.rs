//! What a figure was over a whole run, in bounded memory.

use std::collections::VecDeque;

/// Buckets that cover the whole run.
const WHOLE: usize = 1_024;
/// Newest values that are kept one by one.
const RECENT: usize = 1_024;

/// The curve of one figure.
///
/// The whole run lies in at most 1024 buckets: when they are full, neighbours merge and each covers twice as
/// many values. The newest 1024 values are kept as they are, for whoever looks closely.
#[derive(Debug, Clone)]
pub(super) struct History {
    whole: Vec<Bucket>,
    /// How many values a bucket covers.
    stride: u64,
    recent: VecDeque<(f64, f64)>,
}

/// Neighbouring values, by their sums.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bucket {
    step: f64,
    value: f64,
    count: u64,
}

impl Bucket {
    fn add(&mut self, other: Self) {
        self.step += other.step;
        self.value += other.value;
        self.count += other.count;
    }

    /// The mean of what it covers.
    fn mean(&self) -> (f64, f64) {
        let count = self.count.max(1) as f64;
        (self.step / count, self.value / count)
    }
}

impl Default for History {
    fn default() -> Self {
        Self {
            whole: Vec::new(),
            stride: 1,
            recent: VecDeque::new(),
        }
    }
}

impl History {
    /// Adds the value after round `step`. What is no finite number cannot be drawn and is left out.
    pub(super) fn push(&mut self, step: u64, value: f64) {
        if !value.is_finite() {
            return;
        }
        let step = step as f64;
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((step, value));
        let newest = Bucket { step, value, count: 1 };
        match self.whole.last_mut() {
            Some(last) if last.count < self.stride => last.add(newest),
            _ => self.whole.push(newest),
        }
        if self.whole.len() > WHOLE {
            self.merge();
        }
    }

    fn merge(&mut self) {
        self.stride *= 2;
        let merged = self.whole.chunks(2).filter_map(|pair| {
            let (first, rest) = pair.split_first()?;
            let mut sum = *first;
            rest.iter().for_each(|other| sum.add(*other));
            Some(sum)
        });
        self.whole = merged.collect();
    }

    /// Forgets round `step` and what came after.
    pub(super) fn cut(&mut self, step: u64) {
        let step = step as f64;
        self.whole.retain(|bucket| bucket.mean().0 < step);
        self.recent.retain(|point| point.0 < step);
    }

    /// The first and the last round that it knows.
    pub(super) fn span(&self) -> Option<(f64, f64)> {
        let first = self.whole.first()?.mean().0;
        let newest = self.recent.back().map(|point| point.0);
        Some((first, newest.or_else(|| Some(self.whole.last()?.mean().0))?))
    }

    /// At most about `width` points of the curve from round `low` to round `high`, each the mean of its
    /// neighbourhood.
    pub(super) fn points(&self, low: f64, high: f64, width: usize) -> Vec<(f64, f64)> {
        let closely = self.recent.front().is_some_and(|(step, _)| *step <= low);
        let inside = |point: &(f64, f64)| (low..=high).contains(&point.0);
        let points: Vec<_> = if closely || self.stride == 1 {
            self.recent.iter().copied().filter(inside).collect()
        } else {
            self.whole.iter().map(Bucket::mean).filter(inside).collect()
        };
        let together = points.len().div_ceil(width.max(1)).max(1);
        let mean = |chunk: &[(f64, f64)]| {
            let sum = chunk.iter().fold((0.0, 0.0), |sum, p| (sum.0 + p.0, sum.1 + p.1));
            (sum.0 / chunk.len() as f64, sum.1 / chunk.len() as f64)
        };
        points.chunks(together).map(mean).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: u64) -> History {
        let mut history = History::default();
        (1..=n).for_each(|step| history.push(step, 2.0 * step as f64));
        history
    }

    #[test]
    fn memory_is_bounded_and_nothing_is_lost() {
        let history = line(1_000_000);
        assert!(history.whole.len() <= WHOLE && history.recent.len() <= RECENT);
        assert_eq!(history.whole.iter().map(|bucket| bucket.count).sum::<u64>(), 1_000_000);
        let sum: f64 = history.whole.iter().map(|bucket| bucket.value).sum();
        assert_eq!(sum, 1_000_000.0 * 1_000_001.0);
        assert!(history.whole.windows(2).all(|pair| pair[0].mean().0 < pair[1].mean().0));
    }

    #[test]
    fn a_line_stays_a_line_however_it_is_looked_at() {
        for n in [1, 2, 1_023, 1_024, 1_025, 2_049, 100_000] {
            let history = line(n);
            for (low, high, width) in [(0.0, n as f64, 100), (n as f64 - 50.0, n as f64, 20), (0.0, 1e9, 1)] {
                let points = history.points(low, high, width);
                assert!(!points.is_empty() && points.len() <= width, "{n}: {}", points.len());
                assert!(
                    points.iter().all(|(step, value)| (value - 2.0 * step).abs() < 1e-6),
                    "{n}"
                );
            }
        }
    }

    #[test]
    fn the_newest_rounds_are_kept_one_by_one() {
        let history = line(50_000);
        let points = history.points(49_990.0, 50_000.0, 100);
        assert_eq!(points.len(), 11);
        assert_eq!(history.span().map(|(_, last)| last), Some(50_000.0));
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        let mut history = History::default();
        history.push(1, f64::NAN);
        history.push(2, f64::INFINITY);
        assert_eq!((history.span(), history.points(0.0, 9.0, 10).len()), (None, 0));
        history.push(3, 1.0);
        assert_eq!(history.span(), Some((3.0, 3.0)));
    }
}
