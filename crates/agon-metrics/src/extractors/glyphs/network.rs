use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::prelude::{Device, Tensor};
use burn::store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore};
use burn::tensor::DType;
use burn::tensor::activation::relu;
use burn::tensor::module::{avg_pool2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};

use crate::extractors::resize::resize_centred;
use crate::{Error, Result};

/// The network of a [`GlyphClassifier`](super::GlyphClassifier), to train: three convolutions and two linear
/// layers.
///
/// Images are made grey as the eye weighs colours, and brought to 32 by 32 pixels: bilinearly, and by means of
/// whole blocks of pixels first if they are twice that or more.
///
/// # Shapes
/// Images `[n, 1 or 3, height, width]`; features `[n, 64]`; logits `[n, 10]`.
///
/// # Panics
/// On images of another number of channels.
#[derive(Module, Debug)]
pub struct GlyphNetwork {
    fine: Conv2d,
    middle: Conv2d,
    coarse: Conv2d,
    hidden: Linear,
    head: Linear,
}

/// The side of the images it looks at.
const SIDE: usize = 32;
/// How many numbers its features are.
const WIDTH: usize = 64;

impl GlyphNetwork {
    /// With random weights, as burn draws them.
    pub fn untrained(device: &Device) -> Self {
        let convolution = |from, to| {
            Conv2dConfig::new([from, to], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(device)
        };
        Self {
            fine: convolution(1, 16),
            middle: convolution(16, 32),
            coarse: convolution(32, 64),
            hidden: LinearConfig::new(64 * 4 * 4, WIDTH).init(device),
            head: LinearConfig::new(WIDTH, 10).init(device),
        }
    }

    /// The same network but for the unit of its features, whose mean square over these images becomes 1.
    ///
    /// What follows the features undoes it: the logits stay as they are. Kernels of features, that of the kernel
    /// distance above all, are made for values of about 1.
    ///
    /// # Errors
    /// If all features are 0, or they cannot be read from the device.
    pub fn standardised(mut self, images: Tensor<4>) -> Result<Self> {
        let (features, _) = self.forward(images);
        let square = features.without_autodiff().square().mean().try_into_scalar::<f32>();
        let unit = square.map_err(|error| Error::Device(error.to_string()))?.sqrt();
        if !unit.is_normal() {
            return Err(Error::config(
                "the features of a glyph classifier",
                "some that are not 0",
                unit,
            ));
        }
        self.hidden.weight = self.hidden.weight.map(|weight| weight / unit);
        self.hidden.bias = self.hidden.bias.map(|bias| bias.map(|bias| bias / unit));
        self.head.weight = self.head.weight.map(|weight| weight * unit);
        Ok(self)
    }

    /// With the weights that [`to_bytes`](Self::to_bytes) wrote, in float32.
    ///
    /// # Errors
    /// If they are weights of something else.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self> {
        let mut network = Self::untrained(device);
        let mut store =
            SafetensorsStore::from_bytes(Some(bytes.to_vec())).with_from_adapter(FloatCastAdapter::to(DType::F32));
        network
            .load_from(&mut store)
            .map_err(|error| Error::config("weights of a glyph classifier", "those of its network", error))?;
        Ok(network)
    }

    /// Its weights as a `safetensors` file in float16.
    ///
    /// # Errors
    /// If they cannot be read from the device.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut store = SafetensorsStore::from_bytes(None)
            .clear_metadata()
            .with_to_adapter(FloatCastAdapter::to(DType::F16));
        let saved = self.save_into(&mut store).and_then(|()| store.get_bytes());
        saved.map_err(|error| Error::Device(error.to_string()))
    }

    /// Features and logits.
    pub fn forward(&self, images: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        let [_, _, coarse] = self.maps(images);
        let features = relu(self.hidden.forward(coarse.flatten(1, 3)));
        let logits = self.head.forward(features.clone());
        (features, logits)
    }

    /// What the three convolutions see, from fine to coarse: 16, 32 and 64 channels of 16, 8 and 4 pixels.
    pub fn maps(&self, images: Tensor<4>) -> [Tensor<4>; 3] {
        let halved = |x| max_pool2d(relu(x), MaxPoolOptions::new([2, 2]));
        let fine = halved(self.fine.forward(prepared(images)));
        let middle = halved(self.middle.forward(fine.clone()));
        let coarse = halved(self.coarse.forward(middle.clone()));
        [fine, middle, coarse]
    }
}

/// Grey and 32 by 32.
fn prepared(images: Tensor<4>) -> Tensor<4> {
    let [_, channels, height, width] = images.dims();
    let grey = match channels {
        1 => images,
        _ => {
            let weights = Tensor::<1>::from_data([0.299f32, 0.587, 0.114], (&images.device(), images.dtype()));
            (images * weights.reshape([1, 3, 1, 1])).sum_dim(1)
        }
    };
    let blocks = [height / SIDE, width / SIDE].map(|times| times.max(1));
    let grey = if blocks == [1, 1] {
        grey
    } else {
        avg_pool2d(grey, AvgPoolOptions::new(blocks))
    };
    resize_centred(grey, [SIDE, SIDE])
}
