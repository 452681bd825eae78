//! Where codes come from: drawn on the host from a seeded generator, so that every backend sees the same.

mod categorical;
mod gumbel;
mod kernel_density;
mod normal;
mod product;
mod truncated;
mod uniform;

use std::fmt::Debug;

use burn::prelude::Device;

use crate::random::Random;

pub use categorical::Categorical;
pub use gumbel::Gumbel;
pub use kernel_density::KernelDensity;
pub use normal::Normal;
pub use product::Product;
pub use truncated::TruncatedNormal;
pub use uniform::Uniform;

/// A distribution of codes.
pub trait Prior: Debug + Send + Sync + 'static {
    /// What is drawn.
    type Code;

    /// Draws `n` codes.
    fn draw(&self, n: usize, random: &mut Random, device: &Device) -> Self::Code;
}

impl<P: Prior + ?Sized> Prior for Box<P> {
    type Code = P::Code;

    fn draw(&self, n: usize, random: &mut Random, device: &Device) -> P::Code {
        (**self).draw(n, random, device)
    }
}

/// Two priors, drawn independently: codes and conditions, say.
impl<A: Prior, B: Prior> Prior for (A, B) {
    type Code = (A::Code, B::Code);

    fn draw(&self, n: usize, random: &mut Random, device: &Device) -> Self::Code {
        (self.0.draw(n, random, device), self.1.draw(n, random, device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;
    use burn::prelude::Tensor;

    fn values(prior: &impl Prior<Code = Tensor<2>>, n: usize) -> Vec<f32> {
        let codes = prior.draw(n, &mut stream(3, 0), &Device::default());
        codes.try_into_vec_as().unwrap()
    }

    #[test]
    fn the_same_stream_gives_the_same_codes() {
        assert_eq!(values(&Normal::new(5), 7), values(&Normal::new(5), 7));
    }

    #[test]
    fn normal_has_its_moments() {
        let values = values(&Normal::new(10), 2_000);
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        let variance = values.iter().map(|v| v * v).sum::<f32>() / values.len() as f32;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }

    #[test]
    fn gumbel_has_its_moments() {
        let values = values(&Gumbel::new(10), 2_000);
        let n = values.len() as f32;
        let mean = values.iter().sum::<f32>() / n;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / n;
        // Euler's constant and pi^2 / 6.
        assert!(
            (mean - 0.577).abs() < 0.03 && (variance - 1.645).abs() < 0.1,
            "{mean} {variance}"
        );
    }

    #[test]
    fn uniform_and_truncated_stay_inside() {
        assert!(values(&Uniform::new(4), 500).iter().all(|v| (-1.0..1.0).contains(v)));
        assert!(
            values(&TruncatedNormal::new(4, 0.5), 500)
                .iter()
                .all(|v| v.abs() <= 0.5)
        );
    }

    #[test]
    fn observed_rows_are_drawn_whole_and_spread_by_the_bandwidth() {
        let seen = Tensor::<2>::from_data([[0.0, 0.0], [4.0, 4.0]], &Device::default());
        let exact = KernelDensity::of(seen).unwrap();
        let rows = values(&exact, 400);
        assert!(
            rows.chunks(2)
                .all(|row| row[0] == row[1] && [0.0, 4.0].contains(&row[0]))
        );
        let upper = rows.iter().filter(|&&v| v == 4.0).count();
        assert!((300..500).contains(&upper), "{upper} of 800");
        let spread: Vec<f32> = values(&exact.bandwidth(0.5).unwrap(), 2_000)
            .iter()
            .map(|v| v - 4.0 * v.div_euclid(2.0).clamp(0.0, 1.0))
            .collect();
        let variance = spread.iter().map(|v| v * v).sum::<f32>() / spread.len() as f32;
        assert!((variance - 0.25).abs() < 0.02, "{variance}");
        assert!(KernelDensity::of(Tensor::zeros([0, 2], &Device::default())).is_err());
    }

    #[test]
    fn a_product_stands_side_by_side_and_categories_are_one_hot() {
        let prior = Product::of(Uniform::new(2))
            .and(Categorical::new(3))
            .and(Categorical::new(2));
        let codes = prior.draw(50, &mut stream(1, 0), &Device::default());
        assert_eq!(codes.dims(), [50, 7]);
        let rows: Vec<f32> = codes.try_into_vec_as().unwrap();
        for row in rows.chunks(7) {
            assert_eq!(row[2..5].iter().sum::<f32>(), 1.0);
            assert_eq!(row[5..7].iter().sum::<f32>(), 1.0);
        }
    }
}
