//! Adversarial losses and terms: values, and the gradient for every input.

use agon_core::AdversarialLoss;
use agon_losses::{
    BoundaryEquilibrium, BoundarySeeking, Divergence, EnergyBased, FDivergence, Fisher, Hinge, LabelSmoothing,
    LeastSquares, LossSensitive, MaximumLikelihood, MaximumMeanDiscrepancy, MeanFeatureMatching, Minimax,
    NonSaturating, RelativisticAverageHinge, RelativisticAverageLeastSquares, RelativisticAverageStandard,
    RelativisticStandard, SoftmaxGan, Wasserstein, feature_matching, gaussian_information, pull_away,
    semi_supervised_labelled, semi_supervised_unlabelled,
};
use burn::prelude::{Int, Tensor};
use burn::tensor::TensorData;
use serde_json::Value;

use super::golden::{Array, Case, Errors, Golden, Result, Setting, array, values};

/// Gradients that vanish are measured against this.
const FLOOR: f64 = 1e-3;

/// Runs every case.
pub fn verify(golden: &Golden, setting: &Setting) -> Result<Vec<Case>> {
    let run = |(name, case): (&String, &Value)| Case {
        name: name.clone(),
        error: error_of(name, case, golden, setting),
        tolerance: setting.tolerance(),
    };
    Ok(golden.cases()?.map(run).collect())
}

fn error_of(name: &str, case: &Value, golden: &Golden, setting: &Setting) -> Result<f64> {
    let mut errors = Errors::with_floor(FLOOR);
    match name {
        "feature_matching_l2_sum" => matching(case, golden, setting, &mut errors)?,
        "pull_away_term" => pulling(case, golden, setting, &mut errors)?,
        "semi_supervised_k_plus_1" => semi_supervised(case, setting, &mut errors)?,
        "infogan_gaussian_nll" => information(case, setting, &mut errors)?,
        _ => {
            let loss = adversarial(name).ok_or("no loss of this name is known")?;
            contest(&*loss, name, case, golden, setting, &mut errors)?;
        }
    }
    Ok(errors.largest)
}

/// The loss that a case is named after, parameters included.
pub fn adversarial(name: &str) -> Option<Box<dyn AdversarialLoss>> {
    if let Some((base, labels)) = name.split_once("_one_sided_smoothing_") {
        let [alpha] = numbers(labels)?;
        return Some(Box::new(LabelSmoothing::one_sided(adversarial(base)?, alpha)));
    }
    if let Some((base, labels)) = name.split_once("_two_sided_smoothing_") {
        let [alpha, beta] = numbers(labels)?;
        return Some(Box::new(LabelSmoothing::two_sided(adversarial(base)?, alpha, beta)));
    }
    if let Some(divergence) = name.strip_prefix("f_divergence_") {
        return f_divergence(divergence);
    }
    parametric(name).or_else(|| plain(name))
}

fn plain(name: &str) -> Option<Box<dyn AdversarialLoss>> {
    Some(match name {
        "minimax" => Box::new(Minimax),
        "non_saturating" => Box::new(NonSaturating),
        "least_squares" => Box::new(LeastSquares::binary()),
        "wasserstein" => Box::new(Wasserstein),
        "hinge" => Box::new(Hinge),
        "relativistic_standard" => Box::new(RelativisticStandard),
        "relativistic_average_standard" => Box::new(RelativisticAverageStandard),
        "relativistic_average_least_squares" => Box::new(RelativisticAverageLeastSquares),
        "relativistic_average_hinge" => Box::new(RelativisticAverageHinge),
        "softmax" | "softmax_gan" => Box::new(SoftmaxGan),
        "boundary_seeking" => Box::new(BoundarySeeking),
        "maximum_likelihood" => Box::new(MaximumLikelihood::new()),
        "maximum_likelihood_stable" => Box::new(MaximumLikelihood::stable()),
        "fisher" => Box::new(Fisher),
        "mean_feature_matching" => Box::new(MeanFeatureMatching),
        _ => return None,
    })
}

fn parametric(name: &str) -> Option<Box<dyn AdversarialLoss>> {
    let after = |prefix: &str| name.strip_prefix(prefix);
    if let Some([a, b, c]) = after("least_squares_").and_then(numbers) {
        return Some(Box::new(LeastSquares::new(a, b, c)));
    }
    if let Some([margin]) = after("ebgan_margin_").and_then(numbers) {
        return Some(Box::new(EnergyBased::new(margin)));
    }
    if let Some([k]) = after("began_k_").and_then(numbers) {
        return Some(Box::new(BoundaryEquilibrium::default().start(k)));
    }
    if let Some([weight]) = after("loss_sensitive_l1_lambda_").and_then(numbers) {
        return Some(Box::new(LossSensitive::new(weight)));
    }
    if let Some([sigma]) = after("mmd_gaussian_").and_then(numbers) {
        return Some(Box::new(MaximumMeanDiscrepancy::gaussian([sigma])));
    }
    let [alpha] = after("mmd_rational_quadratic_").and_then(numbers)?;
    Some(Box::new(MaximumMeanDiscrepancy::rational_quadratic([alpha])))
}

