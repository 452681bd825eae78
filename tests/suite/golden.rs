//! Every case of the reference files passes.

#![allow(clippy::unwrap_used)]

#[path = "../../examples/verify/critics.rs"]
mod critics;
#[path = "../../examples/verify/golden.rs"]
#[allow(clippy::module_inception)]
mod golden;
#[path = "../../examples/verify/inception.rs"]
mod inception;
#[path = "../../examples/verify/losses.rs"]
mod losses;
#[path = "../../examples/verify/metrics.rs"]
mod metrics;
#[path = "../../examples/verify/penalties.rs"]
mod penalties;
#[path = "../../examples/verify/scores.rs"]
mod scores;

use std::path::Path;

use burn::prelude::Device;
use burn::tensor::DType;

use golden::{Case, Golden, Result, Setting};

#[track_caller]
fn passes(file: &str, dtype: DType, verify: fn(&Golden, &Setting) -> Result<Vec<Case>>) {
    let golden = Golden::read(&Path::new("tests/golden").join(file)).unwrap();
    let cases = verify(&golden, &Setting::new(&Device::default(), dtype).unwrap()).unwrap();
    let failed: Vec<String> = cases
        .iter()
        .filter(|case| !case.passed())
        .map(ToString::to_string)
        .collect();
    assert!(!cases.is_empty() && failed.is_empty(), "\n{}", failed.join("\n"));
}

#[test]
fn losses_in_float64() {
    passes("losses.json", DType::F64, losses::verify);
}

#[test]
fn losses_in_float32() {
    passes("losses.json", DType::F32, losses::verify);
}

#[test]
fn penalties_in_float64() {
    passes("penalties.json", DType::F64, penalties::verify);
}

#[test]
fn penalties_in_float32() {
    passes("penalties.json", DType::F32, penalties::verify);
}

#[test]
fn metrics_in_float64() {
    passes("metrics.json", DType::F64, metrics::verify);
}

#[test]
fn metrics_in_float32() {
    passes("metrics.json", DType::F32, metrics::verify);
}

#[test]
fn inception_in_float32() {
    passes("inception.json", DType::F32, |golden, setting| {
        inception::verify(golden, setting, None)
    });
}

#[test]
fn unknown_cases_fail_by_name() {
    let json = serde_json::json!({"cases": {"unheard_of": {}}, "real": [0.5], "fake": [0.5]});
    let golden = Golden {
        json,
        tensors: Default::default(),
    };
    let setting = Setting::new(&Device::default(), DType::F32).unwrap();
    let cases = losses::verify(&golden, &setting).unwrap();
    assert_eq!(cases[0].name, "unheard_of");
    assert!(!cases[0].passed());
}

#[test]
fn a_missing_or_wrong_file_is_said_in_words() {
    let missing = Golden::read(Path::new("tests/golden/nowhere.json")).unwrap_err();
    assert!(missing.contains("nowhere.json"), "{missing}");
    let wrong = Golden::read(Path::new("Cargo.toml")).unwrap_err();
    assert!(wrong.contains("expected a .json"), "{wrong}");
}
