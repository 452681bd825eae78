//! How a player turns gradients into steps.

mod adam;
mod optimistic;
mod rms_prop;
mod sgd;

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::prelude::Tensor;
use serde::Serialize;
use serde_json::Value;

use crate::{Schedule, weights};

pub use adam::Adam;
pub use optimistic::OptimisticAdam;
pub use rms_prop::RmsProp;
pub use sgd::Sgd;

/// An update rule with its learning rate and what is done to gradients before it.
///
/// # Example
/// ```
/// use agon_core::{Adam, Optimizer, Schedule};
///
/// let optimizer = Optimizer::from(Adam::new(2e-4).betas(0.5, 0.999))
///     .schedule(Schedule::Linear { after: 100_000, over: 100_000, end: 0.0 })
///     .clip_norm(5.0);
/// ```
#[derive(Clone)]
pub struct Optimizer {
    pub(crate) rule: ModuleOptimizer,
    /// The rule as it was before any step.
    fresh: ModuleOptimizer,
    name: &'static str,
    /// The rule's own settings, in words.
    settings: String,
    learning_rate: f64,
    schedule: Schedule,
    clip: Clip,
    pub(crate) accumulate: u64,
    /// The first of the rule's own settings that cannot work.
    problem: Option<Problem>,
}

/// A setting that cannot work: its name, what would do, and what it is.
pub(crate) type Problem = (&'static str, &'static str, f64);

/// What a setting must be.
#[derive(Debug, Clone, Copy)]
enum Must {
    /// A part of something that is never all of it, as what a mean keeps of itself.
    BePart,
    BePositive,
    NotBeNegative,
}

impl Must {
    /// The problem with a setting of this name, if there is one.
    fn problem(self, name: &'static str, value: f64) -> Option<Problem> {
        let (holds, words) = match self {
            Self::BePart => ((0.0..1.0).contains(&value), "a number in [0, 1)"),
            Self::BePositive => (value > 0.0, "a finite number > 0"),
            Self::NotBeNegative => (value >= 0.0, "a finite number >= 0"),
        };
        (!holds || !value.is_finite()).then_some((name, words, value))
    }
}

#[derive(Debug, Clone, Copy)]
enum Clip {
    Nothing,
    Norm(f64),
    Value(f64),
}

impl Optimizer {
    /// Any optimizer of burn, or one written against its `Optimizer` trait.
    pub fn new(rule: ModuleOptimizer, learning_rate: f64) -> Self {
        Self::of("of burn", &(), rule, learning_rate)
    }

    /// Gives the rule a name: a run is only resumed by a rule of the same name as before.
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// An update rule of ours, under its own name, with the configuration it was made from.
    fn of(name: &'static str, config: &impl Serialize, rule: ModuleOptimizer, learning_rate: f64) -> Self {
        Self {
            fresh: rule.clone(),
            rule,
            name,
            settings: in_words(config),
            learning_rate,
            schedule: Schedule::Constant,
            clip: Clip::Nothing,
            accumulate: 1,
            problem: None,
        }
    }

    /// With a look at the rule's own settings.
    fn checked<const N: usize>(mut self, settings: [(&'static str, Must, f64); N]) -> Self {
        let mut settings = settings.into_iter();
        self.problem = settings.find_map(|(name, must, value)| must.problem(name, value));
        self
    }

    pub(crate) fn rule_name(&self) -> &'static str {
        self.name
    }

    /// Changes the learning rate as training goes on.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    /// Scales gradients down when the norm over all parameters together exceeds `bound`.
    pub fn clip_norm(mut self, bound: f64) -> Self {
        self.clip = Clip::Norm(bound);
        self
    }

    /// Limits each entry of the gradients to `[-bound, bound]`.
    pub fn clip_value(mut self, bound: f64) -> Self {
        self.clip = Clip::Value(bound);
        self
    }

    /// Steps once per `updates` updates, along the mean of their gradients.
    pub fn accumulate(mut self, updates: u64) -> Self {
        self.accumulate = updates.max(1);
        self
    }

    /// The learning rate after so many steps.
    pub fn learning_rate(&self, steps: u64) -> f64 {
        self.learning_rate * self.schedule.factor(steps)
    }

    /// Begins anew: what the rule remembers of past gradients is gone.
    pub(crate) fn forget(&mut self) {
        self.rule = self.fresh.clone();
    }

    pub(crate) fn clips_norm(&self) -> bool {
        matches!(self.clip, Clip::Norm(_))
    }

    /// The first setting that cannot work.
    pub(crate) fn problem(&self) -> Option<Problem> {
        let not_negative = |name, value| Must::NotBeNegative.problem(name, value);
        let rate = not_negative("learning rate", self.learning_rate);
        let bound = match self.clip {
            Clip::Norm(bound) | Clip::Value(bound) => not_negative("gradient clipping bound", bound),
            Clip::Nothing => None,
        };
        let factor = self.schedule.told_factor();
        let factor = factor.and_then(|factor| not_negative("factor of the schedule", factor));
        rate.or(self.problem).or(bound).or(factor)
    }

    /// Takes a step at this learning rate. The second part is the norm of the gradients before they were
    /// clipped, if it is `wanted`.
    pub(crate) fn step<M: Module>(
        &mut self,
        network: M,
        gradients: GradientsParams,
        rate: f64,
        wanted: bool,
    ) -> (M, Option<Tensor<1>>) {
        let needed = wanted || matches!(self.clip, Clip::Norm(_));
        let norm = needed.then(|| weights::squared_norm(&network, &gradients)).flatten();
        let norm = norm.map(Tensor::sqrt);
        let gradients = match (self.clip, &norm) {
            (Clip::Value(bound), _) => weights::clamped(&network, gradients, bound),
            // PyTorch's clip_grad_norm_: min(1, bound / (norm + 1e-6)).
            (Clip::Norm(bound), Some(norm)) => {
                let factor = (norm.clone() + 1e-6).recip().mul_scalar(bound).clamp_max(1.0);
                weights::times(&network, gradients, &factor)
            }
            _ => gradients,
        };
        (self.rule.step(rate, network, gradients), norm.filter(|_| wanted))
    }
}

impl std::fmt::Debug for Optimizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Optimizer")
            .field("rule", &self.name)
            .field("settings", &self.settings)
            .field("learning_rate", &self.learning_rate)
            .field("schedule", &self.schedule)
            .field("clip", &self.clip)
            .field("accumulate", &self.accumulate)
            .finish_non_exhaustive()
    }
}

