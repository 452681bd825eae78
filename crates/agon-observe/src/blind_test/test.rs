use std::path::Path;

use agon_core::checkpoint::write_atomically;
use agon_core::random::mix;
use agon_core::{Error, Result};
use burn::prelude::Tensor;
use serde::Serialize;

use super::shuffle::{hidden, order};
use crate::Image;
use crate::image::encode;
use crate::image_grid::single_images;
use crate::page::{Page, base64, data_uri};

/// A page which asks people of images: real or generated?
///
/// It is one HTML file that needs no network. Images come in an order which follows from the seed, one at a
/// time or as a sheet, answered by mouse or keyboard; what is right is not in the order of the file, and not
/// in plain text. The answers stay in the browser. At the end the page says how many were right, with the
/// 95 % confidence interval of Wilson, whether that differs from guessing, and saves the answers as JSON on
/// demand.
///
/// With `k` right of `n` and `z = 1.96` the interval is
/// `(k/n + z²/2n ± z sqrt(k/n (1 - k/n)/n + z²/4n²)) / (1 + z²/n)`.
///
/// # Example
/// ```
/// use agon_observe::BlindTest;
/// use burn::prelude::{Device, Tensor};
///
/// # let (real, generated) = (Tensor::<4>::zeros([3, 1, 8, 8], &Device::default()), Tensor::zeros([3, 1, 8, 8], &Device::default()));
/// # let path = std::env::temp_dir().join("agon-doc-blind-test.html");
/// BlindTest::new().title("Digits").seed(7).real(real).generated(generated).write(&path)?;
/// # std::fs::remove_file(path).ok();
/// # Ok::<(), agon_core::Error>(())
/// ```
///
/// # References
/// Wilson 1927, "Probable inference, the law of succession, and statistical inference", JASA 22. Human
/// inspection as a measure of GANs: Borji 2019, arXiv:1802.03446, and Zhou et al. 2019 (HYPE),
/// arXiv:1904.01121.
#[derive(Debug, Clone)]
pub struct BlindTest {
    title: String,
    question: String,
    seed: u64,
    real: Vec<Tensor<4>>,
    generated: Vec<Tensor<4>>,
}

/// What the page knows.
#[derive(Serialize)]
struct Data<'a> {
    /// Tells tests apart where the browser remembers answers.
    id: String,
    title: &'a str,
    question: &'a str,
    width: usize,
    height: usize,
    images: Vec<String>,
    key: String,
}

impl Default for BlindTest {
    fn default() -> Self {
        Self::new()
    }
}

impl BlindTest {
    /// A test without images.
    pub fn new() -> Self {
        Self {
            title: "Real or generated?".to_owned(),
            question: "Is this image real or generated?".to_owned(),
            seed: 0,
            real: Vec::new(),
            generated: Vec::new(),
        }
    }

    /// What stands at the top.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// What is asked.
    pub fn question(mut self, question: impl Into<String>) -> Self {
        self.question = question.into();
        self
    }

    /// Shuffles the images by this number.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Adds real images.
    ///
    /// # Shapes
    /// `[n, 1, height, width]` or `[n, 3, height, width]`, values in `[-1, 1]`.
    pub fn real(mut self, images: Tensor<4>) -> Self {
        self.real.push(images);
        self
    }

    /// Adds generated images.
    ///
    /// # Shapes
    /// As the real ones.
    pub fn generated(mut self, images: Tensor<4>) -> Self {
        self.generated.push(images);
        self
    }

    /// The text of the page.
    ///
    /// # Errors
    /// If there are no images, not as many generated as real ones (half of all, so that guessing is right half
    /// of the time), images of another shape than the others, or some that cannot be drawn.
    pub fn html(&self) -> Result<String> {
        let (real, generated) = (drawn(&self.real)?, drawn(&self.generated)?);
        if real.is_empty() || real.len() != generated.len() {
            let got = format!("{} real and {} generated", real.len(), generated.len());
            return Err(Error::config(
                "the images of a blind test",
                "as many generated as real ones",
                got,
            ));
        }
        let half = real.len();
        let images: Vec<Image> = real.into_iter().chain(generated).collect();
        let shape = |image: &Image| [image.channels, image.height, image.width];
        if let Some(other) = images.iter().find(|image| shape(image) != shape(&images[0])) {
            let (expected, got) = (format!("{:?}", shape(&images[0])), format!("{:?}", shape(other)));
            return Err(Error::config("the shape of the images of a blind test", expected, got));
        }
        let order = order(images.len(), self.seed);
        let files = order.iter().map(|&i| encode(&images[i])).collect::<Result<Vec<_>>>()?;
        let id = files
            .iter()
            .flatten()
            .fold(self.seed, |id, &byte| mix(id, u64::from(byte)));
        let data = Data {
            id: format!("{id:016x}"),
            title: &self.title,
            question: &self.question,
            width: images[0].width,
            height: images[0].height,
            images: files.iter().map(|png| data_uri(png)).collect(),
            key: base64(&hidden(order.iter().map(|&i| i < half), self.seed)),
        };
        let page = Page {
            title: &self.title,
            style: include_str!("test.css"),
            body: include_str!("test.html"),
            script: include_str!("test.js"),
        };
        page.with(&data)
    }

    /// Writes the page, which appears whole or not at all.
    ///
    /// # Errors
    /// As [`html`](Self::html), and if the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        write_atomically(path.as_ref(), self.html()?.as_bytes())
    }
}

fn drawn(batches: &[Tensor<4>]) -> Result<Vec<Image>> {
    let images = batches.iter().map(|batch| single_images(batch.clone()));
    Ok(images.collect::<Result<Vec<_>>>()?.concat())
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;
    use serde::Deserialize;

    use super::*;
    use crate::page::data_of;

    #[derive(Deserialize)]
    struct Seen {
        title: String,
        images: Vec<String>,
    }

    fn grey(n: usize, value: f32) -> Tensor<4> {
        Tensor::full([n, 1, 4, 4], value, &Device::default())
    }

    #[test]
    fn the_page_holds_all_images_in_another_order() {
        let test = BlindTest::new()
            .title("<b>&")
            .real(grey(30, 1.0))
            .generated(grey(30, -1.0));
        let html = test.html().unwrap();
        let seen: Seen = data_of(&html).unwrap();
        assert_eq!((seen.images.len(), seen.title.as_str()), (60, "<b>&"));
        let first = &seen.images[0];
        let same = seen.images.iter().filter(|image| *image == first).count();
        assert_eq!(same, 30);
        assert!(seen.images[..30].iter().any(|image| image != first), "they are mixed");
        assert_eq!(html, test.html().unwrap());
        assert_ne!(html, test.seed(1).html().unwrap());
    }

    #[test]
    fn tests_that_would_mislead_are_errors() {
        let test = || BlindTest::new().real(grey(3, 0.0));
        assert!(test().html().is_err(), "nothing generated");
        assert!(test().generated(grey(2, 0.0)).html().is_err(), "fewer generated");
        assert!(
            test().generated(grey(3, 0.0).narrow(3, 0, 2)).html().is_err(),
            "another shape"
        );
        assert!(test().generated(grey(1, 0.0)).generated(grey(2, 0.0)).html().is_ok());
    }
}