fn f_divergence(name: &str) -> Option<Box<dyn AdversarialLoss>> {
    let (name, alternative) = match name.strip_suffix("_alternative") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let divergence = match name {
        "total_variation" => Divergence::TotalVariation,
        "kl" => Divergence::Kl,
        "reverse_kl" => Divergence::ReverseKl,
        "pearson_chi2" => Divergence::PearsonChi2,
        "neyman_chi2" => Divergence::NeymanChi2,
        "squared_hellinger" => Divergence::SquaredHellinger,
        "jensen_shannon" => Divergence::JensenShannon,
        "gan" => Divergence::Gan,
        "jeffrey" | "jeffreys" => Divergence::Jeffreys,
        _ => {
            let [alpha] = name.strip_prefix("alpha_").and_then(numbers)?;
            Divergence::Alpha(alpha)
        }
    };
    let loss = FDivergence::new(divergence);
    Some(Box::new(if alternative { loss.alternative() } else { loss }))
}

/// `0.9_0.1`, `m1_1_0` (an m is a minus): so many numbers, no more and no fewer.
fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let number = |part: &str| match part.strip_prefix('m') {
        Some(rest) => rest.parse::<f64>().ok().map(|x| -x),
        None => part.parse().ok(),
    };
    let all: Option<Vec<f64>> = text.split('_').map(number).collect();
    all?.try_into().ok()
}

/// Both sides of an adversarial loss.
fn contest(
    loss: &dyn AdversarialLoss,
    name: &str,
    case: &Value,
    golden: &Golden,
    setting: &Setting,
    errors: &mut Errors,
) -> Result<()> {
    let energies = name.starts_with("ebgan") || name.starts_with("began");
    let (real_name, fake_name) = if energies {
        ("energy_real", "energy_fake")
    } else {
        ("real", "fake")
    };
    let real = setting.scores(&array(&golden.json, real_name)?)?;
    let fake = setting.scores(&array(&golden.json, fake_name)?)?;
    if case.get("discriminator").is_none() && case.get("generator").is_none() {
        return Err("expected a `discriminator` or a `generator`, got neither".into());
    }
    if let Some(side) = case.get("discriminator") {
        let (real, fake) = (real.clone().require_grad(), fake.clone().require_grad());
        let value = if loss.needs_samples() {
            let samples = &golden.json["loss_sensitive"];
            let of = |name| setting.tensor::<2>(&array(samples, name)?);
            loss.discriminator_at(real.clone(), fake.clone(), (of("x")?, of("g")?))
        } else {
            loss.discriminator(real.clone(), fake.clone())
        };
        compare(
            errors,
            &value,
            "loss",
            &[("grad_real", &real), ("grad_fake", &fake)],
            side,
        )?;
    }
    if let Some(side) = case.get("generator") {
        let (real, fake) = (real.require_grad(), fake.require_grad());
        let value = loss.generator(fake.clone(), loss.generator_needs_real().then(|| real.clone()));
        compare(
            errors,
            &value,
            "loss",
            &[("grad_real", &real), ("grad_fake", &fake)],
            side,
        )?;
    }
    Ok(())
}

/// Compares a loss, and those of its gradients that the reference has.
fn compare(
    errors: &mut Errors,
    loss: &Tensor<1>,
    key: &str,
    inputs: &[(&str, &Tensor<2>)],
    reference: &Value,
) -> Result<()> {
    errors.compare(&values(loss.clone())?, &array(reference, key)?.values)?;
    let gradients = loss.backward();
    for (name, input) in inputs {
        if reference.get(name).is_none_or(Value::is_null) {
            continue;
        }
        let gradient = input
            .grad(&gradients)
            .unwrap_or_else(|| (*input).clone().without_autodiff().zeros_like());
        errors.compare(&values(gradient)?, &array(reference, name)?.values)?;
    }
    Ok(())
}

fn matching(case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let real = setting.tensor(&array(&golden.json, "feature_real")?)?;
    let fake = setting.tensor(&array(&golden.json, "feature_fake")?)?.require_grad();
    let loss = feature_matching(real, fake.clone());
    compare(errors, &loss, "loss", &[("grad_fake_features", &fake)], case)
}

fn pulling(case: &Value, golden: &Golden, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let fake = setting.tensor(&array(&golden.json, "feature_fake")?)?.require_grad();
    compare(
        errors,
        &pull_away(fake.clone()),
        "loss",
        &[("grad_fake_features", &fake)],
        case,
    )
}

fn information(case: &Value, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let mean = setting.tensor(&array(case, "mu")?)?.require_grad();
    let log_variance = setting.tensor(&array(case, "log_var")?)?.require_grad();
    let code = setting.tensor(&array(case, "code")?)?;
    let loss = gaussian_information(mean.clone(), log_variance.clone(), code);
    compare(
        errors,
        &loss,
        "loss",
        &[("grad_mu", &mean), ("grad_log_var", &log_variance)],
        case,
    )
}

fn semi_supervised(case: &Value, setting: &Setting, errors: &mut Errors) -> Result<()> {
    let logits = |name| Ok::<_, String>(setting.tensor::<2>(&array(case, name)?)?.require_grad());
    let (labelled, unlabelled) = (logits("logits_labelled")?, logits("logits_unlabelled")?);
    let fake = logits("logits_fake")?;
    let Array { shape, values } = array(case, "labels")?;
    let labels: Vec<i64> = values.iter().map(|label| *label as i64).collect();
    let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, shape), &setting.device);
    let supervised = semi_supervised_labelled(labelled.clone(), labels);
    compare(errors, &supervised, "supervised", &[("grad_labelled", &labelled)], case)?;
    let unsupervised = semi_supervised_unlabelled(unlabelled.clone(), fake.clone());
    let inputs = [("grad_unlabelled", &unlabelled), ("grad_fake", &fake)];
    compare(errors, &unsupervised, "unsupervised", &inputs, case)
}