/// What it does, in words: `Adam (beta_1 0.5, beta_2 0.999, epsilon 1e-8), learning rate 0.0002`.
impl std::fmt::Display for Optimizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)?;
        if !self.settings.is_empty() {
            write!(f, " ({})", self.settings)?;
        }
        write!(f, ", learning rate {:?}", self.learning_rate)?;
        if !matches!(self.schedule, Schedule::Constant) {
            write!(f, ", schedule {:?}", self.schedule)?;
        }
        match self.clip {
            Clip::Nothing => {}
            Clip::Norm(bound) => write!(f, ", gradients clipped to a norm of {bound}")?,
            Clip::Value(bound) => write!(f, ", gradients clipped to ±{bound}")?,
        }
        match self.accumulate {
            1 => Ok(()),
            updates => write!(f, ", a step every {updates} updates"),
        }
    }
}

/// The settings of a configuration that say something: `beta_1 0.5, beta_2 0.999`.
fn in_words(config: &impl Serialize) -> String {
    fn words(value: &Value) -> Option<String> {
        match value {
            Value::Null | Value::Bool(false) => None,
            // They were written as f32, whose shortest form is the one that was meant.
            Value::Number(number) => number.as_f64().map(|number| format!("{:?}", number as f32)),
            Value::Object(fields) => {
                let said = |(name, value): (&String, &Value)| Some(format!("{name} {}", words(value)?));
                Some(fields.iter().filter_map(said).collect::<Vec<_>>().join(", "))
            }
            other => Some(other.to_string()),
        }
    }
    let config = serde_json::to_value(config).unwrap_or_default();
    words(&config).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optimizers_say_what_they_do() {
        let plain = Optimizer::from(Adam::new(2e-4).betas(0.5, 0.999));
        let words = plain.to_string();
        assert!(
            words.starts_with("Adam (") && words.ends_with("learning rate 0.0002"),
            "{words}"
        );
        assert!(
            words.contains("beta_1 0.5, beta_2 0.999") && words.contains("epsilon 1e-8"),
            "{words}"
        );
        let rest = Optimizer::from(Sgd::new(0.1).momentum(0.9))
            .clip_norm(5.0)
            .accumulate(2);
        let words = rest.to_string();
        assert!(words.contains("momentum 0.9"), "{words}");
        assert!(
            words.ends_with("clipped to a norm of 5, a step every 2 updates"),
            "{words}"
        );
    }

    #[test]
    fn settings_that_cannot_work_are_found() {
        let linear = |end| Schedule::Linear { after: 1, over: 1, end };
        let warmup = |then| Schedule::Warmup {
            over: 1,
            then: Box::new(then),
        };
        let adam = || Optimizer::from(Adam::new(1e-3));
        let cases: [(Optimizer, Option<&str>); 16] = [
            (adam().schedule(warmup(linear(0.0))).clip_norm(1.0), None),
            (Adam::new(0.0).betas(0.0, 0.9).into(), None),
            (Sgd::new(f64::NAN).into(), Some("learning rate")),
            (Adam::new(1e-3).betas(1.0, 0.9).into(), Some("beta_1")),
            (Adam::new(1e-3).betas(0.5, f32::NAN).into(), Some("beta_2")),
            (
                Adam::new(1e-3).betas(-0.1, 0.9).weight_decay(0.1).into(),
                Some("beta_1"),
            ),
            (Adam::new(1e-3).epsilon(0.0).into(), Some("epsilon")),
            (Adam::new(1e-3).weight_decay(-0.1).into(), Some("weight decay")),
            (OptimisticAdam::new(1e-3).betas(0.5, 1.5).into(), Some("beta_2")),
            (RmsProp::new(1e-3).alpha(1.0).into(), Some("alpha")),
            (RmsProp::new(1e-3).epsilon(-1.0).into(), Some("epsilon")),
            (RmsProp::new(1e-3).momentum(f32::NAN).into(), Some("momentum")),
            (Sgd::new(1e-3).momentum(-0.5).into(), Some("momentum")),
            (adam().clip_value(f64::NAN), Some("gradient clipping bound")),
            (adam().schedule(warmup(linear(-0.1))), Some("factor of the schedule")),
            (
                adam().schedule(Schedule::Exponential { factor: f64::NAN }),
                Some("factor of the schedule"),
            ),
        ];
        for (optimizer, expected) in cases {
            let found = optimizer.problem().map(|(name, ..)| name);
            assert_eq!(found, expected, "{optimizer}");
        }
    }
}
