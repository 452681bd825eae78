use agon_core::{Error, Result};
use burn::prelude::Tensor;
use burn::tensor::TensorData;

/// How to get from one code to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Walk {
    /// In a straight line: see [`linear`].
    Linear,
    /// Around the origin: see [`spherical`].
    #[default]
    Spherical,
}

impl Walk {
    /// The code at `t` in `[0, 1]` of the way from `a` to `b`.
    pub fn at(self, a: &[f32], b: &[f32], t: f64) -> Vec<f32> {
        match self {
            Self::Linear => linear(a, b, t),
            Self::Spherical => spherical(a, b, t),
        }
    }
}

/// `(1 - t) a + t b`.
///
/// Half way between two independent normal codes the norm is a factor of `sqrt 2` shorter than either, which
/// the generator has hardly ever seen; [`spherical`] keeps it.
pub fn linear(a: &[f32], b: &[f32], t: f64) -> Vec<f32> {
    weighted(a, 1.0 - t, b, t)
}

/// Along the great circle: `sin((1 - t) w) / sin w  a  +  sin(t w) / sin w  b`, `w` the angle between `a`
/// and `b`.
///
/// Codes of equal norm keep it all the way. Where the angle is no use (almost none, almost half a turn, or a
/// code that is zero) it is [`linear`].
///
/// # Example
/// ```
/// use agon_observe::latent::spherical;
///
/// let half = spherical(&[1.0, 0.0], &[0.0, 1.0], 0.5);
/// assert!((half[0] - 0.5f32.sqrt()).abs() < 1e-6 && half[0] == half[1]);
/// ```
///
/// # References
/// White 2016, "Sampling generative networks", arXiv:1609.04468.
pub fn spherical(a: &[f32], b: &[f32], t: f64) -> Vec<f32> {
    let dot = |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum() };
    let cosine = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
    let angle = cosine.clamp(-1.0, 1.0).acos();
    let sine = angle.sin();
    if !sine.is_finite() || sine < 1e-6 {
        return linear(a, b, t);
    }
    weighted(a, ((1.0 - t) * angle).sin() / sine, b, (t * angle).sin() / sine)
}

fn weighted(a: &[f32], of_a: f64, b: &[f32], of_b: f64) -> Vec<f32> {
    let sum = |(&a, &b): (&f32, &f32)| (of_a * f64::from(a) + of_b * f64::from(b)) as f32;
    a.iter().zip(b).map(sum).collect()
}

/// `steps` codes on the way from each row of `from` to the same row of `to`, both ends included.
///
/// # Shapes
/// `[rows, width]` twice to `[rows * steps, width]`, the steps of the first row first.
///
/// # Errors
/// If the shapes differ, there are fewer than two steps, or the codes cannot be read from their device.
pub fn between(from: &Tensor<2>, to: &Tensor<2>, steps: usize, walk: Walk) -> Result<Tensor<2>> {
    same_shape(from, to)?;
    if steps < 2 {
        return Err(Error::config("the steps of an interpolation", "at least 2", steps));
    }
    let part = |step: usize| step as f64 / (steps - 1) as f64;
    let (starts, ends) = (rows(from)?, rows(to)?);
    let pairs = starts.iter().zip(&ends);
    let codes = pairs.flat_map(|(a, b)| (0..steps).map(move |step| walk.at(a, b, part(step))));
    Ok(matrix(codes.collect(), from))
}

/// The mean of several codes: what they have in common.
///
/// # Shapes
/// `[n, width]` to `[1, width]`.
pub fn mean(codes: &Tensor<2>) -> Tensor<2> {
    codes.clone().mean_dim(0)
}

/// `a - b + c`, each the mean of several codes: "as `a` is to `b`, so is the result to `c`".
///
/// One code says more of its own sample than of what samples like it have in common; three are enough.
///
/// # Shapes
/// `[n, width]`, any `n` for each, to `[1, width]`.
///
/// # Example
/// ```
/// use agon_observe::latent::analogy;
/// use burn::prelude::{Device, Tensor};
///
/// let device = Device::default();
/// let code = |values: [[f32; 2]; 1]| Tensor::<2>::from_data(values, &device);
/// let sum = analogy(&code([[3.0, 1.0]]), &code([[1.0, 1.0]]), &code([[0.0, 5.0]]));
/// assert_eq!(sum.into_data(), code([[2.0, 5.0]]).into_data());
/// ```
///
/// # References
/// Radford, Metz and Chintala 2016, arXiv:1511.06434, section 6.3.2.
pub fn analogy(a: &Tensor<2>, b: &Tensor<2>, c: &Tensor<2>) -> Tensor<2> {
    mean(a) - mean(b) + mean(c)
}

