use std::path::Path;

use burn::module::Module;
use burn::prelude::{Device, Tensor};

use super::GlyphNetwork;
use crate::extractors::{Extracted, FeatureExtractor};
use crate::{Error, Result};

/// The weights that come along, in float16.
const WEIGHTS: &[u8] = include_bytes!("weights.safetensors");

/// A small classifier of drawn digits, whose weights come along: the extractor that needs nothing.
///
/// With it the Frechet distance, precision and recall, Inception and Mode score mean something for grey and
/// coloured images of digits (`Glyphs` of `agon-data`) without any download. It is right about 99 of 100 such
/// digits and more; the figures, and how well each metric orders bad samples by it, stand in
/// `docs/evaluation.md`. For other images its features are of little use: take
/// [`Inception`](crate::extractors::Inception) or a network of your own.
///
/// The example `train_glyph_classifier` trains it, from fixed seeds, in a few minutes on a CPU.
///
/// # Shapes
/// Images `[n, 1 or 3, height, width]`, which become grey and 32 by 32; features `[n, 64]`, after the last
/// ReLU but the head; logits `[n, 10]`.
///
/// # Errors
/// Images of another number of channels, or smaller than 8 pixels.
///
/// # Example
/// ```
/// use agon_metrics::extractors::{FeatureExtractor, GlyphClassifier};
/// use burn::prelude::{Device, Tensor};
///
/// let device = Device::default();
/// let extracted = GlyphClassifier::new(&device)?.extract(Tensor::zeros([3, 1, 28, 28], &device))?;
/// assert_eq!(extracted.features.dims(), [3, 64]);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct GlyphClassifier {
    network: GlyphNetwork,
    device: Device,
    name: String,
}

impl GlyphClassifier {
    /// With the weights that come along.
    pub fn new(device: &Device) -> Result<Self> {
        Ok(Self::with_network(
            "glyph classifier 1",
            GlyphNetwork::from_bytes(WEIGHTS, device)?,
        ))
    }

    /// With a network of one's own training, under a name that tells it from others.
    pub fn with_network(name: impl Into<String>, network: GlyphNetwork) -> Self {
        let device = network.devices().into_iter().next().unwrap_or_default().inner();
        Self {
            network: network.valid(),
            device,
            name: name.into(),
        }
    }

    /// With the weights of a file, as the example `train_glyph_classifier` writes it.
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        let network = GlyphNetwork::from_bytes(&bytes, device)?;
        let name = format!("glyph classifier {}", path.display());
        Ok(Self::with_network(name, network))
    }

    fn checked(&self, images: Tensor<4>) -> Result<Tensor<4>> {
        let [_, channels, height, width] = images.dims();
        if channels != 1 && channels != 3 {
            return Err(Error::config(
                "the images for the glyph classifier",
                "1 or 3 channels",
                channels,
            ));
        }
        if height.min(width) < 8 {
            let got = format!("{height} by {width}");
            return Err(Error::config(
                "the images for the glyph classifier",
                "at least 8 by 8 pixels",
                got,
            ));
        }
        Ok(images.inner().to_device(&self.device))
    }
}

impl FeatureExtractor for GlyphClassifier {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn extract(&self, images: Tensor<4>) -> Result<Extracted> {
        Ok(self.network.forward(self.checked(images)?).into())
    }

    fn maps(&self, images: Tensor<4>) -> Result<Vec<Tensor<4>>> {
        Ok(self.network.maps(self.checked(images)?).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waves(n: usize, channels: usize, side: usize) -> Tensor<4> {
        let count = n * channels * side * side;
        let values: Vec<f32> = (0..count).map(|i| (i as f32 * 0.173).sin()).collect();
        Tensor::<1>::from_floats(&values[..], &Device::default()).reshape([n, channels, side, side])
    }

    #[test]
    fn images_of_any_size_and_colour_give_finite_features() {
        let classifier = GlyphClassifier::new(&Device::default()).unwrap();
        for (channels, side) in [(1, 8), (1, 28), (1, 32), (3, 28), (3, 64), (1, 100)] {
            let extracted = classifier.extract(waves(2, channels, side)).unwrap();
            assert_eq!(extracted.features.dims(), [2, 64]);
            let logits = extracted.logits.unwrap();
            assert_eq!(logits.dims(), [2, 10]);
            assert!(!logits.contains_nan().into_scalar::<bool>());
        }
        let maps = classifier.maps(waves(2, 1, 32)).unwrap();
        let sizes: Vec<[usize; 4]> = maps.iter().map(Tensor::dims).collect();
        assert_eq!(sizes, [[2, 16, 16, 16], [2, 32, 8, 8], [2, 64, 4, 4]]);
    }

    #[test]
    fn a_grey_image_in_colour_is_the_same_image() {
        let classifier = GlyphClassifier::new(&Device::default()).unwrap();
        let grey = waves(1, 1, 32);
        let colour = grey.clone().expand([1, 3, 32, 32]);
        let features = |images| classifier.extract(images).unwrap().features;
        let difference = (features(grey) - features(colour)).abs().max().into_scalar::<f32>();
        assert!(difference < 1e-4, "{difference}");
    }

    #[test]
    fn standardising_changes_the_unit_of_features_only() {
        let network = GlyphNetwork::untrained(&Device::default());
        let images = waves(8, 1, 32);
        let (_, logits) = network.forward(images.clone());
        let standard = network.standardised(images.clone()).unwrap();
        let (features, same) = standard.forward(images);
        let square = features.square().mean().into_scalar::<f32>();
        assert!((square - 1.0).abs() < 1e-3, "{square}");
        let difference = (logits - same).abs().max().into_scalar::<f32>();
        assert!(difference < 1e-4, "{difference}");
    }

    #[test]
    fn weights_survive_their_file_and_others_are_errors() {
        let device = Device::default();
        let network = GlyphNetwork::untrained(&device);
        let bytes = network.to_bytes().unwrap();
        let read = GlyphNetwork::from_bytes(&bytes, &device).unwrap();
        assert_eq!(read.to_bytes().unwrap(), bytes);
        let error = GlyphNetwork::from_bytes(b"weights?", &device).unwrap_err().to_string();
        assert!(error.contains("glyph classifier"), "{error}");
        assert!(GlyphClassifier::load("/nowhere/weights.safetensors", &device).is_err());
        let classifier = GlyphClassifier::with_network("untrained", network);
        assert!(classifier.extract(waves(1, 2, 32)).is_err());
        assert!(classifier.extract(waves(1, 1, 7)).is_err());
    }
}
