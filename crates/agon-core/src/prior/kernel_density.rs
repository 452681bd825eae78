use std::fmt::{Debug, Formatter};

use burn::prelude::{Device, Tensor};
use rand::RngExt;
use rand_distr::StandardNormal;

use super::Prior;
use crate::random::{self, Random};
use crate::{Error, Result};

/// Rows that were observed, and what lies near them: conditions of the data, or a Parzen estimate over them.
///
/// ```text
/// y = y_i + h e,    i uniform over the observed rows,    e ~ N(0, I)
/// ```
///
/// With bandwidth `h = 0` (unless said otherwise) conditions are drawn from the data as they are, which suits
/// classes. With a bandwidth the generator is also asked for conditions between the observed ones, which suits
/// continuous ones: a finite set of them would let it learn each by heart.
///
/// # Example
/// ```
/// use agon_core::Prior;
/// use agon_core::prior::KernelDensity;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let seen = Tensor::<2>::from_data([[0.0, 1.0], [2.0, 3.0]], &device);
/// let prior = KernelDensity::of(seen)?.bandwidth(0.1)?;
/// assert_eq!(prior.draw(5, &mut agon_core::random::stream(7, 0), &device).dims(), [5, 2]);
/// # Ok::<(), agon_core::Error>(())
/// ```
///
/// # References
/// Gauthier 2014, "Conditional generative adversarial nets for convolutional face generation", section 3.
#[derive(Clone)]
pub struct KernelDensity {
    observed: Vec<f32>,
    width: usize,
    bandwidth: f32,
}

impl KernelDensity {
    /// Over these rows.
    ///
    /// # Shapes
    /// `[observed, width]`
    ///
    /// # Errors
    /// If there are none, or they cannot be read from their device.
    pub fn of(observed: Tensor<2>) -> Result<Self> {
        let [rows, width] = observed.dims();
        if rows == 0 || width == 0 {
            let got = format!("{rows} rows of {width}");
            return Err(Error::config("observed conditions", "at least one row", got));
        }
        Ok(Self {
            observed: observed.try_into_vec_as().map_err(Error::device)?,
            width,
            bandwidth: 0.0,
        })
    }

    /// The deviation of the kernel in every dimension.
    ///
    /// # Errors
    /// Unless it is a finite number of at least 0.
    pub fn bandwidth(mut self, deviation: f32) -> Result<Self> {
        Error::unless_at_least_zero("the bandwidth of a kernel density", f64::from(deviation))?;
        self.bandwidth = deviation;
        Ok(self)
    }
}

impl Debug for KernelDensity {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KernelDensity")
            .field("observed", &(self.observed.len() / self.width))
            .field("width", &self.width)
            .field("bandwidth", &self.bandwidth)
            .finish()
    }
}

impl Prior for KernelDensity {
    type Code = Tensor<2>;

    fn draw(&self, n: usize, random: &mut Random, device: &Device) -> Tensor<2> {
        let rows = self.observed.len() / self.width;
        let mut at = 0;
        random::filled([n, self.width], device, || {
            let column = at % self.width;
            if column == 0 {
                at = random.random_range(0..rows) * self.width;
            }
            let value = self.observed[at];
            at += 1;
            match self.bandwidth {
                0.0 => value,
                deviation => value + deviation * random.sample::<f32, _>(StandardNormal),
            }
        })
    }
}
