use burn::prelude::Tensor;

use crate::math::softplus;

/// The cross entropy of logits whose samples are real with this probability, averaged.
pub(crate) fn logistic(scores: Tensor<2>, real: f64) -> Tensor<1> {
    // -log s(v) = softplus(-v) and -log(1 - s(v)) = softplus(v) = softplus(-v) + v.
    let loss = if real == 1.0 {
        softplus(-scores)
    } else {
        softplus(scores.clone()) - scores * real
    };
    loss.mean()
}

#[cfg(test)]
mod tests {
    use super::logistic;
    use crate::testing::{close, scores, value};

    #[test]
    fn it_is_the_expectation_over_the_label() {
        let v = [-3.0, 0.2, 1.5];
        let at = |p: f64| value(logistic(scores(&v), p));
        close(&[at(0.9)], &[0.9 * at(1.0) + 0.1 * at(0.0)], 1e-15);
    }
}
