use super::message::Message;

const BUCKETS: usize = 64;

/// How values are spread: their number in buckets of equal width between the lowest and the highest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Histogram {
    low: f64,
    high: f64,
    sum: f64,
    squares: f64,
    counts: Vec<f64>,
}

impl Histogram {
    /// Of these values; those that are not finite are left out.
    pub fn of(values: &[f32]) -> Self {
        let finite = || {
            values
                .iter()
                .filter(|value| value.is_finite())
                .map(|&value| f64::from(value))
        };
        let low = finite().fold(f64::INFINITY, f64::min);
        let high = finite().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if low <= high { (low, high) } else { (0.0, 0.0) };
        let mut counts = vec![0.0; if low < high { BUCKETS } else { 1 }];
        let per_unit = counts.len() as f64 / (high - low);
        for value in finite() {
            let bucket = ((value - low) * per_unit) as usize;
            counts[bucket.min(BUCKETS - 1)] += 1.0;
        }
        Self {
            low,
            high,
            sum: finite().sum(),
            squares: finite().map(|value| value * value).sum(),
            counts,
        }
    }

    /// As TensorFlow's `HistogramProto`.
    pub fn message(&self) -> Message {
        let n = self.counts.len() as f64;
        let limit = |i: usize| self.low + (self.high - self.low) * (i + 1) as f64 / n;
        let limits: Vec<f64> = (0..self.counts.len()).map(limit).collect();
        Message::new()
            .double(1, self.low)
            .double(2, self.high)
            .double(3, self.counts.iter().sum())
            .double(4, self.sum)
            .double(5, self.squares)
            .doubles(6, &limits)
            .doubles(7, &self.counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_a_bucket() {
        let values: Vec<f32> = (0..=64).map(|i| i as f32 / 64.0).chain([f32::NAN]).collect();
        let histogram = Histogram::of(&values);
        assert_eq!((histogram.low, histogram.high), (0.0, 1.0));
        assert_eq!(histogram.counts[..63], [1.0; 63]);
        assert_eq!(histogram.counts[63], 2.0);
        assert_eq!(histogram.sum, 32.5);
    }

    #[test]
    fn nothing_and_one_value() {
        assert_eq!(Histogram::of(&[]).counts, [0.0]);
        let flat = Histogram::of(&[2.0; 5]);
        assert_eq!((flat.low, flat.high, &flat.counts[..]), (2.0, 2.0, &[5.0][..]));
    }
}
