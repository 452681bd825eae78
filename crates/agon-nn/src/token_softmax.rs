use agon_kernels::ops;
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::prelude::{Device, Int, Tensor};
use burn::tensor::{IndexingUpdateOp, activation::softmax};

/// The last layer of a language model: how likely each token is to come next.
///
/// ```text
/// p(v | h) = exp(w_v h + b_v) / sum_u exp(w_u h + b_u)
/// ```
///
/// With thousands of tokens this layer is nearly all of the model's work. So likelihoods and draws go through
/// the rows in pieces that stay in the cache, and the gradient of the likelihood, `p - e_token` for the logits,
/// is written out: the tape never sees a tensor as wide as the vocabulary.
///
/// # Shapes
/// Hidden states `[n, hidden]`, tokens `[n]`.
#[derive(Module, Debug)]
pub struct TokenSoftmax {
    /// `[vocabulary, hidden]`
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

/// Rows worked on at once.
const ROWS: usize = 128;

impl TokenSoftmax {
    /// With weights and biases from `initializer`.
    pub fn new(vocabulary: usize, hidden: usize, initializer: &Initializer, device: &Device) -> Self {
        Self {
            weight: initializer.init([vocabulary, hidden], device),
            bias: initializer.init([vocabulary], device),
        }
    }

    /// With these weights, `[vocabulary, hidden]`, and biases.
    pub fn from_weights(weight: Tensor<2>, bias: Tensor<1>) -> Self {
        Self {
            weight: Param::from_tensor(weight),
            bias: Param::from_tensor(bias),
        }
    }

    /// What hidden states are multiplied with: `[vocabulary, hidden]`.
    pub fn weight(&self) -> Tensor<2> {
        self.weight.val()
    }

    /// The logarithms of the likelihoods, up to a constant of each row: `[n, vocabulary]`.
    pub fn logits(&self, hidden: Tensor<2>) -> Tensor<2> {
        ops::linear(hidden, self.weight.val().transpose(), Some(self.bias.val()))
    }

    /// `log p(token | h)` of each row, without a gradient.
    pub fn log_likelihood(&self, hidden: Tensor<2>, tokens: Tensor<1, Int>) -> Tensor<1> {
        let (table, hidden) = (self.table(), with_one(hidden.inner()));
        let pieces = pieces(hidden.dims()[0]);
        let log = |(start, n)| {
            let logits = ops::linear(hidden.clone().narrow(0, start, n), table.clone().transpose(), None);
            log_softmax_at(logits, tokens.clone().narrow(0, start, n)).0
        };
        Tensor::cat(pieces.map(log).collect(), 0)
    }

    /// `- sum over rows of weight log p(token | h)`, with its gradient for the hidden states and this layer.
    ///
    /// The weights are constants; with weights of `1 / n` it is the negative log-likelihood, with rewards the loss
    /// of the policy gradient.
    pub fn weighted_nll(&self, hidden: Tensor<2>, tokens: Tensor<1, Int>, weights: Tensor<1>) -> Tensor<1> {
        let (table, seen) = (self.table(), with_one(hidden.clone().inner()));
        let weights = weights.inner().unsqueeze_dim::<2>(1);
        let mut value = Tensor::zeros([1], (&seen.device(), seen.dtype()));
        let mut of_table = table.zeros_like();
        let mut of_hidden = Vec::new();
        for (start, n) in pieces(seen.dims()[0]) {
            let seen = seen.clone().narrow(0, start, n);
            let tokens = tokens.clone().narrow(0, start, n);
            let weights = weights.clone().narrow(0, start, n);
            let (log, p) = log_softmax_at(
                ops::linear(seen.clone(), table.clone().transpose(), None),
                tokens.clone(),
            );
            value = value - (log.unsqueeze_dim(1) * weights.clone()).sum();
            let pulled = ops::linear(p.clone(), table.clone(), None) - table.clone().select(0, tokens.clone());
            of_hidden.push(pulled * weights.clone());
            let weighted = seen * weights;
            of_table = of_table + ops::linear(p.transpose(), weighted.clone(), None);
            of_table = of_table.select_assign(0, tokens, -weighted, IndexingUpdateOp::Add);
        }
        let width = hidden.dims()[1];
        let of_hidden = Tensor::cat(of_hidden, 0).narrow(1, 0, width);
        let of_bias = of_table.clone().narrow(1, width, 1).squeeze_dim(1);
        // Linear in what is differentiated, so that its gradients are those above.
        let surrogate = (hidden * of_hidden).sum()
            + (self.weight.val() * of_table.narrow(1, 0, width)).sum()
            + (self.bias.val() * of_bias).sum();
        surrogate.clone() - surrogate.detach() + value
    }

    /// Draws a token for each row: the first at which the sum of probabilities exceeds a number from `[0, 1)`.
    ///
    /// # Shapes
    /// `uniforms` and the tokens: `[n]`.
    pub fn draw(&self, hidden: Tensor<2>, uniforms: Tensor<1>) -> Tensor<1, Int> {
        let (weight, bias) = (self.weight.val().inner(), self.bias.val().inner());
        let hidden = hidden.inner();
        let draw = |(start, n)| {
            let rows = hidden.clone().narrow(0, start, n);
            let logits = ops::linear(rows, weight.clone().transpose(), Some(bias.clone()));
            ops::draw(logits, uniforms.clone().narrow(0, start, n))
        };
        Tensor::cat(pieces(hidden.dims()[0]).map(draw).collect(), 0)
    }

