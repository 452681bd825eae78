use std::ops::Range;

use burn::prelude::Tensor;
use burn::tensor::{DType, TensorData};
use rayon::prelude::*;

use super::tiles::TILE;
use crate::Rows;
use crate::linalg::Element;

/// The origin and the unit in which rows are compared.
///
/// `|x - y|^2 = |x|^2 + |y|^2 - 2 x.y` loses digits where rows are far from the origin and near each other, so
/// that the origin is put into their middle; and `f32` squares of large numbers overflow, so that the unit is
/// their size. Rows for which neither is needed are used as they are, where they are.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub shift: Vec<f64>,
    pub scale: f64,
    plain: bool,
}

/// Rows whose middle is nearer than twice their spread are not moved.
const FAR: f64 = 4.0;

/// Rows of a size in this range are not scaled.
const SIZES: Range<f64> = 1e-6..1e6;

impl Frame {
    /// The rows as they are.
    pub fn plain(width: usize) -> Self {
        Self {
            shift: vec![0.0; width],
            scale: 1.0,
            plain: true,
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
        let middle: f64 = shift.iter().map(|x| x * x).sum();
        let centred = Self {
            shift,
            scale: 1.0,
            plain: false,
        };
        let squares = sets.iter().flat_map(|rows| Side::<f64>::new(rows, &centred).squares);
        let (sum, most) = squares.fold((0.0, 0.0_f64), |(sum, most), x| (sum + x, most.max(x)));
        let spread = sum / total.max(1) as f64;
        let size = (most / width.max(1) as f64).sqrt();
        if middle <= FAR * spread && SIZES.contains(&size) {
            return Self::plain(width);
        }
        let usable = size.is_normal() && size.recip().is_normal();
        Self {
            scale: if usable { size } else { 1.0 },
            ..centred
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
    /// The rows of each tile, if products are computed on a device.
    there: Option<Vec<Tensor<2>>>,
}

impl<'a, E: Element> Side<'a, E> {
    pub fn new(rows: &'a Rows, frame: &'a Frame) -> Self {
        let starts: Vec<usize> = (0..rows.len()).step_by(TILE).collect();
        let squares = starts
            .par_iter()
            .flat_map_iter(|&start| {
                let mut buffer = Vec::new();
                let values = in_frame(rows, frame, start..rows.len().min(start + TILE), &mut buffer);
                let square = |row: &[E]| E::narrow(square(row));
                values.chunks_exact(rows.width().max(1)).map(square).collect::<Vec<E>>()
            })
            .collect();
        Self {
            rows,
            frame,
            squares,
            there: sent(rows, frame, &starts, E::DTYPE),
        }
    }

    /// The rows of a tile, on their device.
    pub fn there(&self, rows: &Range<usize>) -> Option<Tensor<2>> {
        self.there.as_ref()?.get(rows.start / TILE).cloned()
    }

    /// The rows of a tile, one after the other: where they are, or in the buffer.
    pub fn tile<'b>(&'b self, rows: Range<usize>, buffer: &'b mut Vec<E>) -> &'b [E] {
        in_frame(self.rows, self.frame, rows, buffer)
    }
}

/// The rows of each tile, on the device where products are to be computed, if there is one.
fn sent(rows: &Rows, frame: &Frame, starts: &[usize], dtype: DType) -> Option<Vec<Tensor<2>>> {
    let device = rows.device().filter(|_| dtype == DType::F32)?;
    let send = |&start: &usize| {
        let range = start..rows.len().min(start + TILE);
        let shape = [range.len(), rows.width()];
        let mut buffer = Vec::new();
        let values: Vec<f32> = in_frame(rows, frame, range, &mut buffer).to_vec();
        Tensor::from_data(TensorData::new(values, shape), (device, dtype))
    };
    Some(starts.iter().map(send).collect())
}

fn in_frame<'a, E: Element>(rows: &'a Rows, frame: &Frame, range: Range<usize>, buffer: &'a mut Vec<E>) -> &'a [E] {
    if frame.plain
        && let Some(kept) = E::kept(rows, range.clone())
    {
        return kept;
    }
    buffer.resize(range.len() * rows.width(), E::default());
    rows.copy_to(range, &frame.shift, frame.scale, buffer);
    buffer
}

/// `|x|^2` in `f64`, by sums that the processor can keep side by side.
fn square<E: Element>(row: &[E]) -> f64 {
    let (chunks, rest) = row.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for chunk in chunks {
        sums.iter_mut()
            .zip(chunk)
            .for_each(|(sum, x)| *sum += x.wide() * x.wide());
    }
    sums.iter().sum::<f64>() + rest.iter().map(|x| x.wide() * x.wide()).sum::<f64>()
}

/// How far `|x|^2 + |y|^2 - 2 x.y` can be from `|x - y|^2`, as a share of `|x|^2 + |y|^2`.
///
/// Rounding errors of a sum of `width` products grow with the square root of `width`; this is four times
/// what is expected of them.
pub(crate) fn doubt<E: Element>(width: usize) -> E {
    E::narrow(4.0 * ((width as f64).sqrt() + 1.0) * E::ROUNDING)
}
