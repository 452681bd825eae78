//! Gradient penalties: the value, the norms, and the gradient for every parameter, in both ways.

use agon_core::derivative::input_gradient;
use agon_core::random::stream;
use agon_core::{Bout, Discriminator, Penalty};
use agon_losses::{GradientPenalty, R1};
use burn::optim::GradientsParams;
use burn::prelude::Tensor;
use burn::tensor::DType;
use serde_json::Value;

use super::critics::{Conv, Mlp, Named, Reference, layer_names};
use super::golden::{Case, Errors, Golden, Result, Setting, array, values};

/// How exactly central differences must agree.
const DIFFERENCES: f64 = 2e-3;

/// Runs every case in both ways.
///
/// By differences a critic with kinks needs float64: wherever the step crosses one, the difference jumps, and
/// only a step far below the resolution of float32 crosses none.
pub fn verify(golden: &Golden, setting: &Setting) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (name, case) in golden.cases()? {
        let kinked = name
            .split_once('.')
            .is_some_and(|(critic, _)| !layer_names(golden, critic, "conv").is_empty());
        let exact = Some(("exact", false, setting.tolerance()));
        let differences = (!kinked || setting.dtype == DType::F64).then_some(("differences", true, DIFFERENCES));
        for (way, by_differences, tolerance) in exact.into_iter().chain(differences) {
            let error = error_of(name, case, by_differences, golden, setting);
            cases.push(Case {
                name: format!("{name} ({way})"),
                error,
                tolerance,
            });
        }
    }
    Ok(cases)
}

fn error_of(name: &str, case: &Value, by_differences: bool, golden: &Golden, setting: &Setting) -> Result<f64> {
    let (critic, penalty) = name.split_once('.').ok_or("expected a name like `critic.penalty`")?;
    if !layer_names(golden, critic, "conv").is_empty() {
        compare::<Conv>(critic, penalty, case, by_differences, golden, setting)
    } else if !layer_names(golden, critic, "linear").is_empty() {
        compare::<Mlp>(critic, penalty, case, by_differences, golden, setting)
    } else {
        Err(format!("the file has no parameters for the critic `{critic}`"))
    }
}

/// The penalty that a case is named after.
fn penalty_of<D: Discriminator>(name: &str, by_differences: bool) -> Option<Box<dyn Penalty<D>>> {
    let gradient_penalty = |penalty: GradientPenalty| -> Box<dyn Penalty<D>> {
        Box::new(if by_differences {
            penalty.by_differences()
        } else {
            penalty
        })
    };
    Some(match name {
        "gradient_penalty_two_sided" => gradient_penalty(GradientPenalty::two_sided(1.0)),
        "gradient_penalty_one_sided" => gradient_penalty(GradientPenalty::one_sided(1.0)),
        "r1_half_squared_norm" if by_differences => Box::new(R1::new(1.0).by_differences()),
        "r1_half_squared_norm" => Box::new(R1::new(1.0)),
        _ => return None,
    })
}

fn compare<D: Reference>(
    critic_name: &str,
    penalty_name: &str,
    case: &Value,
    by_differences: bool,
    golden: &Golden,
    setting: &Setting,
) -> Result<f64> {
    let penalty = penalty_of::<D>(penalty_name, by_differences).ok_or("no penalty of this name is known")?;
    let critic = D::build(golden, critic_name, setting)?;
    let input = D::input(golden.tensor(&format!("{critic_name}.input"))?, setting)?;
    let gradient_of = |parameter: &Named| {
        golden
            .tensor(&format!("{critic_name}.{penalty_name}.grad.{}", parameter.name))
            .map(|array| &array.values)
    };
    let parameters = critic.named();
    let references: Vec<&Vec<f64>> = parameters.iter().map(gradient_of).collect::<Result<_>>()?;
    // A parameter without influence (a bias behind a kink) is measured against the others.
    let largest = references
        .iter()
        .flat_map(|values| values.iter())
        .fold(0.0f64, |max, x| max.max(x.abs()));
    let mut errors = Errors::with_floor((largest * 1e-2).max(1e-12));

    let norms = input_gradient(&critic, &input).square().sum_dim(1).sqrt();
    errors.compare(&values(norms)?, &array(case, "gradient_norms")?.values)?;
    // Between a sample and itself lies nothing but the sample.
    let unscored = Tensor::<2>::zeros([1, 1], &setting.device);
    let bout = Bout {
        discriminator: &critic,
        real: &input,
        fake: &input,
        real_scores: unscored.clone(),
        fake_scores: unscored,
    };
    let value = penalty.penalty(&bout, &mut stream(0, 0));
    errors.compare(&values(value.clone())?, &array(case, "value")?.values)?;
    let gradients = GradientsParams::from_grads(value.backward(), &critic);
    for (parameter, reference) in parameters.iter().zip(references) {
        errors.compare(
            &gradient_in_file_layout(&gradients, parameter, reference.len())?,
            reference,
        )?;
    }
    Ok(errors.largest)
}

/// A parameter's gradient as the file lays it out; what has no influence has a gradient of zero.
fn gradient_in_file_layout(gradients: &GradientsParams, parameter: &Named, length: usize) -> Result<Vec<f64>> {
    let zeros = || Ok(vec![0.0; length]);
    let id = parameter.id;
    match parameter.rank {
        1 => gradients.get::<1>(id).map_or_else(zeros, values),
        2 if parameter.transposed => gradients
            .get::<2>(id)
            .map_or_else(zeros, |gradient| values(gradient.transpose())),
        2 => gradients.get::<2>(id).map_or_else(zeros, values),
        _ => gradients.get::<4>(id).map_or_else(zeros, values),
    }
}
