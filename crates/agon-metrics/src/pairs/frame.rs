use std::ops::Range;

use rayon::prelude::*;

use super::tiles::TILE;
use crate::Rows;
use crate::linalg::Element;

/// The origin and the unit in which rows are compared.
///
/// `|x - y|^2 = |x|^2 + |y|^2 - 2 x.y` loses digits where rows are long and near each other, so that the
/// origin is put into their middle; and `f32` squares of large numbers overflow, so that the unit is their
/// size.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub shift: Vec<f64>,
    pub scale: f64,
}

impl Frame {
    /// The rows as they are.
    pub fn plain(width: usize) -> Self {
        Self {
            shift: vec![0.0; width],
            scale: 1.0,
        }
    }

    /// Around all rows of these sets, which are of one width.
    pub fn around(sets: &[&Rows]) -> Self {
        let width = sets.first().map_or(0, |rows| rows.width());
        let total: usize = sets.iter().map(|rows| rows.len()).sum();
        let mut shift = vec![0.0; width];
        for rows in sets {
            let weight = rows.len() as f64 / total.max(1) as f64;
            shift
                .iter_mut()
                .zip(rows.mean())
                .for_each(|(shift, mean)| *shift += weight * mean);
        }
        let plain = Self { shift, scale: 1.0 };
        let largest = sets
            .iter()
            .flat_map(|rows| Side::<f64>::new(rows, &plain).squares)
            .fold(0.0, f64::max);
        let scale = (largest / width.max(1) as f64).sqrt();
        let usable = scale.is_normal() && scale.recip().is_normal();
        Self {
            scale: if usable { scale } else { 1.0 },
            ..plain
        }
    }
}

/// One set of rows, in a frame and a precision.
#[derive(Debug)]
pub(crate) struct Side<'a, E> {
    pub rows: &'a Rows,
    pub frame: &'a Frame,
    /// `|x|^2` of each row.
    pub squares: Vec<E>,
}

impl<'a, E: Element> Side<'a, E> {
    pub fn new(rows: &'a Rows, frame: &'a Frame) -> Self {
        let starts: Vec<usize> = (0..rows.len()).step_by(TILE).collect();
        let squares = starts
            .par_iter()
            .flat_map_iter(|&start| {
                let mut values = Vec::new();
                fill(rows, frame, start..rows.len().min(start + TILE), &mut values);
                let square = |row: &[E]| E::narrow(row.iter().map(|x| x.wide() * x.wide()).sum());
                values.chunks_exact(rows.width().max(1)).map(square).collect::<Vec<E>>()
            })
            .collect();
        Self { rows, frame, squares }
    }

    /// The rows of a tile, one after the other.
    pub fn tile(&self, rows: Range<usize>, to: &mut Vec<E>) {
        fill(self.rows, self.frame, rows, to);
    }
}

fn fill<E: Element>(rows: &Rows, frame: &Frame, range: Range<usize>, to: &mut Vec<E>) {
    to.resize(range.len() * rows.width(), E::narrow(0.0));
    rows.copy_to(range, &frame.shift, frame.scale, to);
}

/// How far `|x|^2 + |y|^2 - 2 x.y` can be from `|x - y|^2`, as a share of `|x|^2 + |y|^2`.
///
/// Rounding errors of a sum of `width` products grow with the square root of `width`; this is four times
/// what is expected of them.
pub(crate) fn doubt<E: Element>(width: usize) -> E {
    E::narrow(4.0 * ((width as f64).sqrt() + 1.0) * E::ROUNDING)
}
