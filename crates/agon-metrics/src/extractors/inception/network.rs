//! Inception-V3 as the Frechet distance uses it: the graph of 2015-12-05.

use burn::prelude::{Device, Tensor};
use burn::tensor::{DType, TensorData};

use super::layer::{Convolution, Layer};
use super::weights::Weights;
use crate::Result;

/// What batch normalisation adds to a variance.
const EPSILON: f64 = 1e-3;
/// How many numbers the network says of the classes it knows.
const CLASSES: usize = 1008;
const WIDTH: usize = 2048;

/// The four parts of the network, each ending where features are taken, and the classifier.
#[derive(Debug, Clone)]
pub(super) struct Network {
    /// To 64, 192, 768 and 2048 channels.
    pub(super) parts: [Layer; 4],
    /// `[2048, 1008]`
    pub(super) weight: Tensor<2>,
    pub(super) bias: Tensor<1>,
}

impl Network {
    pub(super) fn new(weights: &mut Weights, device: &Device, dtype: DType) -> Result<Self> {
        let weight = weights.take("fc.weight", &[CLASSES, WIDTH])?;
        let bias = weights.take("fc.bias", &[CLASSES])?;
        let weight = Tensor::<2>::from_data(TensorData::new(weight, [CLASSES, WIDTH]), (device, dtype));
        let bias = Tensor::from_data(TensorData::new(bias, [CLASSES]), (device, dtype));
        let mut build = Builder { weights, device, dtype };
        Ok(Self {
            parts: [build.stem()?, build.middle()?, build.mixed_5_and_6()?, build.mixed_7()?],
            weight: weight.transpose(),
            bias,
        })
    }
}

/// Builds layers from weights by their names.
struct Builder<'a> {
    weights: &'a mut Weights,
    device: &'a Device,
    dtype: DType,
}

