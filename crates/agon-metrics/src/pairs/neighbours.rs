use rayon::prelude::*;

use super::shortlist::Shortlist;
use super::{Frame, Side, Tile, across, doubt, within};
use crate::error::{Error, Result, enough, ensure};
use crate::{Origin, Rows};

/// How many more than asked for are looked at closely.
pub(super) const SPARE: usize = 4;

/// The nearest few of each row, found without a matrix of all distances.
///
/// Distances are estimated in `f32` by products of whole tiles; of the `k + 4` that look nearest, all that may
/// be among the `k` nearest are then measured in `f64`, difference by difference. What comes out is therefore
/// exact, unless more than four others are as near as the `k`-th to within what the estimate can tell (a share
/// of `1e-6` to `1e-5` of the squared size of the samples).
///
/// # Example
/// ```
/// use agon_metrics::{Neighbours, Origin, Rows};
/// use burn::prelude::*;
///
/// let points = Tensor::<2>::from_data([[0.0], [1.0], [3.0]], &Device::default());
/// let rows = Rows::from_tensor(Origin::Real, &points)?;
/// let nearest = Neighbours::within(&rows, 1)?;
/// assert_eq!((nearest.index(2, 0), nearest.distance(2, 0)), (1, 2.0));
/// # Ok::<(), agon_metrics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    k: usize,
    nearest: Vec<(f64, usize)>,
}

impl Neighbours {
    /// The `k` of `among` that are nearest to each of `rows`.
    ///
    /// # Errors
    /// If `k` is 0, if there are fewer than `k`, if the widths differ, or if a device fails.
    pub fn among(rows: &Rows, among: &Rows, k: usize) -> Result<Self> {
        ensure(k > 0, "the number of neighbours", "at least 1", k)?;
        same_width(rows, among)?;
        enough("nearest neighbours", Origin::Real, k, among.len())?;
        let frame = Frame::around(&[rows, among]);
        let (first, second) = (Side::new(rows, &frame), Side::new(among, &frame));
        let mut lists = Lists::new(rows.len(), among.len(), k + SPARE);
        across(
            (&first, &second),
            &mut lists,
            |known, tile| known.sweep(tile),
            |lists, start, found| lists.merge(start, &found),
        )?;
        Ok(Self::measured(&lists.rows, &first, &second, k))
    }

    /// The `k` others that are nearest to each row.
    ///
    /// # Errors
    /// If `k` is 0, if there are not more than `k` rows, or if a device fails.
    pub fn within(rows: &Rows, k: usize) -> Result<Self> {
        ensure(k > 0, "the number of neighbours", "at least 1", k)?;
        enough("nearest neighbours", Origin::Real, k + 1, rows.len())?;
        let frame = Frame::around(&[rows]);
        Self::within_side(&Side::new(rows, &frame), k)
    }

    /// As [`within`](Self::within), of enough rows.
    pub(super) fn within_side(side: &Side<'_, f32>, k: usize) -> Result<Self> {
        let mut list = Shortlist::new(side.rows.len(), k + SPARE);
        within(
            side,
            &mut list,
            |known, tile| {
                let mut lists = Lists {
                    rows: known.continued(tile.rows.clone()),
                    columns: known.continued(tile.columns.clone()),
                };
                lists.take(tile);
                lists
            },
            |list, (row, column), found| {
                list.merge(row, &found.rows);
                list.merge(column, &found.columns);
            },
        )?;
        Ok(Self::measured(&list, side, side, k))
    }

    /// Measures those on the lists, of which each has at least `k`, and which may be among the `k` nearest.
    pub(super) fn measured(list: &Shortlist, first: &Side<'_, f32>, second: &Side<'_, f32>, k: usize) -> Self {
        let doubt: f32 = doubt(first.rows.width());
        let of_row = |row: usize| {
            let doubt = |index: usize| doubt * (first.squares[row] + second.squares[index]);
            // The k-th nearest is not further than the furthest that the first k of the list may be.
            let bound = list
                .list(row)
                .take(k)
                .map(|(squared, index)| squared + doubt(index))
                .fold(0.0, f32::max);
            let mut near: Vec<(f64, usize)> = list
                .list(row)
                .filter(|&(squared, index)| squared - doubt(index) <= bound)
                .map(|(_, index)| (first.rows.squared_distance(row, second.rows, index), index))
                .collect();
            near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            near.truncate(k);
            near
        };
        let nearest = (0..list.len()).into_par_iter().flat_map_iter(of_row).collect();
        Self { k, nearest }
    }

