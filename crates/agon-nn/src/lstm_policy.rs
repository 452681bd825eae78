use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::prelude::{Device, Int, Tensor};

use crate::{LstmCell, LstmState, TokenSoftmax};

/// Configuration of an [`LstmPolicy`].
#[derive(Config, Debug)]
pub struct LstmPolicyConfig {
    /// How many different tokens there are.
    pub vocabulary: usize,
    /// Numbers in the vector of a token.
    #[config(default = 32)]
    pub embedding: usize,
    /// Numbers in the hidden state.
    #[config(default = 32)]
    pub hidden: usize,
    /// The token that stands before every sequence.
    #[config(default = 0)]
    pub start: usize,
    /// Where weights and biases come from.
    #[config(default = "Initializer::Normal { mean: 0.0, std: 0.1 }")]
    pub initializer: Initializer,
}

impl LstmPolicyConfig {
    /// Builds the network.
    ///
    /// # Panics
    /// If the start token is not in the vocabulary.
    pub fn init(&self, device: &Device) -> LstmPolicy {
        let (start, vocabulary) = (self.start, self.vocabulary);
        assert!(
            start < vocabulary,
            "start token {start}, but a vocabulary of {vocabulary}"
        );
        LstmPolicy {
            embedding: self.initializer.init([self.vocabulary, self.embedding], device),
            cell: LstmCell::new(self.embedding, self.hidden, &self.initializer, device),
            output: TokenSoftmax::new(self.vocabulary, self.hidden, &self.initializer, device),
            start,
        }
    }
}

/// A recurrent model of sequences of tokens: reads those before, says how likely each is to be next.
///
/// ```text
/// h = LSTM(E[token], h before),    p(next | h) = softmax(h V + b)
/// ```
///
/// The state begins at zero, the first token read is the start token. What tokens bring to the gates is one table, so
/// that reading a token is a look-up and a step is one product.
///
/// # Shapes
/// Tokens `[batch, length]`.
///
/// # Panics
/// If sequences have no tokens at all.
///
/// # Example
/// ```
/// use agon_nn::LstmPolicyConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let policy = LstmPolicyConfig::new(5000).init(&device);
/// let uniforms = Tensor::random([64, 20], burn::tensor::Distribution::Default, &device);
/// let sentences = policy.sample(uniforms);
/// assert_eq!(policy.log_likelihood(sentences).dims(), [64, 20]);
/// ```
///
/// # References
/// As in Yu et al. 2017, arXiv:1609.05473.
#[derive(Module, Debug)]
pub struct LstmPolicy {
    embedding: Param<Tensor<2>>,
    cell: LstmCell,
    output: TokenSoftmax,
    #[module(skip)]
    start: usize,
}

impl LstmPolicy {
    /// Of these vectors of tokens, `[vocabulary, e]`, this cell and this last layer; the start token is 0.
    pub fn of(embedding: Tensor<2>, cell: LstmCell, output: TokenSoftmax) -> Self {
        Self {
            embedding: Param::from_tensor(embedding),
            cell,
            output,
            start: 0,
        }
    }

    /// How many different tokens there are.
    pub fn vocabulary(&self) -> usize {
        self.embedding.dims()[0]
    }

    /// Numbers in its state.
    pub fn hidden(&self) -> usize {
        self.cell.hidden()
    }

    /// The vectors of the tokens.
    pub fn embedding(&self) -> &Param<Tensor<2>> {
        &self.embedding
    }

    /// The layer that says which token comes next.
    pub fn output(&self) -> &TokenSoftmax {
        &self.output
    }

    /// The token that stands before every sequence.
    pub fn start(&self) -> usize {
        self.start
    }

    /// What each token brings to the gates: `[vocabulary, 4 hidden]`.
    pub fn table(&self) -> Tensor<2> {
        self.cell.project(self.embedding.val())
    }

    /// The state before anything is read.
    pub fn blank(&self, batch: usize) -> LstmState {
        self.cell.blank(batch)
    }

