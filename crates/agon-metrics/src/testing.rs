//! Samples for tests, and what holds of every comparison.

use burn::prelude::{Device, Int, Tensor};
use burn::tensor::{DType, TensorData};
use rand_distr::{Distribution, StandardNormal};

use crate::random::stream;
use crate::{Comparison, Error, Figure, Metric, Origin, Result, Rows};

/// `n` normal samples of this width, times `scale`, plus `shift`, in `f64`.
pub fn cloud(n: usize, width: usize, seed: u64, shift: f64, scale: f64) -> Tensor<2> {
    let mut random = stream(seed, 0);
    let values: Vec<f64> = (0..n * width)
        .map(|_| {
            let x: f64 = StandardNormal.sample(&mut random);
            x * scale + shift
        })
        .collect();
    matrix(values, n)
}

/// These values as so many rows.
pub fn matrix(values: Vec<f64>, rows: usize) -> Tensor<2> {
    let width = values.len() / rows.max(1);
    Tensor::from_data(TensorData::new(values, [rows, width]), (&Device::default(), DType::F64))
}

pub fn rows(tensor: &Tensor<2>) -> Rows {
    Rows::from_tensor(Origin::Real, tensor).unwrap()
}

pub fn single(tensor: &Tensor<2>) -> Tensor<2> {
    tensor.clone().cast(DType::F32)
}

pub fn compare(comparison: &impl Comparison, real: &Tensor<2>, fake: &Tensor<2>) -> Vec<f64> {
    values(comparison.compare(&rows(real), &rows(fake)).unwrap())
}

pub fn values(figures: Vec<Figure>) -> Vec<f64> {
    figures.into_iter().map(|figure| figure.value).collect()
}

#[track_caller]
pub fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?} {expected:?}");
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{found:?} {expected:?}");
    }
}

/// What holds of every metric: neither the order of the samples, nor how they are cut into batches and
/// shared among workers matters; what cannot be measured is an error that says so.
#[track_caller]
pub fn conforms<M: Metric<Batch = Tensor<2>> + Clone>(empty: &M, fewest: usize, tolerance: f64) {
    let (real, fake) = (cloud(60, 3, 1, 0.0, 1.0), cloud(70, 3, 2, 0.3, 1.2));
    let whole = of(empty, &real, &fake).unwrap();
    assert!(!whole.is_empty() && whole.iter().all(|figure| figure.value.is_finite()));
    assert!(whole.iter().all(|figure| figure.fake == 70), "{whole:?}");
    let expected = values(whole);
    close(
        &values(of(empty, &reversed(&real), &reversed(&fake)).unwrap()),
        &expected,
        tolerance,
    );
    close(&values(shared(empty, &real, &fake).unwrap()), &expected, tolerance);
    degenerate(empty, fewest);
}

fn of<M: Metric<Batch = Tensor<2>> + Clone>(empty: &M, real: &Tensor<2>, fake: &Tensor<2>) -> Result<Vec<Figure>> {
    let mut metric = empty.clone();
    metric.add(Origin::Real, real)?;
    metric.add(Origin::Fake, fake)?;
    metric.compute()
}

fn reversed(samples: &Tensor<2>) -> Tensor<2> {
    samples.clone().flip([0])
}

/// In batches of 7, by two workers, one of which saw something else before.
fn shared<M: Metric<Batch = Tensor<2>> + Clone>(empty: &M, real: &Tensor<2>, fake: &Tensor<2>) -> Result<Vec<Figure>> {
    let mut workers = [empty.clone(), empty.clone()];
    workers[0].add(Origin::Fake, &cloud(9, 3, 9, 5.0, 1.0))?;
    workers[0].forget(Origin::Fake);
    for (origin, samples) in [(Origin::Real, real), (Origin::Fake, fake)] {
        for (index, batch) in samples.clone().split(7, 0).iter().enumerate() {
            workers[index % 2].add(origin, batch)?;
        }
    }
    let [mut all, other] = workers;
    all.merge(other)?;
    all.compute()
}

#[track_caller]
fn degenerate<M: Metric<Batch = Tensor<2>> + Clone>(empty: &M, fewest: usize) {
    let good = cloud(60, 3, 1, 0.0, 1.0);
    let few = cloud(fewest - 1, 3, 1, 0.0, 1.0);
    for (real, fake, origin) in [(&few, &good, Origin::Real), (&good, &few, Origin::Fake)] {
        match of(empty, real, fake) {
            Err(Error::TooFew { origin: few, got, .. }) => assert_eq!((few, got), (origin, fewest - 1)),
            other => panic!("expected too few, got {other:?}"),
        }
    }
    let constant = matrix(vec![0.25; 180], 60);
    for (real, fake) in [(&constant, &good), (&good, &constant)] {
        let error = of(empty, real, fake).unwrap_err();
        assert!(matches!(error, Error::Constant { count: 60, .. }), "{error}");
    }
    let mut metric = empty.clone();
    let broken = matrix(vec![0.5, f64::NAN, 0.5], 1);
    let error = metric.add(Origin::Fake, &broken).unwrap_err();
    assert!(
        matches!(
            error,
            Error::NotFinite {
                index: 0,
                position: 1,
                ..
            }
        ),
        "{error}"
    );
    metric.add(Origin::Real, &good).unwrap();
    metric.add(Origin::Fake, &cloud(60, 4, 1, 0.0, 1.0)).unwrap();
    let error = metric.compute().unwrap_err();
    assert!(matches!(error, Error::Shape { .. }), "{error}");
}

/// Samples in another order.
pub fn shuffled(samples: &Tensor<2>) -> Tensor<2> {
    let n = samples.dims()[0];
    let order: Vec<i64> = (0..n as i64).map(|i| (i * 17 + 5) % n as i64).collect();
    let order = Tensor::<1, Int>::from_data(TensorData::new(order, [n]), &Device::default());
    samples.clone().select(0, order)
}
