//! Whole training steps of a DCGAN through `Trainer` and `Gan`, against PyTorch's weights after each.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use agon::prelude::*;
use burn::module::{ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{DType, TensorData};

use crate::golden::{Array, Case, Errors, Golden, Result, Setting, values};
use crate::losses::adversarial;

/// Weights and losses agree to this, relative to the largest entry of their tensor.
const TOLERANCE: f64 = 1e-4;

/// Plays every step of the file; `name` is the file's, without extension.
pub fn verify(name: &str, golden: &Golden, setting: &Setting) -> Result<Vec<Case>> {
    let steps = golden.json["steps"]
        .as_array()
        .ok_or("expected an array `steps`, got none")?;
    let note = golden.json["note"]
        .as_str()
        .ok_or("expected a `note` with the settings, got none")?;
    let setting = Setting {
        dtype: DType::F32,
        ..setting.clone()
    };
    let needs_real = loss_of(name)?.0.generator_needs_real();
    let script = Script::of(golden, steps.len(), needs_real, &setting)?;
    let figures = Figures::default();
    let gan = assemble(name, note, golden, &setting)?.prior(script.codes()?);
    let mut trainer = Trainer::new(gan).observe(figures.clone());
    let mut cases = Vec::new();
    for (index, losses) in steps.iter().enumerate() {
        let step = index + 1;
        trainer
            .run(script.images(), Budget::steps(step as u64))
            .map_err(|error| error.to_string())?;
        for player in ["discriminator", "generator"] {
            let expected = losses[format!("{player}_loss")]
                .as_f64()
                .ok_or(format!("step {step} has no {player}_loss"))?;
            let mut errors = Errors::with_floor(1e-2);
            errors.compare(&[figures.get(&format!("loss/{player}"))?], &[expected])?;
            cases.push(case(format!("step{step}.{player}.loss"), Ok(errors.largest)));
            cases.push(case(
                format!("step{step}.{player}.weights"),
                compare(golden, trainer.game(), player, step, &script),
            ));
        }
    }
    Ok(cases)
}

fn case(name: String, error: Result<f64>) -> Case {
    Case {
        name,
        error,
        tolerance: TOLERANCE,
    }
}

type Dcgan = Gan<DcganGenerator, DcganDiscriminator>;

/// The game which the file's name and note describe, with the file's initial weights.
fn assemble(name: &str, note: &str, golden: &Golden, setting: &Setting) -> Result<Dcgan> {
    let (loss, clip) = loss_of(name)?;
    let images = &golden.tensor("step1.real")?.shape;
    let [_, channels, height, width] = images[..] else {
        return Err(format!("expected images, got the shape {images:?}"));
    };
    let latent = golden.tensor("step1.noise_generator")?.shape[1];
    let features = golden.tensor("initial.discriminator.0.weight")?.shape[0];
    let shape = [channels, height, width];
    let generator = DcganGeneratorConfig::new(latent, shape)
        .with_width(features)
        .init(&setting.device);
    let discriminator = DcganDiscriminatorConfig::new(shape)
        .with_width(features)
        .init(&setting.device);
    let gan = Gan::new(
        with_weights(generator, "generator", golden)?,
        with_weights(discriminator, "discriminator", golden)?,
    )
    .loss(loss)
    .fakes(Fakes::Fresh)
    .optimizers(optimizer(note)?);
    Ok(match clip {
        Some(bound) => gan.constraint(WeightClip(bound)),
        None => gan,
    })
}

/// The loss that a file is named after, and the bound of weight clipping.
fn loss_of(name: &str) -> Result<(Box<dyn AdversarialLoss>, Option<f64>)> {
    let name = name.strip_prefix("step_").unwrap_or(name);
    let (loss, clip) = match name.split_once("_clip_") {
        Some((loss, bound)) => (loss, Some(bound.parse().map_err(|e| format!("clip `{bound}`: {e}"))?)),
        None => (name, None),
    };
    let loss = adversarial(loss).ok_or_else(|| format!("the loss `{loss}` is not known"))?;
    Ok((loss, clip))
}

fn optimizer(note: &str) -> Result<Optimizer> {
    let number = |after: &str| -> Result<f64> {
        let rest = note
            .split_once(after)
            .ok_or_else(|| format!("the note names no `{}`", after.trim()))?
            .1;
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || "+-.e".contains(c)))
            .unwrap_or(rest.len());
        rest[..end]
            .parse()
            .map_err(|e| format!("`{}` in the note: {e}", &rest[..end]))
    };
    if note.contains("Adam") {
        let betas = (
            number("betas (")? as f32,
            number(&format!("betas ({},", text_after(note, "betas (")))? as f32,
        );
        return Ok(Adam::new(number("Adam lr ")?).betas(betas.0, betas.1).into());
    }
    if note.contains("RMSprop") {
        return Ok(RmsProp::new(number("RMSprop lr ")?)
            .alpha(number("alpha ")? as f32)
            .into());
    }
    Err("the note names no optimizer: expected Adam or RMSprop".to_owned())
}

