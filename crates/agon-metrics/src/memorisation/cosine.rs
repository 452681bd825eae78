//! The real sample whose direction is nearest to that of each generated one.

use rayon::prelude::*;

use crate::Rows;
use crate::linalg::products_of_rows;

/// How many rows are multiplied at once.
const BLOCK: usize = 256;

/// `1 - max |cos(x, r)|` over real `r`, for each generated `x`: found in `f32`, then measured in `f64`.
///
/// A row of zeros has no direction: it is at distance 1 from all.
pub(super) fn nearest_directions(fake: &Rows, real: &Rows) -> Vec<f64> {
    let blocks = |rows: &Rows| -> Vec<std::ops::Range<usize>> {
        (0..rows.len())
            .step_by(BLOCK)
            .map(|start| start..rows.len().min(start + BLOCK))
            .collect()
    };
    let real_blocks = blocks(real);
    let of_block = |fakes: std::ops::Range<usize>| -> Vec<f64> {
        let queries = directions(fake, fakes.clone());
        let mut best = vec![(-1.0f32, 0); fakes.len()];
        let mut products = Vec::new();
        for reals in &real_blocks {
            let references = directions(real, reals.clone());
            products_of_rows(&queries, &references, fake.width(), &mut products);
            for (best, row) in best.iter_mut().zip(products.chunks_exact(reals.len())) {
                for (cosine, index) in row.iter().zip(reals.clone()) {
                    if cosine.abs() > best.0 {
                        *best = (cosine.abs(), index);
                    }
                }
            }
        }
        fakes
            .zip(best)
            .map(|(index, (_, nearest))| apart(&fake.row(index), &real.row(nearest)))
            .collect()
    };
    blocks(fake).into_par_iter().flat_map_iter(of_block).collect()
}

/// Rows made of length one.
fn directions(rows: &Rows, range: std::ops::Range<usize>) -> Vec<f32> {
    range
        .flat_map(|index| {
            let row = rows.row(index);
            let length = dot(&row, &row).sqrt();
            row.into_iter()
                .map(move |x| if length > 0.0 { (x / length) as f32 } else { 0.0 })
        })
        .collect()
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 {
        (1.0 - (dot(a, b) / lengths).abs()).max(0.0)
    } else {
        1.0
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
