//! How long a run takes, and how fast it goes, without the pauses.

use std::time::{Duration, Instant};

/// How much the newest rate counts beside the earlier ones.
const NEWEST: f64 = 0.2;

/// Counts the time of a run; while it is paused it stands.
#[derive(Debug, Clone)]
pub(super) struct Stopwatch {
    /// Running since then, unless paused.
    running: Option<Instant>,
    /// What was counted before.
    counted: Duration,
    first: u64,
    /// When the rate was last taken, and at which round.
    last: (Duration, u64),
    rate: Option<f64>,
}

impl Stopwatch {
    /// Starts after round `step`.
    pub(super) fn start(step: u64, now: Instant) -> Self {
        Self {
            running: Some(now),
            counted: Duration::ZERO,
            first: step,
            last: (Duration::ZERO, step),
            rate: None,
        }
    }

    /// The time that has been counted.
    pub(super) fn elapsed(&self, now: Instant) -> Duration {
        let running = self.running.map(|since| now.saturating_duration_since(since));
        self.counted + running.unwrap_or_default()
    }

    /// Stands until [`resume`](Self::resume).
    pub(super) fn pause(&mut self, now: Instant) {
        self.counted = self.elapsed(now);
        self.running = None;
    }

    /// Goes on.
    pub(super) fn resume(&mut self, now: Instant) {
        self.running.get_or_insert(now);
    }

    /// Takes the rate since it was last taken, smoothed, in rounds per second.
    pub(super) fn lap(&mut self, step: u64, now: Instant) {
        let elapsed = self.elapsed(now);
        let (before, round) = std::mem::replace(&mut self.last, (elapsed, step));
        let seconds = elapsed.saturating_sub(before).as_secs_f64();
        if step <= round || seconds <= 0.0 {
            return;
        }
        let newest = (step - round) as f64 / seconds;
        self.rate = Some(self.rate.map_or(newest, |rate| rate + NEWEST * (newest - rate)));
    }

    /// The newest rate.
    pub(super) fn rate(&self) -> Option<f64> {
        self.rate
    }

    /// Rounds per second since the start.
    pub(super) fn mean_rate(&self, step: u64, now: Instant) -> Option<f64> {
        let rounds = step.checked_sub(self.first).filter(|rounds| *rounds > 0)?;
        Some(rounds as f64 / self.elapsed(now).as_secs_f64().max(1e-9))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_do_not_count() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut watch = Stopwatch::start(100, start);
        watch.lap(120, at(2));
        assert_eq!(watch.rate(), Some(10.0));
        watch.pause(at(3));
        assert_eq!(watch.elapsed(at(50)), Duration::from_secs(3));
        watch.pause(at(60));
        watch.resume(at(100));
        watch.resume(at(101));
        assert_eq!(watch.elapsed(at(101)), Duration::from_secs(4));
        watch.lap(140, at(101));
        assert_eq!(watch.rate(), Some(10.0));
        assert_eq!(watch.mean_rate(140, at(101)), Some(10.0));
    }

    #[test]
    fn a_rate_needs_rounds_and_time() {
        let start = Instant::now();
        let mut watch = Stopwatch::start(5, start);
        watch.lap(5, start + Duration::from_secs(1));
        watch.lap(6, start + Duration::from_secs(1));
        assert_eq!((watch.rate(), watch.mean_rate(5, start)), (None, None));
        watch.lap(8, start + Duration::from_secs(2));
        assert_eq!(watch.rate(), Some(2.0));
    }
}
