//! Sums of a function of all pairs, row by row.

use crate::Rows;
use crate::linalg::Element;
use crate::pairs::{Frame, Side, Tile, across, within};

/// A function of pairs: of a row of a tile with each column, in a frame.
pub(super) trait OfPairs: Sync {
    fn row<E: Element>(&self, tile: &Tile<'_, E>, row: usize, products: &[E], to: &mut Vec<f64>);
}

/// What the pairs of two sets sum up to, for each sample: with the others of its set, and with the other set.
#[derive(Debug)]
pub(super) struct Sums {
    pub real: Vec<f64>,
    pub fake: Vec<f64>,
    pub real_across: Vec<f64>,
    pub fake_across: Vec<f64>,
}

/// Where products are so cheap that `f64` costs nothing.
const NARROW: usize = 64;

impl Sums {
    /// In `f64` if the samples are, or if they are narrow; else products in `f32` and everything after them in
    /// `f64`. The function is given for the pairs of real samples, of fake ones, and across.
    pub fn new<F: OfPairs>(real: &Rows, fake: &Rows, frame: &Frame, of: [F; 3]) -> Self {
        if real.is_double() || fake.is_double() || real.width() <= NARROW {
            Self::of_precision::<f64, F>(real, fake, frame, of)
        } else {
            Self::of_precision::<f32, F>(real, fake, frame, of)
        }
    }

    fn of_precision<E: Element, F: OfPairs>(
        real: &Rows,
        fake: &Rows,
        frame: &Frame,
        [of_real, of_fake, of_both]: [F; 3],
    ) -> Self {
        let (first, second) = (Side::<E>::new(real, frame), Side::<E>::new(fake, frame));
        let mut real_across = vec![0.0; real.len()];
        let mut fake_across = vec![0.0; fake.len()];
        let work = |tile: Tile<'_, E>| (tile.rows.start, tile.columns.start, of_tile(&tile, &of_both));
        across(&first, &second, work, |(row, column, [rows, columns])| {
            add(&mut real_across[row..], &rows);
            add(&mut fake_across[column..], &columns);
        });
        Self {
            real: of_side(&first, &of_real),
            fake: of_side(&second, &of_fake),
            real_across,
            fake_across,
        }
    }
}

/// Of each row of a side with all others.
fn of_side<E: Element>(side: &Side<'_, E>, of: &impl OfPairs) -> Vec<f64> {
    let mut sums = vec![0.0; side.rows.len()];
    let work = |tile: Tile<'_, E>| (tile.rows.start, tile.columns.start, of_tile(&tile, of));
    within(side, work, |(row, column, [rows, columns])| {
        add(&mut sums[row..], &rows);
        add(&mut sums[column..], &columns);
    });
    sums
}

/// The sums over each row and over each column of a tile, of the pairs that were not seen yet.
fn of_tile<E: Element>(tile: &Tile<'_, E>, of: &impl OfPairs) -> [Vec<f64>; 2] {
    let mut rows = Vec::with_capacity(tile.rows.len());
    let mut columns = vec![0.0; tile.columns.len()];
    let mut values = Vec::with_capacity(tile.columns.len());
    for (row, products) in tile.products() {
        of.row(tile, row, products, &mut values);
        let from = tile.first(row);
        rows.push(total(&values[from..]));
        add(&mut columns[from..], &values[from..]);
    }
    [rows, columns]
}

fn add(to: &mut [f64], values: &[f64]) {
    to.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}

/// The sum, by eight sums that the processor can keep side by side.
pub(super) fn total(values: &[f64]) -> f64 {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().sum::<f64>() + rest.iter().sum::<f64>()
}
