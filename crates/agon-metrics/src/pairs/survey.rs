use super::frame::doubt;
use super::neighbours::{SPARE, TileLists, same_width};
use super::shortlist::Shortlist;
use super::{Frame, Neighbours, Side, Tile, across};
use crate::error::Result;
use crate::{Origin, Rows};

/// Everything that metrics of nearest neighbours ask of two sets, from one pass over each kind of pairs.
///
/// Estimates decide only where they are sure; pairs which they cannot tell from a radius are measured in
/// `f64`.
#[derive(Debug)]
pub(crate) struct Survey {
    /// The `k` nearest others of each real sample, and of each fake one.
    pub real: Neighbours,
    pub fake: Neighbours,
    /// The nearest fake sample of each real one, and the nearest real one of each fake one.
    pub to_fake: Neighbours,
    pub to_real: Neighbours,
    /// How many fake samples lie in the ball of each real one.
    pub held: Vec<u32>,
    /// In how many real balls each fake sample lies.
    pub inside: Vec<u32>,
    /// Whether each real sample lies in a fake ball.
    pub recalled: Vec<bool>,
}

impl Survey {
    /// With balls that reach to the `k`-th nearest.
    pub fn new(what: &str, real: &Rows, fake: &Rows, k: usize) -> Result<Self> {
        crate::error::ensure(k > 0, "the number of neighbours", "at least 1", k)?;
        real.vary(what, Origin::Real, k + 1)?;
        fake.vary(what, Origin::Fake, k + 1)?;
        same_width(real, fake)?;
        let frame = Frame::around(&[real, fake]);
        let of_real = Neighbours::within_frame(real, &frame, k);
        let of_fake = Neighbours::within_frame(fake, &frame, k);
        let balls = Balls {
            real,
            fake,
            unit: frame.scale * frame.scale,
            doubt: doubt(real.width()),
            of_real: radii(&of_real),
            of_fake: radii(&of_fake),
        };
        let (first, second) = (Side::new(real, &frame), Side::new(fake, &frame));
        let mut found = Crossing::new(real.len(), fake.len());
        let work = |tile: Tile<'_, f32>| (tile.rows.start, tile.columns.start, Crossing::of(&tile, &balls));
        across(&first, &second, work, |(row, column, tile)| {
            found.merge(row, column, &tile)
        });
        Ok(Self {
            real: of_real,
            fake: of_fake,
            to_fake: Neighbours::measured(&found.lists.rows, real, fake, 1),
            to_real: Neighbours::measured(&found.lists.columns, fake, real, 1),
            held: found.held,
            inside: found.inside,
            recalled: found.recalled,
        })
    }
}

/// The squared radius of each ball.
fn radii(neighbours: &Neighbours) -> Vec<f64> {
    let last = neighbours.k() - 1;
    (0..neighbours.len()).map(|row| neighbours.squared(row, last)).collect()
}

/// The balls around the samples, and what it takes to say who lies in them.
struct Balls<'a> {
    real: &'a Rows,
    fake: &'a Rows,
    unit: f64,
    doubt: f32,
    of_real: Vec<f64>,
    of_fake: Vec<f64>,
}

impl Balls<'_> {
    /// Whether the estimate, give or take the doubt, is below a squared radius; measures if that is not clear.
    fn holds(&self, radius: f64, (row, column): (usize, usize), squared: f32, doubt: f32) -> bool {
        let (squared, doubt) = (f64::from(squared), f64::from(doubt));
        let radius_here = radius / self.unit;
        if squared + doubt < radius_here {
            true
        } else if squared - doubt >= radius_here {
            false
        } else {
            self.real.squared_distance(row, self.fake, column) < radius
        }
    }
}

/// What the pairs of real and fake samples in one tile, or in all of them, say.
struct Crossing {
    lists: TileLists,
    held: Vec<u32>,
    inside: Vec<u32>,
    recalled: Vec<bool>,
}

impl Crossing {
    fn new(real: usize, fake: usize) -> Self {
        Self {
            lists: TileLists {
                rows: Shortlist::new(real, 1 + SPARE),
                columns: Shortlist::new(fake, 1 + SPARE),
            },
            held: vec![0; real],
            inside: vec![0; fake],
            recalled: vec![false; real],
        }
    }

    fn merge(&mut self, row: usize, column: usize, tile: &Self) {
        self.lists.rows.merge(row, &tile.lists.rows);
        self.lists.columns.merge(column, &tile.lists.columns);
        let add = |(sum, part): (&mut u32, &u32)| *sum += part;
        self.held[row..].iter_mut().zip(&tile.held).for_each(add);
        self.inside[column..].iter_mut().zip(&tile.inside).for_each(add);
        self.recalled[row..]
            .iter_mut()
            .zip(&tile.recalled)
            .for_each(|(any, part)| *any |= part);
    }

    fn of(tile: &Tile<'_, f32>, balls: &Balls<'_>) -> Self {
        let mut found = Self::new(tile.rows.len(), tile.columns.len());
        let inner = |radius: &f64| (radius / balls.unit) as f32;
        let of_fake: Vec<f32> = balls.of_fake[tile.columns.clone()].iter().map(inner).collect();
        let mut squared = Vec::with_capacity(tile.columns.len());
        for (row, products) in tile.products() {
            tile.squared_distances(row, products, &mut squared);
            let radius = inner(&balls.of_real[row]);
            let own = row - tile.rows.start;
            let mut from = 0;
            while let Some(column) = found.next(tile, balls, &squared, from, (row, radius), &of_fake) {
                found.lists.offer(tile, row, column, squared[column]);
                found.see(tile, balls, (own, column), squared[column]);
                from = column + 1;
            }
        }
        found
    }

    /// The first column from here on which may lie in a ball of the pair, or is near enough for a list.
    fn next(
        &self,
        tile: &Tile<'_, f32>,
        balls: &Balls<'_>,
        squared: &[f32],
        from: usize,
        (row, radius): (usize, f32),
        of_fake: &[f32],
    ) -> Option<usize> {
        let reach = self.lists.rows.reach()[row - tile.rows.start].max(radius);
        let square = tile.square(row);
        let columns = self.lists.columns.reach();
        let mut start = from;
        while start < squared.len() {
            let group = start..squared.len().min(start + 32);
            let near = |at: usize| {
                let doubt = balls.doubt * (square + tile.column_squares()[at]);
                squared[at] - doubt < reach.max(of_fake[at]).max(columns[at])
            };
            if group.clone().fold(false, |any, at| any | near(at)) {
                return group.clone().find(|&at| near(at));
            }
            start = group.end;
        }
        None
    }

    fn see(&mut self, tile: &Tile<'_, f32>, balls: &Balls<'_>, (row, column): (usize, usize), squared: f32) {
        let pair = (tile.rows.start + row, tile.columns.start + column);
        let doubt = balls.doubt * (tile.square(pair.0) + tile.column_squares()[column]);
        if balls.holds(balls.of_real[pair.0], pair, squared, doubt) {
            self.held[row] += 1;
            self.inside[column] += 1;
        }
        if !self.recalled[row] && balls.holds(balls.of_fake[pair.1], pair, squared, doubt) {
            self.recalled[row] = true;
        }
    }
}