impl Builder<'_> {
    fn stem(&mut self) -> Result<Layer> {
        Ok(Layer::Chain(vec![
            self.shrinking("Conv2d_1a_3x3", [32, 3, 3, 3], 2)?,
            self.shrinking("Conv2d_2a_3x3", [32, 32, 3, 3], 1)?,
            self.keeping("Conv2d_2b_3x3", [64, 32, 3, 3])?,
            Layer::Halve,
        ]))
    }

    fn middle(&mut self) -> Result<Layer> {
        Ok(Layer::Chain(vec![
            self.keeping("Conv2d_3b_1x1", [80, 64, 1, 1])?,
            self.shrinking("Conv2d_4a_3x3", [192, 80, 3, 3], 1)?,
            Layer::Halve,
        ]))
    }

    fn mixed_5_and_6(&mut self) -> Result<Layer> {
        Ok(Layer::Chain(vec![
            self.block_a("Mixed_5b", 192, 32)?,
            self.block_a("Mixed_5c", 256, 64)?,
            self.block_a("Mixed_5d", 288, 64)?,
            self.block_b("Mixed_6a", 288)?,
            self.block_c("Mixed_6b", 768, 128)?,
            self.block_c("Mixed_6c", 768, 160)?,
            self.block_c("Mixed_6d", 768, 160)?,
            self.block_c("Mixed_6e", 768, 192)?,
        ]))
    }

    /// The last block pools the largest where its twin pools the mean: so it is in the graph of 2015.
    fn mixed_7(&mut self) -> Result<Layer> {
        Ok(Layer::Chain(vec![
            self.block_d("Mixed_7a", 768)?,
            self.block_e("Mixed_7b", 1280, Layer::AveragePool)?,
            self.block_e("Mixed_7c", 2048, Layer::MaxPool)?,
        ]))
    }

    fn block_a(&mut self, name: &str, channels: usize, pooled: usize) -> Result<Layer> {
        let mut same = |branch: &str, shape| self.keeping(&format!("{name}.{branch}"), shape);
        Ok(Layer::Branches(vec![
            same("branch1x1", [64, channels, 1, 1])?,
            Layer::Chain(vec![
                same("branch5x5_1", [48, channels, 1, 1])?,
                same("branch5x5_2", [64, 48, 5, 5])?,
            ]),
            Layer::Chain(vec![
                same("branch3x3dbl_1", [64, channels, 1, 1])?,
                same("branch3x3dbl_2", [96, 64, 3, 3])?,
                same("branch3x3dbl_3", [96, 96, 3, 3])?,
            ]),
            Layer::Chain(vec![Layer::AveragePool, same("branch_pool", [pooled, channels, 1, 1])?]),
        ]))
    }

    fn block_b(&mut self, name: &str, channels: usize) -> Result<Layer> {
        Ok(Layer::Branches(vec![
            self.shrinking(&format!("{name}.branch3x3"), [384, channels, 3, 3], 2)?,
            Layer::Chain(vec![
                self.keeping(&format!("{name}.branch3x3dbl_1"), [64, channels, 1, 1])?,
                self.keeping(&format!("{name}.branch3x3dbl_2"), [96, 64, 3, 3])?,
                self.shrinking(&format!("{name}.branch3x3dbl_3"), [96, 96, 3, 3], 2)?,
            ]),
            Layer::Halve,
        ]))
    }

    fn block_c(&mut self, name: &str, channels: usize, inner: usize) -> Result<Layer> {
        let mut same = |branch: &str, shape| self.keeping(&format!("{name}.{branch}"), shape);
        Ok(Layer::Branches(vec![
            same("branch1x1", [192, channels, 1, 1])?,
            Layer::Chain(vec![
                same("branch7x7_1", [inner, channels, 1, 1])?,
                same("branch7x7_2", [inner, inner, 1, 7])?,
                same("branch7x7_3", [192, inner, 7, 1])?,
            ]),
            Layer::Chain(vec![
                same("branch7x7dbl_1", [inner, channels, 1, 1])?,
                same("branch7x7dbl_2", [inner, inner, 7, 1])?,
                same("branch7x7dbl_3", [inner, inner, 1, 7])?,
                same("branch7x7dbl_4", [inner, inner, 7, 1])?,
                same("branch7x7dbl_5", [192, inner, 1, 7])?,
            ]),
            Layer::Chain(vec![Layer::AveragePool, same("branch_pool", [192, channels, 1, 1])?]),
        ]))
    }

    fn block_d(&mut self, name: &str, channels: usize) -> Result<Layer> {
        Ok(Layer::Branches(vec![
            Layer::Chain(vec![
                self.keeping(&format!("{name}.branch3x3_1"), [192, channels, 1, 1])?,
                self.shrinking(&format!("{name}.branch3x3_2"), [320, 192, 3, 3], 2)?,
            ]),
            Layer::Chain(vec![
                self.keeping(&format!("{name}.branch7x7x3_1"), [192, channels, 1, 1])?,
                self.keeping(&format!("{name}.branch7x7x3_2"), [192, 192, 1, 7])?,
                self.keeping(&format!("{name}.branch7x7x3_3"), [192, 192, 7, 1])?,
                self.shrinking(&format!("{name}.branch7x7x3_4"), [192, 192, 3, 3], 2)?,
            ]),
            Layer::Halve,
        ]))
    }

    fn block_e(&mut self, name: &str, channels: usize, pool: Layer) -> Result<Layer> {
        let mut same = |branch: &str, shape| self.keeping(&format!("{name}.{branch}"), shape);
        Ok(Layer::Branches(vec![
            same("branch1x1", [320, channels, 1, 1])?,
            Layer::Chain(vec![
                same("branch3x3_1", [384, channels, 1, 1])?,
                Layer::Branches(vec![
                    same("branch3x3_2a", [384, 384, 1, 3])?,
                    same("branch3x3_2b", [384, 384, 3, 1])?,
                ]),
            ]),
            Layer::Chain(vec![
                same("branch3x3dbl_1", [448, channels, 1, 1])?,
                same("branch3x3dbl_2", [384, 448, 3, 3])?,
                Layer::Branches(vec![
                    same("branch3x3dbl_3a", [384, 384, 1, 3])?,
                    same("branch3x3dbl_3b", [384, 384, 3, 1])?,
                ]),
            ]),
            Layer::Chain(vec![pool, same("branch_pool", [192, channels, 1, 1])?]),
        ]))
    }

    /// A convolution whose images keep their size.
    fn keeping(&mut self, name: &str, shape: [usize; 4]) -> Result<Layer> {
        self.convolution(name, shape, 1, [shape[2] / 2, shape[3] / 2])
    }

    /// A convolution that stays within the image.
    fn shrinking(&mut self, name: &str, shape: [usize; 4], stride: usize) -> Result<Layer> {
        self.convolution(name, shape, stride, [0, 0])
    }

    /// Batch normalisation after a convolution without bias is a convolution with one:
    /// `gamma (w x - mean) / s + beta = (gamma / s) w x + (beta - gamma mean / s)`, with `s^2 = variance + epsilon`.
    fn convolution(&mut self, name: &str, shape: [usize; 4], stride: usize, padding: [usize; 2]) -> Result<Layer> {
        let mut weight = self.weights.take(&format!("{name}.conv.weight"), &shape)?;
        let mut norm = |part: &str| self.weights.take(&format!("{name}.bn.{part}"), &shape[..1]);
        let (gamma, beta) = (norm("weight")?, norm("bias")?);
        let (mean, variance) = (norm("running_mean")?, norm("running_var")?);
        let scales: Vec<f64> = gamma
            .iter()
            .zip(variance)
            .map(|(g, v)| g / (v + EPSILON).sqrt())
            .collect();
        let per_channel = shape[1] * shape[2] * shape[3];
        for (filter, scale) in weight.chunks_mut(per_channel).zip(&scales) {
            filter.iter_mut().for_each(|w| *w *= scale);
        }
        let shifts = beta.iter().zip(mean).zip(&scales).map(|((b, m), scale)| b - m * scale);
        let bias = TensorData::new(shifts.collect(), [shape[0]]);
        Ok(Layer::Convolution(Convolution {
            weight: Tensor::from_data(TensorData::new(weight, shape), (self.device, self.dtype)),
            bias: Tensor::from_data(bias, (self.device, self.dtype)),
            stride,
            padding,
        }))
    }
}