    /// Reads one token of each sequence, given as rows of the [`table`](Self::table).
    pub fn step(&self, rows: Tensor<2>, state: LstmState) -> LstmState {
        self.cell.step(rows, state)
    }

    /// Tokens as they are read: the start token first, the last one never. `[length, batch]`.
    pub(crate) fn read(&self, tokens: Tensor<2, Int>) -> Tensor<2, Int> {
        let [batch, length] = tokens.dims();
        assert!(length > 0, "sequences of no tokens");
        let start = Tensor::full([batch, 1], self.start as i64, &tokens.device());
        Tensor::cat(vec![start, tokens.narrow(1, 0, length - 1)], 1).transpose()
    }

    /// The hidden states which each token follows from, those of the first tokens first: `[length * batch, hidden]`.
    fn states(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let [batch, length] = tokens.dims();
        let read = self.read(tokens).reshape([length * batch]);
        let rows = self.table().select(0, read);
        let mut state = self.blank(batch);
        let mut hidden = Vec::with_capacity(length);
        for place in 0..length {
            state = self.step(rows.clone().narrow(0, place * batch, batch), state);
            hidden.push(state.hidden.clone());
        }
        Tensor::cat(hidden, 0)
    }

    /// `- sum of weight log p(token | tokens before)`, with its gradient; the weights are constants.
    ///
    /// # Shapes
    /// `weights`: `[batch, length]`.
    pub fn weighted_nll(&self, tokens: Tensor<2, Int>, weights: Tensor<2>) -> Tensor<1> {
        let hidden = self.states(tokens.clone());
        self.output.weighted_nll(hidden, by_time(tokens), by_time(weights))
    }

    /// `log p(token | tokens before)`, without a gradient: `[batch, length]`.
    pub fn log_likelihood(&self, tokens: Tensor<2, Int>) -> Tensor<2> {
        let [batch, length] = tokens.dims();
        let hidden = self.valid().states(tokens.clone());
        let logs = self.output.log_likelihood(hidden, by_time(tokens));
        logs.reshape([length, batch]).transpose()
    }

    /// Draws sequences, one number from `[0, 1)` for each token: nothing is read back on the way.
    ///
    /// # Shapes
    /// `uniforms` and the tokens: `[batch, length]`.
    pub fn sample(&self, uniforms: Tensor<2>) -> Tensor<2, Int> {
        let [batch, length] = uniforms.dims();
        let policy = self.valid();
        let (table, uniforms) = (policy.table(), uniforms.inner());
        let mut state = policy.blank(batch);
        let mut token = Tensor::full([batch], self.start as i64, &table.device());
        let mut tokens = Vec::with_capacity(length);
        for place in 0..length {
            state = policy.step(table.clone().select(0, token), state);
            let uniforms = uniforms.clone().narrow(1, place, 1).squeeze_dim(1);
            token = policy.output.draw(state.hidden.clone(), uniforms);
            tokens.push(token.clone());
        }
        Tensor::stack(tokens, 1)
    }
}

/// `[batch, length]` to `[length * batch]`.
fn by_time<K: burn::tensor::kind::Autodiff>(x: Tensor<2, K>) -> Tensor<1, K> {
    let [batch, length] = x.dims();
    x.transpose().reshape([length * batch])
}

#[cfg(test)]
mod tests {
    use burn::tensor::{TensorData, Tolerance};

    use super::*;

    /// `sin(0.7 i + offset)`
    fn wave<const D: usize>(shape: [usize; D], offset: f64, device: &Device) -> Tensor<D> {
        let values: Vec<f64> = (0..shape.iter().product())
            .map(|i| (0.7 * i as f64 + offset).sin())
            .collect();
        Tensor::from_data(TensorData::new(values, shape), device)
    }

    /// Five tokens, vectors of three, a state of two.
    fn waves(device: &Device) -> LstmPolicy {
        let output = TokenSoftmax::from_weights(wave([5, 2], 4.0, device) * 2.0, wave([5], 5.0, device));
        let cell = LstmCell::from_weights(
            wave([3, 8], 1.0, device),
            wave([2, 8], 2.0, device),
            wave([8], 3.0, device),
        );
        let policy = LstmPolicy::of(wave([5, 3], 0.0, device), cell, output);
        LstmPolicy { start: 2, ..policy }
    }

