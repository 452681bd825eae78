//! What is translated: drawn shapes, or two sets of pictures that were read.

use agon::data::{Result, Subset};
use agon::prelude::*;

use crate::common::hold_out;

/// Two domains, with pairs or without.
pub type Domains = Box<dyn Batches<Batch = (Tensor<4>, Tensor<4>)>>;

/// Pictures of domain A and of domain B.
#[derive(Clone)]
pub enum Pictures {
    /// Of which the truth is known.
    Drawn(ShapeTranslation),
    /// Those held out, and the rest.
    Read([[Subset<Images>; 2]; 2]),
}

/// The seed that draws those which no run trains with.
const SEED: u64 = 0x7e57;
/// How many are held out of files at most.
const HELD_OUT: usize = 200;

impl Pictures {
    /// Two sets of files. If they are as long, item by item they are pairs.
    pub fn read(a: Images, b: Images) -> Result<Self> {
        Ok(Self::Read([hold_out(a, HELD_OUT)?, hold_out(b, HELD_OUT)?]))
    }

    /// What a game learns from.
    pub fn batches(&self, paired: bool, size: usize) -> Domains {
        match (self.clone(), paired) {
            (Self::Drawn(shapes), true) => Box::new(shapes.paired().batches(size)),
            (Self::Drawn(shapes), false) => Box::new(shapes.unpaired().batches(size)),
            (Self::Read([[_, a], [_, b]]), true) => Box::new((a, b).batches(size)),
            (Self::Read([[_, a], [_, b]]), false) => {
                Box::new((a.batches(size).drop_last(), b.batches(size).drop_last()))
            }
        }
    }

    /// Whether the second of two pictures is what the first should become.
    pub fn have_truth(&self, paired: bool) -> bool {
        paired || matches!(self, Self::Drawn(_))
    }

    /// At most `n` of each domain that no run trains with.
    pub fn unseen(&self, n: usize, device: &Device) -> Result<(Tensor<4>, Tensor<4>)> {
        match self {
            Self::Drawn(shapes) => shapes.pairs(n, SEED, device),
            Self::Read([[a, _], [b, _]]) => {
                let n = n.min(a.numbers().len()).min(b.numbers().len()) as u64;
                let items: Vec<u64> = (0..n).collect();
                Ok((a.gather(&items, 0, device)?, b.gather(&items, 0, device)?))
            }
        }
    }
}
