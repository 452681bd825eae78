//! A bar on the standard error, while somebody looks.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use agon::metrics::Origin;

/// How far one set has come.
pub struct Progress {
    origin: Origin,
    total: u64,
    done: u64,
    started: Instant,
    shown: Option<Instant>,
    visible: bool,
}

const WIDTH: u64 = 30;

impl Progress {
    pub fn new(origin: Origin, total: u64) -> Self {
        Self {
            origin,
            total,
            done: 0,
            started: Instant::now(),
            shown: None,
            visible: std::io::stderr().is_terminal(),
        }
    }

    /// So many more are done.
    pub fn advance(&mut self, images: usize) {
        self.done += images as u64;
        let due = self
            .shown
            .is_none_or(|shown| shown.elapsed() > Duration::from_millis(100));
        if self.visible && due {
            self.draw();
            self.shown = Some(Instant::now());
        }
    }

    /// The last state stays.
    pub fn finish(&self) {
        if self.visible {
            self.draw();
            let _ = writeln!(std::io::stderr());
        }
    }

    fn draw(&self) {
        let filled = WIDTH * self.done / self.total.max(1);
        let bar: String = (0..WIDTH).map(|cell| if cell < filled { '#' } else { '.' }).collect();
        let seconds = self.started.elapsed().as_secs_f64();
        let pace = self.done as f64 / seconds.max(1e-9);
        let left = (self.total - self.done.min(self.total)) as f64 / pace.max(1e-9);
        let _ = write!(
            std::io::stderr(),
            "\r{} [{bar}] {}/{}  {pace:.0} images/s  {left:.0} s left   ",
            self.origin,
            self.done,
            self.total
        );
    }
}
