use burn::prelude::{Device, Int, Tensor};

use super::projection::{Projection, View};
use super::set::Solids;
use super::solid::Solid;
use crate::dataset::Dataset;
use crate::error::{Result, ensure};

/// [`Solids`] that come with their [`Form`](super::Form).
///
/// # Shapes
/// A batch: voxels `[size, 1, voxels, voxels, voxels]` and labels `[size]`, the forms' numbers.
#[derive(Debug, Clone)]
pub struct LabelledSolids {
    solids: Solids,
}

impl LabelledSolids {
    pub(super) fn new(solids: Solids) -> Self {
        Self { solids }
    }
}

impl Dataset for LabelledSolids {
    type Batch = (Tensor<5>, Tensor<1, Int>);

    fn items(&self) -> Option<u64> {
        self.solids.items()
    }

    fn gather(&mut self, items: &[u64], seed: u64, device: &Device) -> Result<Self::Batch> {
        let content = self.solids.extent.content(seed);
        let voxels = self.solids.gather_voxels(items, content, device)?;
        let (forms, turned) = (&self.solids.forms, self.solids.turned);
        let label = |&item: &u64| i64::from(Solid::draw(forms, turned, content, item).form.label());
        let labels: Vec<i64> = items.iter().map(label).collect();
        Ok((voxels, Tensor::from_data(labels.as_slice(), device)))
    }
}

/// [`Solids`] that come with their pictures from known views.
///
/// # Shapes
/// A batch: voxels `[size, 1, voxels, voxels, voxels]` and pictures `[size, views, voxels, voxels]`, both with
/// values in `[0, 1]`.
///
/// # Errors
/// Of the first batch: no views.
#[derive(Debug, Clone)]
pub struct ProjectedSolids {
    solids: Solids,
    projection: Projection,
    views: Vec<View>,
}

impl ProjectedSolids {
    pub(super) fn new(solids: Solids, projection: Projection, views: &[View]) -> Self {
        Self {
            solids,
            projection,
            views: views.to_vec(),
        }
    }
}

impl Dataset for ProjectedSolids {
    type Batch = (Tensor<5>, Tensor<4>);

    fn items(&self) -> Option<u64> {
        self.solids.items()
    }

    fn gather(&mut self, items: &[u64], seed: u64, device: &Device) -> Result<Self::Batch> {
        ensure(!self.views.is_empty(), "the views of solids", "at least one", 0)?;
        let content = self.solids.extent.content(seed);
        let voxels = self.solids.gather_voxels(items, content, device)?;
        let picture = |&view: &View| self.projection.of(voxels.clone(), view);
        let pictures = Tensor::cat(self.views.iter().map(picture).collect(), 1);
        Ok((voxels, pictures))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Form;

    #[test]
    fn labels_tell_the_form() {
        let device = Device::default();
        let solids = Solids::new().size(8).fixed_from(20, 3);
        let items: Vec<u64> = (0..20).collect();
        let (_, labels) = solids.clone().labelled().gather(&items, 9, &device).unwrap();
        let expected: Vec<i64> = solids
            .solids(20, 3)
            .unwrap()
            .iter()
            .map(|s| i64::from(s.form.label()))
            .collect();
        assert_eq!(labels.try_into_vec_as::<i64>().unwrap(), expected);
    }

    /// A standing cone is a triangle from the side and a disc from above.
    #[test]
    fn pictures_show_what_stands_there() {
        let device = Device::default();
        let cones = Solids::new().size(48).forms(&[Form::Cone]).upright();
        let cone = cones.solids(1, 7).unwrap()[0];
        let mut seen = cones.projected(Projection::Silhouette, &[View::Front, View::Left, View::Top]);
        let (_, pictures) = seen.gather(&[0], 7, &device).unwrap();
        let area = |channel: usize| -> f32 {
            let picture = pictures.clone().narrow(1, channel, 1);
            picture.mean().into_scalar()
        };
        let [radius, half, _] = cone.measures;
        let (triangle, disc) = (2.0 * radius * half, std::f32::consts::PI * radius * radius);
        for (channel, expected) in [triangle, triangle, disc].into_iter().enumerate() {
            let found = area(channel);
            assert!(
                (found / expected - 1.0).abs() < 0.06,
                "{channel}: {found}, expected {expected}"
            );
        }
        // The tip is on top: more ink in the lower half of the picture from the front.
        let row = |image: &[f32], from: usize| image[from * 48..(from + 12) * 48].iter().sum::<f32>();
        let front = pictures.narrow(1, 0, 1).try_into_vec_as::<f32>().unwrap();
        let middle = (cone.centre[1] * 48.0) as usize;
        assert!(row(&front, middle) > 1.5 * row(&front, middle - 12));
    }

    #[test]
    fn no_views_are_an_error() {
        let device = Device::default();
        let blind = Solids::new().projected(Projection::Depth, &[]);
        assert!(blind.batches(1).batch(0, 1, &device).is_err());
    }
}
