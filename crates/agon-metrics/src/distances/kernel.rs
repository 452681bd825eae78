use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, ensure};
use crate::linalg::Element;
use crate::pairs::Tile;
use crate::{Origin, Rows};

/// How alike two samples are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Kernel {
    /// `(gamma x.y + offset)^degree`; `gamma` is 1 over the number of features if it is not given.
    Polynomial {
        /// The power.
        degree: i32,
        /// The factor of the product.
        gamma: Option<f64>,
        /// What is added to it.
        offset: f64,
    },
    /// The mean of `exp(-|x - y|^2 / (2 sigma^2))` over these `sigma`.
    Gaussian(Vec<f64>),
    /// The mean of `(1 + |x - y|^2 / (2 alpha))^-alpha` over these `alpha`.
    RationalQuadratic(Vec<f64>),
}

/// Of how many samples the median distance is taken.
const FOR_MEDIAN: usize = 1000;

impl Kernel {
    /// `(x.y / features + 1)^3`: the kernel of the KID.
    pub const fn cubic() -> Self {
        Self::Polynomial {
            degree: 3,
            gamma: None,
            offset: 1.0,
        }
    }

    /// Gaussian, as wide as the median distance between different samples (of the first 1000).
    ///
    /// # Errors
    /// Of less than two samples, or if half of them are the same.
    pub fn median(samples: &Rows) -> Result<Self> {
        let n = samples.len().min(FOR_MEDIAN);
        crate::error::enough("the median distance", Origin::Real, 2, n)?;
        let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
        let mut squared: Vec<f64> = pairs.map(|(i, j)| samples.squared_distance(i, samples, j)).collect();
        let middle = squared.len() / 2;
        let (_, median, _) = squared.select_nth_unstable_by(middle, f64::total_cmp);
        ensure(*median > 0.0, "the median distance of samples", "more than 0", *median)?;
        Ok(Self::Gaussian(vec![median.sqrt()]))
    }

    /// That its settings can work.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Polynomial { degree, gamma, offset } => {
                ensure(*degree >= 1, "the degree of a kernel", "at least 1", degree)?;
                let good = gamma.is_none_or(|gamma| gamma.is_finite() && gamma > 0.0);
                ensure(good, "the gamma of a kernel", "a positive number", gamma.unwrap_or(0.0))?;
                ensure(offset.is_finite(), "the offset of a kernel", "a finite number", offset)
            }
            Self::Gaussian(widths) | Self::RationalQuadratic(widths) => {
                let good = !widths.is_empty() && widths.iter().all(|width| width.is_finite() && *width > 0.0);
                if good {
                    return Ok(());
                }
                Err(Error::config(
                    "the widths of a kernel",
                    "positive numbers",
                    format!("{widths:?}"),
                ))
            }
        }
    }

    /// Whether it sees nothing but differences, so that the origin does not matter.
    pub(crate) fn sees_differences(&self) -> bool {
        !matches!(self, Self::Polynomial { .. })
    }

    /// The kernel of a row of a tile with each column, where lengths are measured in this unit.
    pub(crate) fn row<E: Element>(
        &self,
        tile: &Tile<'_, E>,
        row: usize,
        products: &[E],
        (unit, width): (f64, usize),
        to: &mut Vec<f64>,
    ) {
        to.clear();
        if let Self::Polynomial { degree, gamma, offset } = self {
            let gamma = gamma.unwrap_or(1.0 / width as f64);
            to.extend(
                products
                    .iter()
                    .map(|product| (gamma * product.wide() + offset).powi(*degree)),
            );
            return;
        }
        let square = tile.square(row).wide();
        let squared = |(product, other): (&E, &E)| {
            let squared = square + other.wide() - 2.0 * product.wide();
            self.of_distance(squared.max(0.0) * unit * unit)
        };
        to.extend(products.iter().zip(tile.column_squares()).map(squared));
    }

    /// The kernel of a squared distance.
    fn of_distance(&self, squared: f64) -> f64 {
        let mean = |widths: &[f64], of: fn(f64, f64) -> f64| {
            widths.iter().map(|&width| of(squared, width)).sum::<f64>() / widths.len() as f64
        };
        match self {
            Self::Polynomial { .. } => f64::NAN,
            Self::Gaussian(sigmas) => mean(sigmas, |squared, sigma| (-0.5 * squared / (sigma * sigma)).exp()),
            // (1 + x)^-a = e^(-a log(1 + x)), whose logarithm keeps the digits of a small x.
            Self::RationalQuadratic(alphas) => mean(alphas, |squared, alpha| {
                (-alpha * (0.5 * squared / alpha).ln_1p()).exp()
            }),
        }
    }

    /// The kernel of each sample with itself.
    pub(crate) fn of_itself(&self, samples: &Rows) -> Vec<f64> {
        let Self::Polynomial { degree, gamma, offset } = self else {
            return vec![1.0; samples.len()];
        };
        let gamma = gamma.unwrap_or(1.0 / samples.width() as f64);
        let square = |index| samples.row(index).iter().map(|x| x * x).sum::<f64>();
        (0..samples.len())
            .map(|index| (gamma * square(index) + offset).powi(*degree))
            .collect()
    }
}

impl std::fmt::Display for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Polynomial { degree, gamma, offset } => match gamma {
                Some(gamma) => write!(f, "({gamma} x.y + {offset})^{degree}"),
                None => write!(f, "(x.y / width + {offset})^{degree}"),
            },
            Self::Gaussian(sigmas) => write!(f, "Gaussian {sigmas:?}"),
            Self::RationalQuadratic(alphas) => write!(f, "rational quadratic {alphas:?}"),
        }
    }
}
