//! The temperature of soft choices, from update to update.

use agon_core::{Constraint, Error, Result};
use burn::prelude::Tensor;

use super::SoftGenerator;

/// Changes the temperature of a [`SoftGenerator`], which begins with its configuration's, by the same factor after each
/// of its updates: a `Gan::generator_constraint`, as in the example of [`SoftGenerator`].
#[derive(Debug, Clone)]
pub struct Cooling {
    updates: u64,
    end: f64,
}

impl Cooling {
    /// To this temperature in so many updates, where it stays.
    pub fn over(updates: u64, to: f64) -> Self {
        Self { updates, end: to }
    }
}

impl Constraint<SoftGenerator> for Cooling {
    fn check(&self) -> Result<()> {
        Error::unless_above_zero("the temperature that is cooled to", self.end)
    }

    fn enforce(&self, mut network: SoftGenerator) -> SoftGenerator {
        let factor = (self.end / network.config.temperature).powf(1.0 / self.updates.max(1) as f64);
        let cooled = |temperature: Tensor<1>| match temperature.mul_scalar(factor) {
            lower if factor < 1.0 => lower.clamp_min(self.end),
            higher => higher.clamp_max(self.end),
        };
        network.temperature = network.temperature.map(cooled);
        network
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::SoftGeneratorConfig;

    #[test]
    fn it_cools_from_its_own_temperature_and_stays() {
        let mut generator = SoftGeneratorConfig::new(6, 4)
            .with_temperature(2.0)
            .init(&Device::default());
        let cooling = Cooling::over(4, 0.5);
        let temperatures: Vec<f64> = (0..6)
            .map(|_| {
                generator = cooling.enforce(generator.clone());
                generator.temperature().into_scalar()
            })
            .collect();
        for (found, expected) in temperatures
            .iter()
            .zip([2f64.sqrt(), 1.0, 0.5f64.sqrt(), 0.5, 0.5, 0.5])
        {
            assert!((found - expected).abs() < 1e-5, "{temperatures:?}");
        }
    }
}