    /// Weights and biases side by side, without autodiff: `[vocabulary, hidden + 1]`.
    fn table(&self) -> Tensor<2> {
        let bias = self.bias.val().inner().unsqueeze_dim(1);
        Tensor::cat(vec![self.weight.val().inner(), bias], 1)
    }
}

/// Starts and lengths of the pieces of so many rows.
fn pieces(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows)
        .step_by(ROWS)
        .map(move |start| (start, ROWS.min(rows - start)))
}

/// Each row with a one at its end, which the biases are multiplied with.
fn with_one(rows: Tensor<2>) -> Tensor<2> {
    let one = Tensor::ones([rows.dims()[0], 1], (&rows.device(), rows.dtype()));
    Tensor::cat(vec![rows, one], 1)
}

/// `log softmax` at one token of each row, and the whole softmax.
fn log_softmax_at(logits: Tensor<2>, tokens: Tensor<1, Int>) -> (Tensor<1>, Tensor<2>) {
    let at = logits.clone().gather(1, tokens.unsqueeze_dim(1));
    let top = logits.clone().max_dim(1);
    let p = softmax(logits, 1);
    // log p_v = l_v - l_top + log p_top, which never underflows.
    let log = at - top + p.clone().max_dim(1).log();
    (log.squeeze_dim(1), p)
}

#[cfg(test)]
mod tests {
    use burn::tensor::activation::log_softmax;
    use burn::tensor::{Distribution, Tolerance};

    use super::*;

    fn layer(vocabulary: usize, hidden: usize, device: &Device) -> TokenSoftmax {
        let initializer = Initializer::Normal { mean: 0.0, std: 1.0 };
        TokenSoftmax::new(vocabulary, hidden, &initializer, device)
    }

    /// Hidden states, tokens and weights of 150 rows: more than one piece.
    fn rows(vocabulary: i64, device: &Device) -> (Tensor<2>, Tensor<1, Int>, Tensor<1>) {
        let n = 150;
        let tokens = Tensor::<1, Int>::arange(0..n, device)
            .mul_scalar(7)
            .remainder_scalar(vocabulary);
        let hidden = Tensor::random([n as usize, 5], Distribution::Normal(0.0, 1.0), device);
        (
            hidden,
            tokens,
            Tensor::random([n as usize], Distribution::Default, device),
        )
    }

    #[test]
    fn value_and_gradients_are_those_of_the_tape() {
        let device = Device::default().autodiff();
        let layer = layer(11, 5, &device);
        let (hidden, tokens, weights) = rows(11, &device);
        let hidden = hidden.detach().require_grad();
        let logs = log_softmax(layer.logits(hidden.clone()), 1);
        let log = logs.gather(1, tokens.clone().unsqueeze_dim(1)).squeeze_dim::<1>(1);
        let plain = -(log.clone() * weights.clone()).sum();
        let lean = layer.weighted_nll(hidden.clone(), tokens.clone(), weights);
        let tolerance = Tolerance::<f32>::absolute(1e-4);
        lean.to_data().assert_approx_eq(&plain.to_data(), tolerance);
        let found = layer.log_likelihood(hidden.clone(), tokens);
        found.to_data().assert_approx_eq(&log.inner().to_data(), tolerance);
        let (a, b) = (plain.backward(), lean.backward());
        let pairs = [
            (hidden.grad(&a), hidden.grad(&b)),
            (layer.weight.val().grad(&a), layer.weight.val().grad(&b)),
            (
                layer.bias.val().grad(&a).map(|g| g.unsqueeze()),
                layer.bias.val().grad(&b).map(|g| g.unsqueeze()),
            ),
        ];
        for (a, b) in pairs {
            a.unwrap().to_data().assert_approx_eq(&b.unwrap().to_data(), tolerance);
        }
    }

    #[test]
    fn likelihoods_that_no_number_is_small_enough_for_are_right() {
        let device = Device::default();
        let layer = TokenSoftmax::from_weights(
            Tensor::from_data([[0.0], [500.0]], &device),
            Tensor::zeros([2], &device),
        );
        let log = layer.log_likelihood(Tensor::ones([1, 1], &device), Tensor::zeros([1], &device));
        assert_eq!(log.into_scalar::<f32>(), -500.0);
    }

    #[test]
    fn draws_invert_the_distribution_function() {
        let device = Device::default();
        // Seven tokens are blocks of two and a token of no probability.
        let weights = [0.1_f32, 0.2, 0.05, 0.3, 0.0, 0.15, 0.2];
        let bias: Vec<f32> = weights.iter().map(|p| p.max(1e-30).ln()).collect();
        let layer = TokenSoftmax::from_weights(
            Tensor::zeros([7, 1], &device),
            Tensor::from_data(bias.as_slice(), &device),
        );
        let n = 1000;
        let grid: Vec<f32> = (0..n).map(|i| (i as f32 + 0.5) / n as f32).collect();
        let tokens = layer.draw(
            Tensor::zeros([n, 1], &device),
            Tensor::from_data(grid.as_slice(), &device),
        );
        let tokens: Vec<i64> = tokens.try_into_vec_as().unwrap();
        for (token, p) in weights.iter().enumerate() {
            let count = tokens.iter().filter(|&&drawn| drawn == token as i64).count();
            assert!((count as f32 - p * n as f32).abs() <= 1.0, "{token}: {count}");
        }
        assert!(tokens.is_sorted());
    }
}
