use std::ops::Range;

use rayon::prelude::*;

use super::Side;
use crate::linalg::{Element, products_of_rows};

/// How many rows of each side make a tile.
pub(crate) const TILE: usize = 512;

/// The products of some rows of one side with some of the other.
#[derive(Debug)]
pub(crate) struct Tile<'a, E> {
    /// Which rows of the first side.
    pub rows: Range<usize>,
    /// Which rows of the second side.
    pub columns: Range<usize>,
    /// Whether both are the same rows of the same side: each pair stands there twice then.
    pub diagonal: bool,
    /// `x.y`, row by row.
    products: &'a [E],
    squares: (&'a [E], &'a [E]),
}

impl<E: Element> Tile<'_, E> {
    /// The rows of products: which row of the first side, and its products with each column.
    pub fn products(&self) -> impl Iterator<Item = (usize, &[E])> {
        self.rows.clone().zip(self.products.chunks_exact(self.columns.len()))
    }

    /// The first column that makes a pair with this row which was not seen yet.
    pub fn first(&self, row: usize) -> usize {
        if self.diagonal { row + 1 - self.columns.start } else { 0 }
    }

    /// `|x|^2` of a row.
    pub fn square(&self, row: usize) -> E {
        self.squares.0[row - self.rows.start]
    }

    /// `|y|^2` of all columns.
    pub fn column_squares(&self) -> &[E] {
        self.squares.1
    }

    /// Writes `|x - y|^2` of a row and each column.
    pub fn squared_distances(&self, row: usize, products: &[E], to: &mut Vec<E>) {
        let square = self.square(row);
        let two = E::narrow(2.0);
        to.clear();
        to.extend(
            products
                .iter()
                .zip(self.squares.1)
                .map(|(&product, &other)| square + other - two * product),
        );
    }
}

/// Sees all pairs of rows of two sides: `work` on tiles, in parallel; `fold` on what it gives, in order.
pub(crate) fn across<E: Element, T: Send>(
    first: &Side<'_, E>,
    second: &Side<'_, E>,
    work: impl Fn(Tile<'_, E>) -> T + Sync,
    fold: impl FnMut(T),
) {
    let columns = ranges(second.rows.len());
    let tiles = ranges(first.rows.len())
        .into_iter()
        .flat_map(|rows| columns.iter().map(move |columns| (rows.clone(), columns.clone())))
        .collect();
    visit(first, second, tiles, false, work, fold);
}

/// Sees all pairs of different rows of one side, each once (or, in the tiles on the diagonal, twice, beside
/// the pairs of rows with themselves).
pub(crate) fn within<E: Element, T: Send>(
    side: &Side<'_, E>,
    work: impl Fn(Tile<'_, E>) -> T + Sync,
    fold: impl FnMut(T),
) {
    let blocks = ranges(side.rows.len());
    let tiles = (0..blocks.len())
        .flat_map(|row| (row..blocks.len()).map(move |column| (row, column)))
        .map(|(row, column)| (blocks[row].clone(), blocks[column].clone()))
        .collect();
    visit(side, side, tiles, true, work, fold);
}

fn ranges(len: usize) -> Vec<Range<usize>> {
    (0..len)
        .step_by(TILE)
        .map(|start| start..len.min(start + TILE))
        .collect()
}

fn visit<E: Element, T: Send>(
    first: &Side<'_, E>,
    second: &Side<'_, E>,
    tiles: Vec<(Range<usize>, Range<usize>)>,
    one_side: bool,
    work: impl Fn(Tile<'_, E>) -> T + Sync,
    mut fold: impl FnMut(T),
) {
    let one = |[x, y, products]: &mut [Vec<E>; 3], (rows, columns): &(Range<usize>, Range<usize>)| {
        first.tile(rows.clone(), x);
        second.tile(columns.clone(), y);
        products_of_rows(x, y, first.rows.width(), products);
        work(Tile {
            rows: rows.clone(),
            columns: columns.clone(),
            diagonal: one_side && rows == columns,
            products,
            squares: (&first.squares[rows.clone()], &second.squares[columns.clone()]),
        })
    };
    // In groups, so that what waits to be folded stays small.
    for group in tiles.chunks(16 * rayon::current_num_threads()) {
        let done: Vec<T> = group.par_iter().map_init(Default::default, one).collect();
        done.into_iter().for_each(&mut fold);
    }
}
