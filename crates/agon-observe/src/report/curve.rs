use serde::{Deserialize, Serialize};

/// The most points that are kept of one figure.
pub(super) const MOST: usize = 2_000;

/// One figure over rounds, in bounded memory.
///
/// Rounds are divided into buckets; of each the lowest, the highest and the last value are kept, so that no
/// peak is lost however long the run. Buckets are one round wide until there are too many points, then two,
/// then four. What is kept follows from the values alone and not from when the run was stopped: points after
/// the round at which it is resumed are forgotten, and come again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Curve {
    pub name: String,
    /// Rounds in a bucket.
    pub bucket: u64,
    /// Rounds and values, oldest first.
    pub points: Vec<(u64, f32)>,
}

impl Curve {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            bucket: 1,
            points: Vec::new(),
        }
    }

    /// Adds the value of a round later than all before. What is not finite cannot be drawn and is left out.
    pub fn push(&mut self, step: u64, value: f32) {
        let later = self.points.last().is_none_or(|&(last, _)| step > last);
        if !later || !value.is_finite() {
            return;
        }
        let bucket = index(step, self.bucket);
        let before = |points: &[(u64, f32)]| points.partition_point(|&(step, _)| index(step, self.bucket) < bucket);
        // A bucket has three points at most.
        let tail = self.points.len().saturating_sub(3);
        let start = tail + before(&self.points[tail..]);
        let mut newest = self.points.split_off(start);
        newest.push((step, value));
        self.points.extend(telling(&newest));
        while self.points.len() > MOST {
            self.bucket *= 2;
            self.thin();
        }
    }

    /// Forgets what came after round `last`.
    pub fn keep(&mut self, last: u64) {
        self.points.retain(|&(step, _)| step <= last);
    }

    fn thin(&mut self) {
        let width = self.bucket;
        let same = |a: &(u64, f32), b: &(u64, f32)| index(a.0, width) == index(b.0, width);
        self.points = self.points.chunk_by(same).flat_map(telling).collect();
    }
}

/// The bucket of a round; the first round is 1.
fn index(step: u64, width: u64) -> u64 {
    step.saturating_sub(1) / width.max(1)
}

/// The points of a bucket that are kept: the first lowest, the first highest and the last.
fn telling(points: &[(u64, f32)]) -> Vec<(u64, f32)> {
    let pick = |better: fn(f32, f32) -> bool| {
        points
            .iter()
            .copied()
            .reduce(|best, other| match better(other.1, best.1) {
                true => other,
                false => best,
            })
    };
    let mut kept: Vec<_> = [pick(|a, b| a < b), pick(|a, b| a > b), points.last().copied()]
        .into_iter()
        .flatten()
        .collect();
    kept.sort_by_key(|&(step, _)| step);
    kept.dedup_by_key(|&mut (step, _)| step);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise that any part of can be had again, with a few ties.
    fn value(step: u64) -> f32 {
        (agon_core::random::mix(5, step) % 1_000) as f32
    }

    fn curve(steps: impl Iterator<Item = u64>) -> Curve {
        let mut curve = Curve::new("loss");
        steps.for_each(|step| curve.push(step, value(step)));
        curve
    }

    #[test]
    fn short_runs_are_kept_whole() {
        let curve = curve(1..=2_000);
        assert_eq!(curve.bucket, 1);
        assert!(
            curve
                .points
                .iter()
                .copied()
                .eq((1..=2_000).map(|step| (step, value(step))))
        );
    }

    #[test]
    fn long_runs_are_bounded_and_lose_no_peak() {
        let mut curve = curve(1..=100_000);
        assert!(curve.points.len() <= MOST, "{}", curve.points.len());
        assert!(curve.points.len() > MOST / 3, "{}", curve.points.len());
        for bucket in curve
            .points
            .chunk_by(|a, b| index(a.0, curve.bucket) == index(b.0, curve.bucket))
        {
            let first = index(bucket[0].0, curve.bucket) * curve.bucket + 1;
            let all: Vec<_> = (first..first + curve.bucket)
                .filter(|&step| step <= 100_000)
                .map(|step| (step, value(step)))
                .collect();
            assert_eq!(bucket, telling(&all));
        }
        curve.push(100_001, 1e6);
        assert_eq!(curve.points.last(), Some(&(100_001, 1e6)));
    }

    #[test]
    fn a_resumed_curve_equals_the_one_never_stopped() {
        for every in [1, 10] {
            let steps = |from: u64, to: u64| (from + 1..=to).filter(move |step| step.is_multiple_of(every));
            let whole = curve(steps(0, 30_000));
            for (stopped, resumed) in [
                (1_500, 700),
                (9_000, 4_321),
                (29_999, 12_345),
                (30_000, 0),
                (20_000, 20_000),
            ] {
                let mut parts = curve(steps(0, stopped));
                parts.keep(resumed);
                steps(resumed, 30_000).for_each(|step| parts.push(step, value(step)));
                assert_eq!(whole, parts, "stopped at {stopped}, resumed at {resumed}");
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        let mut curve = Curve::new("loss");
        for (step, value) in [
            (3, 1.0),
            (2, 5.0),
            (3, 2.0),
            (4, f32::NAN),
            (5, f32::INFINITY),
            (6, 0.5),
        ] {
            curve.push(step, value);
        }
        assert_eq!(curve.points, [(3, 1.0), (6, 0.5)]);
    }
}
