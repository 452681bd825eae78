use burn::optim::{
    Adam as BurnAdam, AdamConfig, AdamState, LearningRate, ModuleOptimizer, RecordState, StateSink, StateSource,
    join_path,
};
use burn::prelude::{Device, Tensor};

use super::{Must, Optimizer};

/// Adam that counts on the other player repeating itself: it steps twice along the newest direction and
/// takes back the one before.
///
/// With `u_t` Adam's bias-corrected direction, `w <- w - 2 lr u_t + lr u_(t-1)`; the first step is plain
/// Adam's. Bilinear games, around which gradient descent spirals outwards, converge.
///
/// # References
/// Daskalakis, Ilyas, Syrgkanis and Zeng 2018, "Training GANs with optimism", arXiv:1711.00141, algorithm 1.
#[derive(Clone)]
pub struct OptimisticAdam {
    learning_rate: f64,
    config: AdamConfig,
    betas: [f32; 2],
}

impl OptimisticAdam {
    /// Optimistic Adam with `(beta1, beta2) = (0.5, 0.9)` and epsilon `1e-8`.
    pub fn new(learning_rate: f64) -> Self {
        let rule = Self {
            learning_rate,
            config: AdamConfig::new().with_epsilon(1e-8),
            betas: [0.0; 2],
        };
        rule.betas(0.5, 0.9)
    }

    /// How long first and second moments are remembered.
    pub fn betas(mut self, beta1: f32, beta2: f32) -> Self {
        self.config = self.config.with_beta_1(beta1).with_beta_2(beta2);
        self.betas = [beta1, beta2];
        self
    }
}

impl std::fmt::Debug for OptimisticAdam {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OptimisticAdam")
            .field("learning_rate", &self.learning_rate)
            .field("config", &self.config)
            .finish()
    }
}

impl From<OptimisticAdam> for Optimizer {
    fn from(rule: OptimisticAdam) -> Self {
        Self::of(
            "optimistic Adam",
            &rule.config,
            ModuleOptimizer::from(Rule(rule.config.build())),
            rule.learning_rate,
        )
        .checked([
            ("beta_1", Must::BePart, f64::from(rule.betas[0])),
            ("beta_2", Must::BePart, f64::from(rule.betas[1])),
        ])
    }
}

#[derive(Clone)]
struct Rule(BurnAdam);

/// Adam's state and its last direction.
#[derive(Clone)]
struct State<const D: usize> {
    adam: AdamState<D>,
    previous: Tensor<D>,
}

impl burn::optim::Optimizer for Rule {
    type State<const D: usize> = State<D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<D>,
        grad: Tensor<D>,
        state: Option<State<D>>,
    ) -> (Tensor<D>, Option<State<D>>) {
        let (adam, previous) = state.map(|state| (state.adam, state.previous)).unzip();
        // Adam's step from zero at rate 1 is its direction, backwards.
        let (back, adam) = self.0.step(1.0, grad.zeros_like(), grad, adam);
        let direction = -back;
        let step = match previous {
            Some(previous) => direction.clone() * 2.0 - previous,
            None => direction.clone(),
        };
        let state = adam.map(|adam| State {
            adam,
            previous: direction,
        });
        (tensor - step * lr, state)
    }

    fn to_device<const D: usize>(state: State<D>, device: &Device) -> State<D> {
        State {
            adam: <BurnAdam as burn::optim::Optimizer>::to_device(state.adam, device),
            previous: state.previous.to_device(device),
        }
    }
}

impl<const D: usize> RecordState for State<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        self.adam.state_flatten(&join_path(prefix, "adam"), out);
        out.push_tensor(prefix, "previous", self.previous.to_data());
    }

    fn state_unflatten(prefix: &str, src: &mut StateSource, device: &Device) -> Option<Self> {
        Some(Self {
            adam: AdamState::state_unflatten(&join_path(prefix, "adam"), src, device)?,
            previous: Tensor::from_data(src.take_tensor(prefix, "previous")?, device),
        })
    }
}
