use burn::prelude::Tensor;

use super::structure::same_shape;
use crate::error::{Result, ensure};

/// The peak signal-to-noise ratio of each pair of images, in decibels.
///
/// ```text
/// PSNR = 10 log10(range^2 / mean (a - b)^2)
/// ```
///
/// `range` is the distance of the lowest from the highest value: 2 for images from -1 to 1. The higher the more
/// alike; infinite for equal images.
///
/// # Shapes
/// Images `[n, channels, height, width]`; the result `[n]`.
///
/// # Errors
/// Images of different shapes; a range that is not positive.
pub fn peak_signal_to_noise(a: Tensor<4>, b: Tensor<4>, range: f64) -> Result<Tensor<1>> {
    same_shape(&a, &b)?;
    ensure(range > 0.0, "the range of the images", "more than 0", range)?;
    let n = a.dims()[0];
    let errors = (a.inner() - b.inner()).square().reshape([n as i64, -1]).mean_dim(1);
    Ok(errors.reshape([n]).log() * (-10.0 / std::f64::consts::LN_10) + 20.0 * range.log10())
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn by_hand() {
        let device = Device::default();
        let grey = |level: f32| Tensor::<4>::full([2, 1, 4, 4], level, &device);
        let decibels = |a, b| -> Vec<f32> {
            let ratio = peak_signal_to_noise(grey(a), grey(b), 2.0).unwrap();
            ratio.into_data().try_into_vec().unwrap()
        };
        assert!(decibels(0.5, 0.3).iter().all(|db| (db - 20.0).abs() < 1e-4));
        assert_eq!(decibels(0.5, 0.5), [f32::INFINITY; 2]);
        assert!(peak_signal_to_noise(grey(0.0), grey(0.0), 0.0).is_err());
        assert!(peak_signal_to_noise(grey(0.0), grey(0.0).narrow(0, 0, 1), 1.0).is_err());
    }
}
