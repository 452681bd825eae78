//! Sentences that are nearly right: two of their words stand in each other's place.

use agon_core::random::Random;
use burn::prelude::{Int, Tensor};
use burn::tensor::TensorData;
use rand::RngExt;

/// Each sequence with two of its places exchanged, and whether that changed it.
///
/// # Shapes
/// `[batch, length, vocabulary]` to the same and `[batch, 1]`, one where something changed and zero elsewhere.
pub(super) fn exchanged(sequences: &Tensor<3>, random: &mut Random) -> (Tensor<3>, Tensor<2>) {
    let [batch, length, vocabulary] = sequences.dims();
    let mut places: Vec<i64> = (0..batch * length).map(|place| (place % length) as i64).collect();
    for sentence in places.chunks_mut(length) {
        sentence.swap(random.random_range(0..length), random.random_range(0..length));
    }
    let places = Tensor::<3, Int>::from_data(TensorData::new(places, [batch, length, 1]), &sequences.device());
    let exchanged = sequences.clone().gather(1, places.repeat_dim(2, vocabulary));
    let difference = (exchanged.clone() - sequences.clone()).abs().sum_dim(2).sum_dim(1);
    (exchanged, difference.reshape([batch, 1]).clamp_max(1.0))
}

#[cfg(test)]
mod tests {
    use agon_core::random;
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn two_places_differ_or_none() {
        let tokens = Tensor::<1, Int>::arange(0..1200, &Device::default()).remainder_scalar(7);
        let sequences = tokens.reshape([200, 6]).one_hot::<3>(7).float();
        let (exchanged, changed) = exchanged(&sequences, &mut random::stream(7, 0));
        let counts = |sequences: Tensor<3>| sequences.sum_dim(1).into_data();
        assert_eq!(counts(exchanged.clone()), counts(sequences.clone()));
        let moved = (exchanged - sequences)
            .abs()
            .sum_dim(2)
            .reshape([200, 6])
            .clamp_max(1.0);
        // Of six different tokens.
        assert_eq!(moved.sum_dim(1).into_data(), (changed.clone() * 2.0).into_data());
        let share: f32 = changed.mean().into_scalar();
        assert!((share - 5.0 / 6.0).abs() < 0.1, "{share}");
    }
}
