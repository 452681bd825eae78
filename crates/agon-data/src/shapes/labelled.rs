use burn::prelude::{Device, Int, Tensor};

use super::scene::Scene;
use super::set::Shapes;
use crate::dataset::Dataset;
use crate::error::Result;

/// [`Shapes`] that come with the [`Figure`](super::Figure) they show.
///
/// # Shapes
/// A batch: images `[size, channels, pixels, pixels]` and labels `[size]`, the figures' numbers.
#[derive(Debug, Clone)]
pub struct LabelledShapes {
    shapes: Shapes,
}

impl LabelledShapes {
    pub(super) fn new(shapes: Shapes) -> Self {
        Self { shapes }
    }
}

impl Dataset for LabelledShapes {
    type Batch = (Tensor<4>, Tensor<1, Int>);

    fn items(&self) -> Option<u64> {
        self.shapes.items()
    }

    fn gather(&mut self, items: &[u64], seed: u64, device: &Device) -> Result<Self::Batch> {
        let content = self.shapes.extent.content(seed);
        let images = self.shapes.gather_images(items, content, device)?;
        let label = |&item: &u64| i64::from(Scene::draw(&self.shapes.figures, content, item).figure.label());
        let labels: Vec<i64> = items.iter().map(label).collect();
        Ok((images, Tensor::from_data(labels.as_slice(), device)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Figure;

    #[test]
    fn labels_tell_what_the_images_show() {
        let device = Device::default();
        let items: Vec<u64> = (0..60).collect();
        let mixed = Shapes::new().grey().fixed_from(60, 5);
        let (images, labels) = mixed.clone().labelled().gather(&items, 9, &device).unwrap();
        let labels = labels.try_into_vec_as::<i64>().unwrap();
        assert_eq!(
            Figure::ALL.map(|figure| labels.contains(&i64::from(figure.label()))),
            [true; 5]
        );
        // A circle is drawn alike whichever figures there are to choose from, and is told by its label.
        let circles = mixed.figures(&[Figure::Circle]).images(60, 5, &device).unwrap();
        let difference = (images - circles).abs().sum_dims(&[1, 2, 3]).reshape([60]);
        let difference = difference.try_into_vec_as::<f32>().unwrap();
        assert!(
            labels
                .iter()
                .zip(difference)
                .all(|(&label, d)| (label == 0) == (d == 0.0))
        );
    }
}
