use burn::prelude::Tensor;
use burn::tensor::DType;

use crate::error::{Error, Result, enough};
use crate::{Origin, Rows};

/// What a classifier says about samples: one row of probabilities of classes per sample.
#[derive(Debug, Clone, Default)]
pub(super) struct Judgements {
    rows: Rows,
    logits: bool,
}

/// Probabilities need not sum to one more exactly than this: float16 has no better to offer.
const SLACK: f64 = 5e-3;

impl Judgements {
    /// What comes are logits, of which the softmax is taken.
    pub(super) fn of_logits() -> Self {
        Self {
            logits: true,
            ..Self::default()
        }
    }

    /// `[n, classes]`
    pub(super) fn push(&mut self, origin: Origin, batch: &Tensor<2>) -> Result<()> {
        let mut rows = Rows::from_tensor(origin, batch)?;
        if self.logits {
            let exact = batch.clone().without_autodiff().cast(DType::F64);
            rows = Rows::from_tensor(origin, &burn::tensor::activation::softmax(exact, 1))?;
        }
        for index in 0..rows.len() {
            check(origin, self.rows.len() + index, &rows.row(index))?;
        }
        self.rows.append(rows)
    }

    pub(super) fn append(&mut self, other: Self) -> Result<()> {
        self.rows.append(other.rows)
    }

    pub(super) fn clear(&mut self) {
        self.rows = Rows::new();
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn classes(&self) -> usize {
        self.rows.width()
    }

    pub(super) fn enough(&self, what: &str, origin: Origin, expected: usize) -> Result<()> {
        enough(what, origin, expected, self.len())
    }

    /// How often each class is said, on the whole.
    pub(super) fn marginal(&self) -> Vec<f64> {
        self.rows.mean()
    }

    /// What is said of these samples.
    pub(super) fn of(&self, samples: std::ops::Range<usize>) -> Vec<Vec<f64>> {
        samples.map(|index| self.rows.row(index)).collect()
    }
}

fn check(origin: Origin, index: usize, row: &[f64]) -> Result<()> {
    let sum: f64 = row.iter().sum();
    if row.iter().all(|&p| p >= 0.0) && (sum - 1.0).abs() <= SLACK {
        return Ok(());
    }
    let least = row.iter().copied().fold(f64::INFINITY, f64::min);
    Err(Error::config(
        format!("the probabilities of {origin} sample {index}"),
        "numbers of at least 0 that sum to 1 (or set the metric up `of_logits`)",
        format!("the sum {sum:.4} and the least {least:.4}"),
    ))
}

/// `KL(p || q) = sum p log (p / q)` in nats, with `0 log 0 = 0`.
pub(super) fn divergence(p: &[f64], q: &[f64]) -> f64 {
    let term = |(&p, &q): (&f64, &f64)| if p > 0.0 { p * (p / q).ln() } else { 0.0 };
    p.iter().zip(q).map(term).sum()
}

/// `H(p) = - sum p log p` in nats.
pub(super) fn entropy(p: &[f64]) -> f64 {
    -p.iter().filter(|&&p| p > 0.0).map(|&p| p * p.ln()).sum::<f64>()
}

/// The mean of rows of equal length.
pub(super) fn mean_of(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; rows.first().map_or(0, Vec::len)];
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(mean, p)| *mean += p);
    }
    mean.iter_mut().for_each(|mean| *mean /= rows.len().max(1) as f64);
    mean
}
