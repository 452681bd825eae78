use burn::prelude::Tensor;

use crate::Result;

/// Turns images into the numbers that distances between them are taken of.
///
/// Two methods: who it is, as a protocol states it, and what it says about a batch. Any burn module becomes
/// one by [`Custom`](super::Custom); others that come along are [`Pixels`](super::Pixels),
/// [`GlyphClassifier`](super::GlyphClassifier), which needs nothing, and [`Inception`](super::Inception), which
/// needs its published weights.
///
/// # Shapes
/// Images: `[n, channels, height, width]`, with values from -1 (black) to 1 (white).
pub trait FeatureExtractor: Send {
    /// What it is called, with whatever changes its figures: part of a protocol.
    fn name(&self) -> String;

    /// What it says about these images.
    ///
    /// # Errors
    /// If it cannot see images of this shape.
    fn extract(&self, images: Tensor<4>) -> Result<Extracted>;

    /// The maps of features on the way, from fine to coarse, for perceptual distances: each
    /// `[n, channels, height, width]`.
    ///
    /// Unless it says otherwise there is one, the features themselves, of one pixel.
    ///
    /// # Errors
    /// As [`extract`](Self::extract).
    fn maps(&self, images: Tensor<4>) -> Result<Vec<Tensor<4>>> {
        let features = self.extract(images)?.features;
        let [n, width] = features.dims();
        Ok(vec![features.reshape([n, width, 1, 1])])
    }
}

impl<E: FeatureExtractor + ?Sized> FeatureExtractor for Box<E> {
    fn name(&self) -> String {
        (**self).name()
    }

    fn extract(&self, images: Tensor<4>) -> Result<Extracted> {
        (**self).extract(images)
    }

    fn maps(&self, images: Tensor<4>) -> Result<Vec<Tensor<4>>> {
        (**self).maps(images)
    }
}

/// What an extractor says about a batch of images.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Extracted {
    /// The features that distances are taken of, `[n, width]`.
    pub features: Tensor<2>,
    /// What it says about their classes, before the softmax, `[n, classes]`, if it knows classes.
    pub logits: Option<Tensor<2>>,
    /// Features of other layers, by name, each `[n, width]`.
    pub layers: Vec<(&'static str, Tensor<2>)>,
}

impl Extracted {
    /// These features and nothing else.
    pub fn new(features: Tensor<2>) -> Self {
        Self {
            features,
            logits: None,
            layers: Vec::new(),
        }
    }

    /// With what it says about their classes.
    pub fn with_logits(mut self, logits: Tensor<2>) -> Self {
        self.logits = Some(logits);
        self
    }

    /// With features of another layer.
    pub fn with_layer(mut self, name: &'static str, features: Tensor<2>) -> Self {
        self.layers.push((name, features));
        self
    }

    /// The features of the layer of this name, if there is one.
    pub fn layer(&self, name: &str) -> Option<&Tensor<2>> {
        self.layers
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, features)| features)
    }
}

impl From<Tensor<2>> for Extracted {
    fn from(features: Tensor<2>) -> Self {
        Self::new(features)
    }
}

/// Features and logits.
impl From<(Tensor<2>, Tensor<2>)> for Extracted {
    fn from((features, logits): (Tensor<2>, Tensor<2>)) -> Self {
        Self::new(features).with_logits(logits)
    }
}