fn text_after<'a>(note: &'a str, mark: &str) -> &'a str {
    let rest = note.split_once(mark).map_or("", |(_, rest)| rest);
    rest.split(',').next().unwrap_or(rest)
}

/// The images and codes of all steps, in the order in which they are asked for.
struct Script {
    /// Passes through the discriminator in a step: one more where the generator's loss looks at real images.
    judgements: usize,
    images: Vec<Tensor<4>>,
    codes: Vec<Tensor<2>>,
}

impl Script {
    fn of(golden: &Golden, steps: usize, needs_real: bool, setting: &Setting) -> Result<Self> {
        let mut script = Self {
            judgements: 3 + usize::from(needs_real),
            images: Vec::new(),
            codes: Vec::new(),
        };
        for step in 1..=steps {
            script
                .images
                .push(setting.tensor(golden.tensor(&format!("step{step}.real"))?)?);
            for player in ["discriminator", "generator"] {
                script
                    .codes
                    .push(setting.tensor(golden.tensor(&format!("step{step}.noise_{player}"))?)?);
            }
        }
        Ok(script)
    }

    fn images(&self) -> Images {
        Images(self.images.clone())
    }

    fn codes(&self) -> Result<Codes> {
        Ok(Codes(Mutex::new(self.codes.clone().into())))
    }
}

struct Images(Vec<Tensor<4>>);

impl Batches for Images {
    type Batch = Tensor<4>;

    fn batch(&mut self, index: u64, _seed: u64, _device: &Device) -> agon::prelude::Result<Tensor<4>> {
        self.0.get(index as usize).cloned().ok_or(Error::EmptyData)
    }

    fn per_epoch(&self) -> Option<u64> {
        Some(self.0.len() as u64)
    }
}

#[derive(Debug)]
struct Codes(Mutex<VecDeque<Tensor<2>>>);

impl Prior for Codes {
    type Code = Tensor<2>;

    fn draw(&self, _n: usize, _random: &mut random::Random, _device: &Device) -> Tensor<2> {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes
            .pop_front()
            .unwrap_or_else(|| panic!("the engine drew codes more than twice a step"))
    }
}

/// The figures of the newest round.
#[derive(Debug, Clone, Default)]
struct Figures(Arc<Mutex<BTreeMap<String, f64>>>);

impl Figures {
    fn get(&self, name: &str) -> Result<f64> {
        let figures = self.0.lock().map_err(|e| e.to_string())?;
        figures
            .get(name)
            .copied()
            .ok_or_else(|| format!("nothing measured `{name}`"))
    }
}

impl<G: Game> Observer<G> for Figures {
    fn round(&mut self, moment: &mut Moment<'_, G>) -> agon::prelude::Result<Signal> {
        if let Ok(mut figures) = self.0.lock() {
            *figures = moment
                .figures
                .all()?
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
        }
        Ok(Signal::Continue)
    }
}

/// Where a parameter of ours lies in PyTorch's flat sequential: layers with normalization take three places
/// (layer, norm, activation), the first layer of a discriminator takes two.
fn place(player: &str, path: &[String]) -> Option<String> {
    let [list, index, name] = path else { return None };
    let index: usize = index.parse().ok()?;
    let (layer, name) = match (list.as_str(), player) {
        ("layers", "generator") => (3 * index, name.as_str()),
        ("layers", _) => ((3 * index).saturating_sub(1), name.as_str()),
        ("norms", "generator") => (3 * index + 1, name.as_str()),
        (_, _) => (3 * index + 3, name.as_str()),
    };
    let name = match name {
        "gamma" => "weight",
        "beta" => "bias",
        other => other,
    };
    Some(format!("{player}.{layer}.{name}"))
}