    /// PyTorch 2.15, `torch.nn.LSTM` with its gates put in our order, float64.
    const LOGS: [[f32; 4]; 2] = [
        [-2.777_447_3, -1.106_596, -3.122_550_6, -1.916_045],
        [-0.951_462_7, -1.364_354_4, -2.267_424_3, -1.024_085_5],
    ];
    const LOSS: f32 = 2.184_227;
    const OF_EMBEDDING: [[f32; 3]; 5] = [
        [0.406_788_07, 0.558_464_07, 0.459_463_3],
        [0.117_825_6, 0.256_195_23, 0.279_566_96],
        [-0.083_662_85, -0.065_414_93, -0.017_804_32],
        [0.470_934_23, 0.445_755_97, 0.220_492],
        [-0.271_703_85, -0.204_363_14, -0.045_290_33],
    ];
    const OF_RECURRENT: [[f32; 8]; 2] = [
        [
            0.003_393_94,
            0.007_513_24,
            -0.005_046_4,
            -0.004_150_77,
            -0.004_286_55,
            0.013_394_43,
            0.020_685_51,
            0.043_748_66,
        ],
        [
            0.003_168_76,
            0.027_597_92,
            -0.003_951_93,
            -0.025_709_91,
            -0.001_698_67,
            0.040_494_88,
            0.041_338_5,
            -0.014_363_55,
        ],
    ];

    #[test]
    #[should_panic(expected = "start token 6, but a vocabulary of 6")]
    fn the_start_token_is_one_of_the_vocabulary() {
        let _ = LstmPolicyConfig::new(6).with_start(6).init(&Device::default());
    }

    #[test]
    fn likelihoods_and_gradients_are_those_of_pytorch() {
        let device = Device::default().autodiff();
        let policy = waves(&device);
        let tokens = Tensor::from_data([[1, 4, 0, 2], [3, 3, 1, 4]], &device);
        let tolerance = Tolerance::<f32>::absolute(2e-6);
        let logs = policy.log_likelihood(tokens.clone()).into_data();
        logs.assert_approx_eq(&TensorData::from(LOGS), tolerance);
        let loss = policy.weighted_nll(tokens, wave([2, 4], 6.0, &device));
        loss.to_data().assert_approx_eq(&TensorData::from([LOSS]), tolerance);
        let gradients = loss.backward();
        let of = |param: &Param<Tensor<2>>| param.val().grad(&gradients).unwrap().into_data();
        of(&policy.embedding).assert_approx_eq(&TensorData::from(OF_EMBEDDING), tolerance);
        of(policy.cell.recurrent()).assert_approx_eq(&TensorData::from(OF_RECURRENT), tolerance);
    }

    #[test]
    fn sequences_are_drawn_as_often_as_they_are_likely() {
        let device = Device::default();
        let policy = waves(&device);
        // A grid of 60 x 60 numbers for two tokens.
        let grid: Vec<f32> = (0..3600)
            .flat_map(|i| [(i / 60) as f32 + 0.5, (i % 60) as f32 + 0.5])
            .map(|x| x / 60.0)
            .collect();
        let tokens = policy.sample(Tensor::from_data(TensorData::new(grid, [3600, 2]), &device));
        let drawn: Vec<i64> = tokens.try_into_vec_as().unwrap();
        for sequence in 0..25_i64 {
            let (first, second) = (sequence / 5, sequence % 5);
            let log = policy.log_likelihood(Tensor::from_data([[first, second]], &device));
            let p: f32 = log.sum().exp().into_scalar();
            let count = drawn
                .chunks(2)
                .filter(|pair| pair[0] == first && pair[1] == second)
                .count();
            assert!(
                (count as f32 / 3600.0 - p).abs() < 0.012,
                "{first} {second}: {count} {p}"
            );
        }
    }
}
