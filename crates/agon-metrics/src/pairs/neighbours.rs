use rayon::prelude::*;

use super::shortlist::Shortlist;
use super::{Frame, Side, Tile, across, within};
use crate::error::{Error, Result, ensure};
use crate::{Origin, Rows};

/// How many more than asked for are looked at closely.
pub(super) const SPARE: usize = 4;

/// The nearest few of each row, found without a matrix of all distances.
///
/// Distances are estimated in `f32` by products of whole tiles, about the common mean; the `k + 4` that look
/// nearest are then measured in `f64`, difference by difference. What comes out is therefore exact, unless
/// five rows or more are nearer to the `k`-th than the estimate can tell (a share of about `1e-6` to `1e-5`
/// of the squared size of the samples).
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
    /// If `k` is 0, if there are fewer than `k`, or if the widths differ.
    pub fn among(rows: &Rows, among: &Rows, k: usize) -> Result<Self> {
        ensure(k > 0, "the number of neighbours", "at least 1", k)?;
        same_width(rows, among)?;
        crate::error::enough("nearest neighbours", Origin::Real, k, among.len())?;
        let frame = Frame::around(&[rows, among]);
        let (first, second) = (Side::new(rows, &frame), Side::new(among, &frame));
        let mut list = Shortlist::new(rows.len(), k + SPARE);
        let work = |tile: Tile<'_, f32>| {
            let mut lists = TileLists::new(&tile, k + SPARE);
            sweep(&tile, &mut lists);
            (tile.rows.start, lists.rows)
        };
        across(&first, &second, work, |(start, found)| list.merge(start, &found));
        Ok(Self::measured(&list, rows, among, k))
    }

    /// The `k` others that are nearest to each row.
    ///
    /// # Errors
    /// If `k` is 0 or there are not more than `k` rows.
    pub fn within(rows: &Rows, k: usize) -> Result<Self> {
        ensure(k > 0, "the number of neighbours", "at least 1", k)?;
        crate::error::enough("nearest neighbours", Origin::Real, k + 1, rows.len())?;
        Ok(Self::within_frame(rows, &Frame::around(&[rows]), k))
    }

    /// As [`within`](Self::within), of enough rows.
    pub(super) fn within_frame(rows: &Rows, frame: &Frame, k: usize) -> Self {
        let side = Side::new(rows, frame);
        let mut list = Shortlist::new(rows.len(), k + SPARE);
        let work = |tile: Tile<'_, f32>| {
            let mut lists = TileLists::new(&tile, k + SPARE);
            sweep(&tile, &mut lists);
            (tile.rows.start, tile.columns.start, lists)
        };
        within(&side, work, |(row, column, found)| {
            list.merge(row, &found.rows);
            list.merge(column, &found.columns);
        });
        Self::measured(&list, rows, rows, k)
    }

    /// Measures those on the lists, of which each has at least `k`.
    pub(super) fn measured(list: &Shortlist, rows: &Rows, among: &Rows, k: usize) -> Self {
        let lists: Vec<Vec<usize>> = list.lists().map(Iterator::collect).collect();
        let nearest = lists
            .into_par_iter()
            .enumerate()
            .flat_map_iter(|(row, list)| {
                let squared = |index| (rows.squared_distance(row, among, index), index);
                let mut near: Vec<(f64, usize)> = list.into_iter().map(squared).collect();
                near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                near.truncate(k);
                near
            })
            .collect();
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

/// What is nearest among the pairs of one tile.
#[derive(Debug)]
pub(super) struct TileLists {
    pub rows: Shortlist,
    pub columns: Shortlist,
}

impl TileLists {
    pub fn new(tile: &Tile<'_, f32>, keep: usize) -> Self {
        Self {
            rows: Shortlist::new(tile.rows.len(), keep),
            columns: Shortlist::new(tile.columns.len(), keep),
        }
    }

    /// Offers a pair to both of its rows.
    pub fn offer(&mut self, tile: &Tile<'_, f32>, row: usize, column: usize, squared: f32) {
        let index = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let (own, other) = (row - tile.rows.start, tile.columns.start + column);
        self.rows.offer(own, squared, index(other));
        self.columns.offer(column, squared, index(row));
    }
}

/// Offers every pair of a tile that is near enough.
fn sweep(tile: &Tile<'_, f32>, lists: &mut TileLists) {
    let mut squared = Vec::with_capacity(tile.columns.len());
    for (row, products) in tile.products() {
        tile.squared_distances(row, products, &mut squared);
        let mut from = tile.first(row);
        while let Some(column) = next_near(&squared, from, lists, row - tile.rows.start) {
            lists.offer(tile, row, column, squared[column]);
            from = column + 1;
        }
    }
}

/// The first column from here on which is near enough to get onto a list.
fn next_near(squared: &[f32], from: usize, lists: &TileLists, row: usize) -> Option<usize> {
    let reach = lists.rows.reach()[row];
    let columns = &lists.columns.reach()[from..];
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