fn with_weights<M: Module>(network: M, player: &'static str, golden: &Golden) -> Result<M> {
    struct Fill<'a> {
        golden: &'a Golden,
        player: &'static str,
        path: Vec<String>,
        problem: Option<String>,
    }
    impl ModuleMapper for Fill<'_> {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.pop();
        }
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let name = place(self.player, &self.path).unwrap_or_else(|| self.path.join("."));
            let array = match self.golden.tensor(&format!("initial.{name}")) {
                Ok(array) if array.shape == param.dims() => array,
                Ok(array) => {
                    self.problem = Some(format!(
                        "`{name}`: expected the shape {:?}, got {:?}",
                        param.dims(),
                        array.shape
                    ));
                    return param;
                }
                Err(problem) => {
                    self.problem = Some(problem);
                    return param;
                }
            };
            let data = TensorData::new(array.values.clone(), array.shape.clone()).convert::<f32>();
            param.map(|old| {
                let new = Tensor::from_data(data, &old.device());
                if old.is_require_grad() { new.require_grad() } else { new }
            })
        }
    }
    let mut fill = Fill {
        golden,
        player,
        path: Vec::new(),
        problem: None,
    };
    let network = network.map(&mut fill);
    fill.problem.map_or(Ok(network), Err)
}

/// The largest relative error over all weights and running statistics of a player after a step.
fn compare(golden: &Golden, gan: &Dcgan, player: &'static str, step: usize, script: &Script) -> Result<f64> {
    struct Collect {
        player: &'static str,
        path: Vec<String>,
        found: Vec<(String, Result<Vec<f64>>)>,
    }
    impl ModuleVisitor for Collect {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(name) = place(self.player, &self.path) {
                self.found.push((name, values(param.base())));
            }
        }
    }
    let mut collect = Collect {
        player,
        path: Vec::new(),
        found: Vec::new(),
    };
    match player {
        "generator" => gan.generator().valid().visit(&mut collect),
        _ => gan.discriminator().valid().visit(&mut collect),
    }
    let mut errors = Errors::with_floor(1e-2);
    for (name, found) in collect.found {
        let reference = golden.tensor(&format!("step{step}.{name}"))?;
        let mut found = found?;
        if name.ends_with("running_var") {
            let initial = golden.tensor(&format!("initial.{name}"))?;
            let n = population(&name, player, script)?;
            unbias(&mut found, initial, (player, script.judgements), step, n);
        }
        errors.compare(&found, &reference.values)?;
    }
    Ok(errors.largest)
}

/// How many values a channel's variance is taken over, at the normalization in this place.
fn population(name: &str, player: &str, script: &Script) -> Result<f64> {
    let place: u32 = name
        .split('.')
        .nth(1)
        .and_then(|place| place.parse().ok())
        .ok_or("no place")?;
    let [batch, _, height, width] = script.images[0].dims();
    let mut sides = vec![(height, width)];
    while sides[sides.len() - 1].0.min(sides[sides.len() - 1].1) >= 8 {
        let (height, width) = sides[sides.len() - 1];
        sides.push((height / 2, width / 2));
    }
    let halvings = match player {
        "generator" => sides.len() - 1 - (place as usize - 1) / 3,
        _ => place as usize / 3 + 1,
    };
    let (height, width) = sides[halvings];
    Ok((batch * height * width) as f64)
}

/// Turns burn's running variance, of biased variances, into PyTorch's, of unbiased ones.
///
/// A generator's statistics move twice a step, a discriminator's `judgements` times. After `k` updates both hold `0.9^k` of the initial value, and the rest is `n / (n - 1)` times larger.
fn unbias(found: &mut [f64], initial: &Array, (player, judgements): (&str, usize), step: usize, n: f64) {
    let updates = step * if player == "generator" { 2 } else { judgements };
    let kept = 0.9f64.powi(updates as i32);
    for (value, initial) in found.iter_mut().zip(&initial.values) {
        *value = kept * initial + (*value - kept * initial) * n / (n - 1.0);
    }
}