/// An error for codes that do not stand side by side.
pub(super) fn same_shape(a: &Tensor<2>, b: &Tensor<2>) -> Result<()> {
    match (a.dims(), b.dims()) {
        (a, b) if a == b => Ok(()),
        (a, b) => Err(Error::config(
            "the codes of both ends",
            format!("{a:?}"),
            format!("{b:?}"),
        )),
    }
}

/// The codes on the host, row by row.
pub(super) fn rows(codes: &Tensor<2>) -> Result<Vec<Vec<f32>>> {
    let [_, width] = codes.dims();
    let values = codes
        .clone()
        .try_into_vec_as::<f32>()
        .map_err(|error| Error::Device(error.to_string()))?;
    Ok(values.chunks_exact(width.max(1)).map(<[f32]>::to_vec).collect())
}

/// Codes from the host, on the device of others.
pub(super) fn matrix(rows: Vec<Vec<f32>>, like: &Tensor<2>) -> Tensor<2> {
    let shape = [rows.len(), like.dims()[1]];
    Tensor::from_data(TensorData::new(rows.concat(), shape), &like.device())
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    fn norm(code: &[f32]) -> f64 {
        code.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt()
    }

    fn pair(width: usize) -> [Vec<f32>; 2] {
        let code = |purpose: u64| {
            let mut random = agon_core::random::stream(3, purpose);
            let row = agon_core::random::normal([1, width], &mut random, &Device::default());
            rows(&row).unwrap().remove(0)
        };
        [code(0), code(1)]
    }

    #[test]
    fn both_ends_are_where_they_should_be() {
        let [a, b] = pair(64);
        for walk in [Walk::Linear, Walk::Spherical] {
            for (t, end) in [(0.0, &a), (1.0, &b)] {
                let found = walk.at(&a, &b, t);
                assert!(
                    found.iter().zip(end).all(|(x, y)| (x - y).abs() < 1e-6),
                    "{walk:?} at {t}"
                );
            }
        }
    }

    #[test]
    fn a_spherical_walk_keeps_the_norm_and_turns_evenly() {
        let [a, mut b] = pair(64);
        let scale = (norm(&a) / norm(&b)) as f32;
        b.iter_mut().for_each(|x| *x *= scale);
        let steps: Vec<_> = (0..=8).map(|i| spherical(&a, &b, f64::from(i) / 8.0)).collect();
        let chord = |x: &[f32], y: &[f32]| norm(&x.iter().zip(y).map(|(x, y)| x - y).collect::<Vec<_>>());
        let first = chord(&steps[0], &steps[1]);
        for pair in steps.windows(2) {
            assert!((norm(&pair[1]) - norm(&a)).abs() < 1e-5 * norm(&a));
            assert!((chord(&pair[0], &pair[1]) - first).abs() < 1e-5 * first);
        }
        assert!(
            norm(&linear(&a, &b, 0.5)) < 0.9 * norm(&a),
            "a straight line cuts the corner"
        );
    }

    #[test]
    fn angles_of_no_use_are_straight_lines() {
        let a = [1.0, 2.0];
        for b in [[2.0, 4.0], [-1.0, -2.0], [0.0, 0.0]] {
            assert_eq!(spherical(&a, &b, 0.25), linear(&a, &b, 0.25));
        }
    }

    #[test]
    fn rows_follow_each_other() {
        let device = Device::default();
        let from = Tensor::<2>::from_data([[0.0, 0.0], [1.0, 1.0]], &device);
        let to = Tensor::<2>::from_data([[2.0, 4.0], [1.0, 3.0]], &device);
        let codes = between(&from, &to, 3, Walk::Linear).unwrap();
        let expected = [[0.0, 0.0], [1.0, 2.0], [2.0, 4.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]];
        assert_eq!(rows(&codes).unwrap(), expected.map(Vec::from));
        assert!(between(&from, &to, 1, Walk::Linear).is_err());
        assert!(between(&from, &to.narrow(0, 0, 1), 3, Walk::Linear).is_err());
    }
}
