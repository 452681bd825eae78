use crate::error::{Result, ensure};

/// How images are seen: their size and channels, and what an array of numbers does not tell by itself.
///
/// Without settings images are as they are in the file, and everything is recognised or an error that names
/// the setting.
///
/// # Example
/// ```
/// use agon_data::ImageOptions;
///
/// // 64 by 64 pixels in colour, from the array `x_train` of an .npz, whose channels come last.
/// let options = ImageOptions::new().size(64).channels(3).array("x_train").channels_last();
/// ```
#[derive(Debug, Clone, Default)]
pub struct ImageOptions {
    pub(crate) size: Option<[usize; 2]>,
    pub(crate) channels: Option<usize>,
    pub(crate) range: Option<[f32; 2]>,
    pub(crate) layout: Option<Layout>,
    pub(crate) array: Option<String>,
    pub(crate) labels: Option<String>,
    pub(crate) split: Split,
}

/// Where the channels are among the axes of an array of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `[items, channels, height, width]`
    First,
    /// `[items, height, width, channels]`
    Last,
}

/// Which half of a data set that is published in two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Split {
    /// What one trains on.
    #[default]
    Train,
    /// What one tests on.
    Test,
}

const LARGEST: usize = 8192;

impl ImageOptions {
    /// Images as they are.
    pub fn new() -> Self {
        Self::default()
    }

    /// Square images of so many pixels a side: the largest square in the middle, resampled.
    pub fn size(self, pixels: usize) -> Self {
        self.height_width(pixels, pixels)
    }

    /// Images of this height and width: the largest part in the middle with these proportions, resampled.
    pub fn height_width(mut self, height: usize, width: usize) -> Self {
        self.size = Some([height, width]);
        self
    }

    /// 1 for grey (the luma of colours), 3 for colour. What is transparent is laid on white.
    pub fn channels(mut self, channels: usize) -> Self {
        self.channels = Some(channels);
        self
    }

    /// The values of an array that become -1 and 1. Without it 0 and 255 for `u8`, 0 and 65535 for `u16`, 0
    /// and 1 for `bool`; of other types the whole array is looked at once, and its extremes must lie in one
    /// of `[0, 1]`, `[-1, 1]` and `[0, 255]`.
    pub fn range(mut self, low: f32, high: f32) -> Self {
        self.range = Some([low, high]);
        self
    }

    /// An array is `[items, channels, height, width]`. Without it, it is if its second axis is 1, 3 or 4 long
    /// and its last is not.
    pub fn channels_first(mut self) -> Self {
        self.layout = Some(Layout::First);
        self
    }

    /// An array is `[items, height, width, channels]`.
    pub fn channels_last(mut self) -> Self {
        self.layout = Some(Layout::Last);
        self
    }

    /// The array of this name in an `.npz` or a safetensors file. Without it, the only one that has the shape
    /// of images.
    pub fn array(mut self, name: impl Into<String>) -> Self {
        self.array = Some(name.into());
        self
    }

    /// The array of this name has the labels. Without it, the only one that can be them.
    pub fn labels(mut self, name: impl Into<String>) -> Self {
        self.labels = Some(name.into());
        self
    }

    /// Which half of a folder with the files of MNIST or CIFAR: what one trains on, unless told.
    pub fn split(mut self, split: Split) -> Self {
        self.split = split;
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        for &side in self.size.iter().flatten() {
            let expected = format!("1 to {LARGEST} pixels");
            ensure((1..=LARGEST).contains(&side), "the size of images", &expected, side)?;
        }
        let channels = self.channels.unwrap_or(3);
        ensure(matches!(channels, 1 | 3), "the channels of images", "1 or 3", channels)?;
        let [low, high] = self.range.unwrap_or([0.0, 1.0]);
        let usable = low.is_finite() && high.is_finite() && low < high;
        ensure(
            usable,
            "the range of images",
            "two numbers, the smaller first",
            format!("{low}, {high}"),
        )
    }
}
