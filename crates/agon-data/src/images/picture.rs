use burn::prelude::{Device, Tensor};
use burn::tensor::TensorData;

use super::options::{ImageOptions, Layout};
use super::range;
use super::resample::Resample;
use crate::array::Array;
use crate::error::{Error, Result};

/// The rows of an array seen as images.
#[derive(Debug)]
pub(super) struct Pictures {
    array: Array,
    layout: Layout,
    /// `[channels, height, width]` in the array.
    from: [usize; 3],
    channels: usize,
    range: [f32; 2],
    resample: Option<Resample>,
    size: [usize; 2],
}

impl Pictures {
    pub(super) fn new(array: Array, options: &ImageOptions) -> Result<Self> {
        options.check()?;
        let (layout, from) = shape(&array, options.layout)?;
        let [channels, height, width] = from;
        let wanted = options.channels.unwrap_or(channels);
        if wanted != channels && !(1..=4).contains(&channels) {
            let expected = format!("images of 1 to 4 channels, to see them in {wanted}");
            return Err(array.error(expected, format!("{channels} channels")));
        }
        let size = options.size.unwrap_or([height, width]);
        let range = match options.range {
            Some(range) => range,
            None => range::of(&array)?,
        };
        Ok(Self {
            layout,
            from,
            channels: wanted,
            range,
            resample: (size != [height, width]).then(|| Resample::new([height, width], size)),
            size,
            array,
        })
    }

    pub(super) fn array(&self) -> &Array {
        &self.array
    }

    pub(super) fn shape(&self) -> [usize; 3] {
        [self.channels, self.size[0], self.size[1]]
    }

    pub(super) fn gather(&self, items: &[u64], device: &Device) -> Result<Tensor<4>> {
        let mut values = self.array.floats(items)?;
        let [low, high] = self.range;
        for value in &mut values {
            *value = (*value - low) / (high - low) * 2.0 - 1.0;
        }
        let [channels, height, width] = self.shape();
        let area = channels * height * width;
        let size = items.len().checked_mul(area);
        let size = size.ok_or_else(|| Error::config("the items of a batch", "fewer", items.len()))?;
        let mut images = Vec::with_capacity(size);
        let [old_channels, old_height, old_width] = self.from;
        for image in values.chunks_exact(old_channels * old_height * old_width) {
            self.one(image, &mut images);
        }
        let shape = [items.len(), channels, height, width];
        Ok(Tensor::from_data(TensorData::new(images, shape), device))
    }

    fn one(&self, image: &[f32], into: &mut Vec<f32>) {
        let [channels, height, width] = self.from;
        let area = height * width;
        let planes = match self.layout {
            Layout::First => image.to_vec(),
            Layout::Last => planes(image, channels),
        };
        let planes = recolour(planes, channels, self.channels, area);
        match &self.resample {
            Some(resample) => planes.chunks_exact(area).for_each(|plane| resample.plane(plane, into)),
            None => into.extend(planes),
        }
    }
}

/// Where the channels are, and `[channels, height, width]`.
fn shape(array: &Array, layout: Option<Layout>) -> Result<(Layout, [usize; 3])> {
    let likely = |channels: usize| matches!(channels, 1 | 3 | 4);
    let got = format!("the shape {:?}", array.shape());
    match (layout, array.shape()) {
        (_, &[_, height, width]) => Ok((Layout::First, [1, height, width])),
        (Some(Layout::First), &[_, channels, height, width]) => Ok((Layout::First, [channels, height, width])),
        (Some(Layout::Last), &[_, height, width, channels]) => Ok((Layout::Last, [channels, height, width])),
        (None, &[_, first, height, last]) => match (likely(first), likely(last)) {
            (true, false) => Ok((Layout::First, [first, height, last])),
            (false, true) => Ok((Layout::Last, [last, first, height])),
            _ => {
                let expected =
                    "to be told where the channels are, by `ImageOptions::channels_first` or `channels_last`";
                Err(array.error(expected, got))
            }
        },
        _ => {
            let expected = "images, as [items, height, width], or with channels as a fourth axis";
            Err(array.error(expected, got))
        }
    }
}

/// From pixel after pixel to channel after channel.
fn planes(image: &[f32], channels: usize) -> Vec<f32> {
    let plane = |channel| image.iter().skip(channel).step_by(channels.max(1)).copied();
    (0..channels).flat_map(plane).collect()
}

/// The share of red, green and blue in luma (ITU-R BT.601).
const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// Other channels; a second or fourth one is transparency, and what is transparent lies on white.
fn recolour(mut planes: Vec<f32>, from: usize, to: usize, area: usize) -> Vec<f32> {
    if from == to {
        return planes;
    }
    if let 2 | 4 = from {
        let alpha = planes.split_off((from - 1) * area);
        for plane in planes.chunks_exact_mut(area) {
            for (value, alpha) in plane.iter_mut().zip(&alpha) {
                *value = 1.0 - (1.0 - *value) * (alpha + 1.0) / 2.0;
            }
        }
    }
    match (planes.len() / area, to) {
        (1, 3) => planes.repeat(3),
        (3, 1) => {
            let mut grey = vec![0.0; area];
            for (plane, share) in planes.chunks_exact(area).zip(LUMA) {
                for (grey, value) in grey.iter_mut().zip(plane) {
                    *grey += share * value;
                }
            }
            grey
        }
        _ => planes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_come_first_and_colours_become_grey() {
        // Two pixels: red and green.
        let image = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        let planes = planes(&image, 3);
        assert_eq!(planes, [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(recolour(planes, 3, 1, 2), [0.299, 0.587]);
        assert_eq!(recolour(vec![0.5, 0.1], 1, 3, 2), [0.5, 0.1, 0.5, 0.1, 0.5, 0.1]);
        assert_eq!(recolour(vec![0.125, 0.25, 0.5, 1.0], 4, 3, 1), [0.125, 0.25, 0.5]);
        assert_eq!(recolour(vec![0.0, -1.0], 2, 3, 1), [1.0, 1.0, 1.0]);
        assert_eq!(recolour(vec![0.0, 0.5, -0.5, 0.0], 4, 3, 1), [0.5, 0.75, 0.25]);
    }
}
