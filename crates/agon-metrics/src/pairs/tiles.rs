use std::ops::Range;
use std::sync::Mutex;

use rayon::prelude::*;

use super::Side;
use crate::error::{Error, Result};
use crate::linalg::{Element, products_of_rows};

/// How many rows of each side make a tile: those which are stored together.
pub(crate) const TILE: usize = crate::rows::BLOCK;

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

/// Sees all pairs of rows of two sides: `work` on tiles, in parallel, with what is known so far; `fold` on
/// what it gives, in order, with the first row and column of the tile. It fails if a device does.
pub(crate) fn across<E: Element, S: Sync, T: Send>(
    (first, second): (&Side<'_, E>, &Side<'_, E>),
    state: &mut S,
    work: impl Fn(&S, &Tile<'_, E>) -> T + Sync,
    fold: impl FnMut(&mut S, (usize, usize), T),
) -> Result<()> {
    let columns = ranges(second.rows.len());
    let tiles = ranges(first.rows.len())
        .into_iter()
        .flat_map(|rows| columns.iter().map(move |columns| (rows.clone(), columns.clone())))
        .collect();
    let visit = Visit {
        first,
        second,
        one_side: false,
        buffers: Mutex::default(),
    };
    visit.all(tiles, state, work, fold)
}

/// Sees all pairs of different rows of one side, each once (or, in the tiles on the diagonal, twice, beside
/// the pairs of rows with themselves), likewise.
pub(crate) fn within<E: Element, S: Sync, T: Send>(
    side: &Side<'_, E>,
    state: &mut S,
    work: impl Fn(&S, &Tile<'_, E>) -> T + Sync,
    fold: impl FnMut(&mut S, (usize, usize), T),
) -> Result<()> {
    let blocks = ranges(side.rows.len());
    let tiles = (0..blocks.len())
        .flat_map(|row| (row..blocks.len()).map(move |column| (row, column)))
        .map(|(row, column)| (blocks[row].clone(), blocks[column].clone()))
        .collect();
    let visit = Visit {
        first: side,
        second: side,
        one_side: true,
        buffers: Mutex::default(),
    };
    visit.all(tiles, state, work, fold)
}

fn ranges(len: usize) -> Vec<Range<usize>> {
    (0..len)
        .step_by(TILE)
        .map(|start| start..len.min(start + TILE))
        .collect()
}

struct Visit<'a, E> {
    first: &'a Side<'a, E>,
    second: &'a Side<'a, E>,
    one_side: bool,
    /// Those that nobody uses: for rows of either side, and for products.
    buffers: Mutex<Vec<[Vec<E>; 3]>>,
}

impl<E: Element> Visit<'_, E> {
    /// In groups, so that what waits to be folded stays small, and that much is known early.
    fn all<S: Sync, T: Send>(
        &self,
        tiles: Vec<(Range<usize>, Range<usize>)>,
        state: &mut S,
        work: impl Fn(&S, &Tile<'_, E>) -> T + Sync,
        mut fold: impl FnMut(&mut S, (usize, usize), T),
    ) -> Result<()> {
        let threads = rayon::current_num_threads();
        let (mut size, mut rest) = (threads, &*tiles);
        while !rest.is_empty() {
            let (group, later) = rest.split_at(size.min(rest.len()));
            let known = &*state;
            let done = group
                .par_iter()
                .map(|(rows, columns)| self.one(rows, columns, |tile| work(known, tile)))
                .collect::<Result<Vec<T>>>()?;
            for ((rows, columns), found) in group.iter().zip(done) {
                fold(state, (rows.start, columns.start), found);
            }
            (size, rest) = ((2 * size).min(16 * threads), later);
        }
        Ok(())
    }

    fn one<T>(&self, rows: &Range<usize>, columns: &Range<usize>, work: impl FnOnce(&Tile<'_, E>) -> T) -> Result<T> {
        let free = self.buffers.lock().ok().and_then(|mut free| free.pop());
        let mut buffers = free.unwrap_or_default();
        self.multiply(rows, columns, &mut buffers)?;
        let found = work(&Tile {
            rows: rows.clone(),
            columns: columns.clone(),
            diagonal: self.one_side && rows == columns,
            products: &buffers[2],
            squares: (&self.first.squares[rows.clone()], &self.second.squares[columns.clone()]),
        });
        if let Ok(mut free) = self.buffers.lock() {
            free.push(buffers);
        }
        Ok(found)
    }

    /// Here, or on the device of both sides.
    fn multiply(&self, rows: &Range<usize>, columns: &Range<usize>, [x, y, products]: &mut [Vec<E>; 3]) -> Result<()> {
        if let (Some(x), Some(y)) = (self.first.there(rows), self.second.there(columns)) {
            *products = x
                .matmul(y.transpose())
                .try_into_vec_as::<E>()
                .map_err(|error| Error::Device(error.to_string()))?;
            return Ok(());
        }
        let x = self.first.tile(rows.clone(), x);
        let y = self.second.tile(columns.clone(), y);
        products_of_rows(x, y, self.first.rows.width(), products);
        Ok(())
    }
}