    /// How many neighbours each row has.
    pub fn k(&self) -> usize {
        self.k
    }

    /// How many rows have neighbours.
    pub fn len(&self) -> usize {
        self.nearest.len() / self.k
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.nearest.is_empty()
    }

    /// Which is the neighbour of this rank (0 is the nearest) of a row.
    ///
    /// # Panics
    /// If there is no such row or rank.
    pub fn index(&self, row: usize, rank: usize) -> usize {
        self.of(row)[rank].1
    }

    /// How far the neighbour of this rank is.
    ///
    /// # Panics
    /// If there is no such row or rank.
    pub fn distance(&self, row: usize, rank: usize) -> f64 {
        self.squared(row, rank).sqrt()
    }

    /// The square of how far the neighbour of this rank is.
    pub(crate) fn squared(&self, row: usize, rank: usize) -> f64 {
        self.of(row)[rank].0
    }

    fn of(&self, row: usize) -> &[(f64, usize)] {
        &self.nearest[row * self.k..][..self.k]
    }
}

/// That two sets can be compared.
pub(crate) fn same_width(first: &Rows, second: &Rows) -> Result<()> {
    if first.is_empty() || second.is_empty() || first.width() == second.width() {
        return Ok(());
    }
    Err(Error::shape(
        "the samples that are compared",
        format!("one width, {}", first.width()),
        second.width(),
    ))
}

/// The nearest of the rows, and of the columns: in one tile, or in all of them.
#[derive(Debug)]
pub(super) struct Lists {
    pub rows: Shortlist,
    pub columns: Shortlist,
}

impl Lists {
    pub fn new(rows: usize, columns: usize, keep: usize) -> Self {
        Self {
            rows: Shortlist::new(rows, keep),
            columns: Shortlist::new(columns, keep),
        }
    }

    /// Empty lists for a tile, on which only those belong who would get onto these.
    pub fn continued(&self, tile: &Tile<'_, f32>) -> Self {
        Self {
            rows: self.rows.continued(tile.rows.clone()),
            columns: self.columns.continued(tile.columns.clone()),
        }
    }

    pub fn merge(&mut self, (row, column): (usize, usize), found: &Self) {
        self.rows.merge(row, &found.rows);
        self.columns.merge(column, &found.columns);
    }

    /// Offers a pair to both of its rows.
    pub fn offer(&mut self, tile: &Tile<'_, f32>, row: usize, column: usize, squared: f32) {
        let index = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let (own, other) = (row - tile.rows.start, tile.columns.start + column);
        self.rows.offer(own, squared, index(other));
        self.columns.offer(column, squared, index(row));
    }

    fn sweep(&self, tile: &Tile<'_, f32>) -> Self {
        let mut lists = self.continued(tile);
        lists.take(tile);
        lists
    }

    /// Offers every pair of a tile that is near enough.
    fn take(&mut self, tile: &Tile<'_, f32>) {
        let mut squared = Vec::with_capacity(tile.columns.len());
        for (row, products) in tile.products() {
            tile.squared_distances(row, products, &mut squared);
            let mut from = tile.first(row);
            while let Some(column) = self.next_near(&squared, from, row - tile.rows.start) {
                self.offer(tile, row, column, squared[column]);
                from = column + 1;
            }
        }
    }

    /// The first column from here on which is near enough to get onto a list.
    fn next_near(&self, squared: &[f32], from: usize, row: usize) -> Option<usize> {
        let reach = self.rows.reach()[row];
        let columns = &self.columns.reach()[from..];
        let near = |(squared, column): (&f32, &f32)| *squared < reach.max(*column);
        let mut start = from;
        // Whole groups at a time, since hardly any holds one.
        for (squared, columns) in squared[from..].chunks(32).zip(columns.chunks(32)) {
            let any = squared.iter().zip(columns).fold(false, |any, pair| any | near(pair));
            if any {
                return squared.iter().zip(columns).position(near).map(|at| start + at);
            }
            start += squared.len();
        }
        None
    }
}
