use burn::module::Module;

use crate::weights;

/// A moving average of a network's weights, usually a better generator than the newest one.
///
/// After each step `average <- d average + (1 - d) weights`, with `d = min(decay, (1 + t) / (10 + t))` so
/// that the first steps are forgotten quickly. Running statistics are copied, not averaged.
///
/// # References
/// Yazici et al. 2019, "The unusual effectiveness of averaging in GAN training", arXiv:1806.04498.
#[derive(Debug, Clone)]
pub struct MovingAverage<M> {
    pub(crate) network: Option<M>,
    decay: f64,
    warm_up: bool,
}

impl<M: Module> MovingAverage<M> {
    /// An average that keeps `decay` of itself at each step.
    pub fn new(decay: f64) -> Self {
        Self {
            network: None,
            decay,
            warm_up: true,
        }
    }

    /// Uses the full decay from the first step on.
    pub fn without_warm_up(mut self) -> Self {
        self.warm_up = false;
        self
    }

    /// The averaged network, once there has been a step.
    pub fn network(&self) -> Option<&M> {
        self.network.as_ref()
    }

    pub(crate) fn decay(&self) -> f64 {
        self.decay
    }

    pub(crate) fn follow(&mut self, network: &M, steps: u64) {
        let Some(average) = self.network.take() else {
            self.network = Some(weights::copy(network));
            return;
        };
        let keep = if self.warm_up {
            self.decay.min((1 + steps) as f64 / (10 + steps) as f64)
        } else {
            self.decay
        };
        let average = weights::drawn_towards(average, &weights::values(network), 1.0 - keep);
        self.network = Some(weights::replaced(average, &weights::buffers(network)));
    }
}

#[cfg(test)]
mod tests {
    use burn::module::Param;
    use burn::prelude::{Device, Tensor};

    use super::*;

    #[derive(Module, Debug)]
    struct Number {
        number: Param<Tensor<1>>,
    }

    /// The average of 1, then of 2 and of 2 again.
    fn average(mut average: MovingAverage<Number>) -> f32 {
        let device = Device::default().autodiff();
        for (step, value) in [1.0, 2.0, 2.0].into_iter().enumerate() {
            let number = Param::from_tensor(Tensor::from_floats([value], &device));
            // The average knows the network by its parameters' identities.
            let number = match average.network() {
                Some(network) => Param::initialized(network.number.id, number.val()),
                None => number,
            };
            average.follow(&Number { number }, step as u64 + 1);
        }
        average
            .network()
            .map_or(f32::NAN, |network| network.number.val().into_scalar())
    }

    #[test]
    fn a_warm_up_forgets_the_first_steps_sooner() {
        let plain = average(MovingAverage::new(0.9).without_warm_up());
        assert!((plain - (2.0 - 0.81)).abs() < 1e-6, "{plain}");
        // It keeps (1 + t) / (10 + t), which is 3 / 12 and 4 / 13.
        let warm = average(MovingAverage::new(0.9));
        assert!((warm - (2.0 - 0.25 * 4.0 / 13.0)).abs() < 1e-6, "{warm}");
    }
}
