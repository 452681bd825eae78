//! The pairs that the discriminator sees, and what it makes of them.

use burn::prelude::Tensor;
use burn::tensor::activation::softplus;

use super::TripleWeights;

/// What the discriminator sees in a round: true pairs, and wrong ones.
pub(super) struct Pairs<T> {
    /// True: labelled samples.
    pub labelled: T,
    /// True, by trust: unlabelled samples with the classifier's guess.
    pub trusted: T,
    /// Wrong: others with its guess.
    pub guessed: T,
    /// Wrong: what the generator made.
    pub generated: T,
}

impl<T> Pairs<T> {
    pub fn map<U>(self, change: impl Fn(T) -> U) -> Pairs<U> {
        Pairs {
            labelled: change(self.labelled),
            trusted: change(self.trusted),
            guessed: change(self.guessed),
            generated: change(self.generated),
        }
    }
}

/// The discriminator's loss, from the scores of all pairs.
pub(super) fn judged(weights: TripleWeights, scores: Pairs<Tensor<2>>) -> Tensor<1> {
    let TripleWeights { alpha, trusted, .. } = weights;
    let right = |scores: Tensor<2>| softplus(-scores, 1.0).mean();
    let wrong = |scores: Tensor<2>| softplus(scores, 1.0).mean();
    right(scores.labelled) * (1.0 - trusted)
        + right(scores.trusted) * trusted
        + wrong(scores.guessed) * alpha
        + wrong(scores.generated) * (1.0 - alpha)
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn trusted_pairs_take_the_place_of_labelled_ones() {
        let scores = || {
            let pairs = Pairs {
                labelled: 2.0,
                trusted: -1.0,
                guessed: 0.5,
                generated: -3.0,
            };
            pairs.map(|score: f32| Tensor::<2>::full([3, 1], score, &Device::default()))
        };
        let value = |trusted| {
            let weights = TripleWeights {
                alpha: 0.25,
                trusted,
                ..TripleWeights::default()
            };
            f64::from(judged(weights, scores()).into_scalar::<f32>())
        };
        let softplus = |x: f64| x.exp().ln_1p();
        let wrong = 0.25 * softplus(0.5) + 0.75 * softplus(-3.0);
        for (trusted, real) in [(0.0, softplus(-2.0)), (1.0, softplus(1.0))] {
            assert!((value(trusted) - real - wrong).abs() < 1e-6);
        }
        assert!((value(0.5) - 0.5 * (value(0.0) + value(1.0))).abs() < 1e-6);
    }
}
