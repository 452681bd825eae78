//! What the generator makes, as pictures, and how often.

use std::time::{Duration, Instant};

use agon_core::{Result, Sampling};

use crate::{Drawable, Image};

/// How often something is done.
///
/// # Example
/// ```
/// use std::time::Duration;
///
/// use agon_observe::Every;
///
/// assert_eq!(Every::from(50), Every::Rounds(50));
/// assert_eq!(Every::from(Duration::from_secs(2)), Every::Time(Duration::from_secs(2)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// After so many rounds.
    Rounds(u64),
    /// When so much time has passed.
    Time(Duration),
}

impl From<u64> for Every {
    fn from(rounds: u64) -> Self {
        Self::Rounds(rounds)
    }
}

impl From<Duration> for Every {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}

/// Drawing waits until so many times as long has passed as it takes.
const COST: u32 = 20;
/// The most samples of a picture.
const MOST: usize = 64;
/// A sample is shown at half its size where there is no room for more, but at this size at least and at most.
const LEGIBLE: (usize, usize) = (14, 48);

/// Draws pictures of a game into so many pixels, from a seed.
pub(super) type Draw<G> = Box<dyn FnMut(&mut G, (usize, usize), u64) -> Result<Image> + Send>;

/// Pictures, and when the next is due.
pub(super) struct Pictures<G> {
    draw: Draw<G>,
    every: Every,
    pub(super) seed: u64,
    drawn: Option<Drawn>,
}

/// The last picture.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    when: Instant,
    cost: Duration,
    room: (usize, usize),
}

impl<G> Pictures<G> {
    pub(super) fn new(every: Every, draw: Draw<G>) -> Self {
        Self {
            draw,
            every,
            seed: 0,
            drawn: None,
        }
    }

    /// Forgets when the last was drawn.
    pub(super) fn begin(&mut self) {
        self.drawn = None;
    }

    /// Whether it is time for the next.
    pub(super) fn is_due(&self, step: u64, now: Instant, room: (usize, usize)) -> bool {
        let Some(drawn) = self.drawn else {
            return true;
        };
        let since = now.saturating_duration_since(drawn.when);
        let due = match self.every {
            Every::Rounds(rounds) => step.is_multiple_of(rounds.max(1)),
            Every::Time(time) => since >= time,
        };
        (due || drawn.room != room) && since >= COST * drawn.cost
    }

    /// Draws one.
    pub(super) fn draw(&mut self, game: &mut G, room: (usize, usize)) -> Result<Image> {
        let start = Instant::now();
        let image = (self.draw)(game, room, self.seed)?;
        let when = Instant::now();
        self.drawn = Some(Drawn {
            when,
            cost: when - start,
            room,
        });
        Ok(image)
    }
}

impl<G> std::fmt::Debug for Pictures<G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pictures")
            .field("every", &self.every)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// As many samples as fit.
pub(super) fn samples<G: Sampling<Sample: Drawable>>() -> Draw<G> {
    let mut size = None;
    Box::new(move |game: &mut G, room, seed| {
        let size = match size {
            Some(size) => size,
            None => {
                let one = game.sample(1, seed).draw(1)?;
                *size.insert((one.width, one.height))
            }
        };
        let (columns, rows) = grid(size, room);
        game.sample(columns * rows, seed).draw(columns)
    })
}

/// How many samples of this size lie in so many pixels, across and down.
fn grid((width, height): (usize, usize), room: (usize, usize)) -> (usize, usize) {
    let (width, height) = (width.max(1), height.max(1));
    let legible = (width / 2).clamp(LEGIBLE.0, LEGIBLE.1).min(width);
    let columns = (room.0 / legible).max(1);
    let rows = (room.1 * width / (legible * height)).max(1);
    let too_many = ((columns * rows) as f64 / MOST as f64).sqrt().max(1.0);
    let fewer = |n: usize| ((n as f64 / too_many) as usize).clamp(1, MOST);
    let columns = fewer(columns);
    (columns, fewer(rows).min(MOST / columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_samples_as_can_be_seen() {
        assert_eq!(grid((32, 32), (64, 48)), (4, 3));
        assert_eq!(grid((32, 32), (31, 20)), (1, 1));
        assert_eq!(grid((256, 256), (100, 100)), (2, 2));
        assert_eq!(grid((32, 32), (1_000, 1_000)), (8, 8));
        assert_eq!(grid((4, 64), (100, 100)), (25, 1));
        for size in [(1, 1), (28, 28), (64, 8), (8, 1_000), (0, 0)] {
            for room in [(0, 0), (30, 30), (200, 40), (3_000, 10), (10, 3_000), (4_000, 4_000)] {
                let (columns, rows) = grid(size, room);
                assert!(
                    (1..=MOST).contains(&(columns * rows)),
                    "{size:?} in {room:?}: {columns} x {rows}"
                );
            }
        }
    }

    #[test]
    fn what_is_slow_is_done_seldom() {
        let mut pictures: Pictures<()> =
            Pictures::new(Every::from(10), Box::new(|_, _, _| Ok(Image::filled(1, 1, &[0]))));
        let (room, start) = ((8, 8), Instant::now());
        assert!(pictures.is_due(3, start, room), "the first");
        pictures.drawn = Some(Drawn {
            when: start,
            cost: Duration::from_secs(1),
            room,
        });
        let later = |seconds| start + Duration::from_secs(seconds);
        assert!(!pictures.is_due(10, later(19), room));
        assert!(pictures.is_due(10, later(20), room));
        assert!(!pictures.is_due(11, later(20), room));
        assert!(pictures.is_due(11, later(20), (9, 9)), "the window has another size");
        pictures.every = Every::Time(Duration::from_secs(30));
        assert!(!pictures.is_due(11, later(29), room) && pictures.is_due(11, later(30), room));
        pictures.begin();
        assert!(pictures.is_due(11, start, room));
    }
}
