use burn::config::Config;
use burn::module::Module;
use burn::nn::Initializer;
use burn::prelude::{Device, Tensor};

use crate::{Activation, Conv1d, Conv1dConfig};

/// Configuration of a [`TextCnn`].
#[derive(Config, Debug)]
pub struct TextCnnConfig {
    /// Numbers in the vector of a token.
    pub embedding: usize,
    /// How many tokens a filter sees at once, and how many filters there are of the kind.
    pub filters: Vec<(usize, usize)>,
    /// Where weights come from; biases are 0.1.
    #[config(default = "Initializer::Normal { mean: 0.0, std: 0.1 }")]
    pub initializer: Initializer,
}

impl TextCnnConfig {
    /// How many features it finds.
    pub fn features(&self) -> usize {
        self.filters.iter().map(|(_, filters)| filters).sum()
    }

    /// Builds the layer.
    pub fn init(&self, device: &Device) -> TextCnn {
        let filters = |&(width, filters): &(usize, usize)| {
            let mut layer = Conv1dConfig::new(self.embedding, filters, width)
                .with_bias(false)
                .with_initializer(self.initializer.clone())
                .init(device);
            layer.bias = Some(Initializer::Constant { value: 0.1 }.init([filters], device));
            layer
        };
        TextCnn {
            filters: self.filters.iter().map(filters).collect(),
        }
    }
}

/// Filters of several widths slide over a sentence; each says how well its best place fits.
///
/// ```text
/// y_k = relu(max over t of (x_t .. x_(t + width - 1)) w_k + b_k)
/// ```
///
/// # Shapes
/// `[batch, length, embedding]` to `[batch, features]`.
///
/// # Example
/// ```
/// use agon_nn::TextCnnConfig;
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let filters = TextCnnConfig::new(32, vec![(2, 100), (3, 200)]).init(&device);
/// assert_eq!(filters.forward(Tensor::zeros([64, 20, 32], &device)).dims(), [64, 300]);
/// ```
///
/// # References
/// Kim 2014, "Convolutional neural networks for sentence classification", arXiv:1408.5882.
#[derive(Module, Debug)]
pub struct TextCnn {
    /// Those of one width each.
    filters: Vec<Conv1d>,
}

impl TextCnn {
    /// Finds the features of each sentence.
    ///
    /// # Panics
    /// If a filter is wider than the sentences are long.
    pub fn forward(&self, x: Tensor<3>) -> Tensor<2> {
        let (length, x) = (x.dims()[1], x.swap_dims(1, 2));
        let best = |layer: &Conv1d| {
            let width = layer.kernel_size;
            assert!(
                width <= length,
                "filters of width {width} need sentences as long, not {length}"
            );
            layer.forward(x.clone()).max_dim(2).squeeze_dim::<2>(2)
        };
        Activation::Relu.forward(Tensor::cat(self.filters.iter().map(best).collect(), 1))
    }
}

#[cfg(test)]
mod tests {
    use burn::module::Param;

    use super::*;

    #[test]
    fn the_best_place_of_each_filter_counts() {
        let device = Device::default();
        let mut cnn = TextCnnConfig::new(1, vec![(2, 2), (1, 1)]).init(&device);
        cnn.filters[0].weight = Param::from_data([[[1.0, 2.0]], [[-1.0, 0.0]]], &device);
        cnn.filters[1].weight = Param::from_data([[[-3.0]]], &device);
        let x = Tensor::<1>::from_data([1.0, 5.0, 2.0, 4.0], &device).reshape([1, 4, 1]);
        let found: Vec<f32> = cnn.forward(x).try_into_vec_as().unwrap();
        // Pairs (1, 5), (5, 2), (2, 4): 11, 9, 10 and -1, -5, -2; single tokens: -3 at best.
        assert_eq!(found, [11.1, 0.0, 0.0]);
    }
}
