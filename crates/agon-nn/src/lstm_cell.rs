use agon_kernels::{Unit, ops};
use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};

/// A recurrent cell that keeps what its gates let it keep.
///
/// ```text
/// i, f, o = sigmoid(x W + h U + b),    c~ = tanh(x W' + h U' + b'),    c = f c + i c~,    h = o tanh(c)
/// ```
///
/// The four gates stand side by side in one matrix, so that a step is one product of the state; what the inputs bring,
/// `x W + b`, can be computed for all steps at once.
///
/// # References
/// Hochreiter and Schmidhuber 1997, "Long short-term memory", with the forget gate of Gers et al. 2000.
#[derive(Module, Debug)]
pub struct LstmCell {
    /// `[inputs, 4 hidden]`, in the order input, forget, output, candidate.
    input: Param<Tensor<2>>,
    recurrent: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

/// What an [`LstmCell`] knows of what it has read.
///
/// # Shapes
/// Both `[batch, hidden]`.
#[derive(Debug, Clone)]
pub struct LstmState {
    /// What it says, `h`.
    pub hidden: Tensor<2>,
    /// What it keeps, `c`.
    pub cell: Tensor<2>,
}

impl LstmState {
    /// One below the other.
    pub fn then(self, other: Self) -> Self {
        Self {
            hidden: Tensor::cat(vec![self.hidden, other.hidden], 0),
            cell: Tensor::cat(vec![self.cell, other.cell], 0),
        }
    }

    /// So many times, one below the other.
    pub fn repeated(self, times: usize) -> Self {
        Self {
            hidden: self.hidden.repeat_dim(0, times),
            cell: self.cell.repeat_dim(0, times),
        }
    }
}

impl LstmCell {
    /// With weights and biases from `initializer`.
    pub fn new(inputs: usize, hidden: usize, initializer: &Initializer, device: &Device) -> Self {
        Self {
            input: initializer.init([inputs, 4 * hidden], device),
            recurrent: initializer.init([hidden, 4 * hidden], device),
            bias: initializer.init([4 * hidden], device),
        }
    }

    /// Numbers in its state.
    pub fn hidden(&self) -> usize {
        self.recurrent.dims()[0]
    }

    /// With these weights: `input` `[inputs, 4 hidden]`, `recurrent` `[hidden, 4 hidden]`, `bias` `[4 hidden]`, the
    /// gates in the order input, forget, output, candidate.
    pub fn from_weights(input: Tensor<2>, recurrent: Tensor<2>, bias: Tensor<1>) -> Self {
        Self {
            input: Param::from_tensor(input),
            recurrent: Param::from_tensor(recurrent),
            bias: Param::from_tensor(bias),
        }
    }

    /// The weights of the state: `[hidden, 4 hidden]`.
    pub fn recurrent(&self) -> &Param<Tensor<2>> {
        &self.recurrent
    }

    /// What inputs bring to the gates: `[n, inputs]` to `[n, 4 hidden]`.
    pub fn project(&self, inputs: Tensor<2>) -> Tensor<2> {
        ops::linear(inputs, self.input.val(), Some(self.bias.val()))
    }

    /// The state before anything is read.
    pub fn blank(&self, batch: usize) -> LstmState {
        let zeros = Tensor::zeros(
            [batch, self.recurrent.dims()[0]],
            (&self.recurrent.device().inner(), self.recurrent.dtype()),
        );
        LstmState {
            hidden: zeros.clone(),
            cell: zeros,
        }
    }

    /// Reads what [`project`](Self::project) gave for one input of each member of the batch.
    pub fn step(&self, projected: Tensor<2>, state: LstmState) -> LstmState {
        let gates = projected + ops::linear(state.hidden, self.recurrent.val(), None);
        let width = self.recurrent.dims()[0];
        let open = ops::unit(gates.clone().narrow(1, 0, 3 * width), Unit::Sigmoid);
        let [i, f, o] = [0, 1, 2].map(|gate| open.clone().narrow(1, gate * width, width));
        let candidate = ops::unit(gates.narrow(1, 3 * width, width), Unit::Tanh);
        let cell = f * state.cell + i * candidate;
        LstmState {
            hidden: o * ops::unit(cell.clone(), Unit::Tanh),
            cell,
        }
    }
}
