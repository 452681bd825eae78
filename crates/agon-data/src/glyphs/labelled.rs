use burn::prelude::{Device, Int, Tensor};

use super::Glyphs;
use super::draw::label;
use crate::dataset::Dataset;
use crate::error::Result;

/// [`Glyphs`] that come with the digits they show.
///
/// # Shapes
/// A batch: images `[size, channels, pixels, pixels]` and labels `[size]`, each 0 to 9.
#[derive(Debug, Clone)]
pub struct LabelledGlyphs {
    glyphs: Glyphs,
}

impl LabelledGlyphs {
    pub(super) fn new(glyphs: Glyphs) -> Self {
        Self { glyphs }
    }
}

impl Dataset for LabelledGlyphs {
    type Batch = (Tensor<4>, Tensor<1, Int>);

    fn items(&self) -> Option<u64> {
        self.glyphs.items()
    }

    fn gather(&self, items: &[u64], seed: u64, device: &Device) -> Result<Self::Batch> {
        let content = self.glyphs.extent.content(seed);
        let images = self.glyphs.gather_images(items, content, device)?;
        let digit = |&item: &u64| i64::from(label(&self.glyphs.style, content, item));
        let labels: Vec<i64> = items.iter().map(digit).collect();
        Ok((images, Tensor::from_data(labels.as_slice(), device)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_tell_what_the_images_show() {
        let device = Device::default();
        let zeros = Glyphs::new().digits(&[0]);
        let mixed = Glyphs::new().digits(&[0, 1]).fixed_from(40, 5);
        let items: Vec<u64> = (0..40).collect();
        let (images, labels) = mixed.clone().labelled().gather(&items, 9, &device).unwrap();
        let labels = labels.try_into_vec_as::<i64>().unwrap();
        let expected: Vec<i64> = mixed.labels(40, 5).unwrap().into_iter().map(i64::from).collect();
        assert_eq!(labels, expected);
        assert!(labels.contains(&0) && labels.contains(&1));
        // A zero is drawn alike whichever digits there are to choose from: its image is told by its label.
        let alone = zeros.images(40, 5, &device).unwrap();
        let difference = (images - alone).abs().sum_dims(&[1, 2, 3]).reshape([40]);
        let difference = difference.try_into_vec_as::<f32>().unwrap();
        assert!(
            labels
                .iter()
                .zip(difference)
                .all(|(&label, d)| (label == 0) == (d == 0.0))
        );
    }
}
