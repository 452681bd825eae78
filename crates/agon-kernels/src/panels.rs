//! Matrices cut into panels as tiles read them.

use crate::tile::{LANES, VECTORS};

/// Columns in panels of at most [`VECTORS`] vectors, as equal as can be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panels {
    columns: usize,
    /// Vectors in each.
    pub vectors: usize,
}

impl Panels {
    pub(crate) fn of(columns: usize) -> Self {
        let vectors = columns.div_ceil(LANES).max(1);
        let panels = vectors.div_ceil(VECTORS);
        Self {
            columns,
            vectors: vectors.div_ceil(panels),
        }
    }

    /// Columns of a panel, padding included.
    pub(crate) fn width(self) -> usize {
        self.vectors * LANES
    }

    pub(crate) fn count(self) -> usize {
        self.columns.div_ceil(self.width()).max(1)
    }

    /// The columns of a panel that are no padding.
    pub(crate) fn columns(self, panel: usize) -> std::ops::Range<usize> {
        let first = panel * self.width();
        first..self.columns.min(first + self.width())
    }

    /// The columns of all panels, without padding.
    pub(crate) fn total(self) -> usize {
        self.columns
    }

    /// Numbers in all panels of so many rows.
    pub(crate) fn size(self, rows: usize) -> usize {
        self.count() * rows * self.width()
    }
}
