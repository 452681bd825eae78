//! What is classified: drawn digits, or images with labels at `--data`.

use agon::data::{Images as Pictures, Subset};
use agon::prelude::*;
use burn::tensor::Int;

use crate::common::{Basic, ImageData, Source, hold_out};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
type Pairs = (Pictures, Labels);
/// Images as rows, and the class of each.
pub type Test = (Tensor<2>, Vec<i64>);

/// Pixels a side, unless told.
const SIDE: usize = 28;
/// What draws the digits to test on, and those with labels.
const TEST: u64 = 1 << 40;
const LABELLED: u64 = 1 << 41;

/// Images that were read.
struct Split {
    labels: Labels,
    test: Subset<Pairs>,
    rest: Subset<Pairs>,
}

/// Images of known classes: some to test on, the others to learn from.
pub struct Images {
    data: Source<Glyphs, Split>,
    shape: [usize; 3],
    classes: usize,
    tested: usize,
}

impl Images {
    /// Those at `--data`, of which at most a fifth are for the test, or drawn digits.
    pub fn open(data: &ImageData, print: &Basic, glyphs: Glyphs, test: usize) -> Outcome<Self> {
        let labelled = data.open_labelled(print, glyphs.clone(), SIDE)?;
        let data = match labelled.data {
            Source::Drawn(_) => Source::Drawn(glyphs.size(labelled.shape[1])),
            Source::Read((images, labels)) => {
                let [test, rest] = hold_out((images, labels.clone()), test)?;
                Source::Read(Split { labels, test, rest })
            }
        };
        Ok(Self {
            data,
            shape: labelled.shape,
            classes: labelled.classes,
            tested: test,
        })
    }

    /// Channels, height and width.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    pub fn classes(&self) -> usize {
        self.classes
    }

    /// What classifiers are tested on.
    pub fn test(&self, device: &Device) -> Outcome<Test> {
        match &self.data {
            Source::Drawn(glyphs) => {
                let labels = glyphs.labels(self.tested, TEST)?.into_iter().map(i64::from);
                Ok((pixels(glyphs.images(self.tested, TEST, device)?), labels.collect()))
            }
            Source::Read(read) => {
                let (images, labels) = read.test.whole(device)?;
                Ok((pixels(images), labels.try_into_vec_as()?))
            }
        }
    }

    /// As many of each class, other ones for each seed.
    pub fn labelled(&self, labels: usize, seed: u64, device: &Device) -> Outcome<(Tensor<2>, Tensor<1, Int>)> {
        let each = labels / self.classes;
        match &self.data {
            Source::Drawn(glyphs) => drawn(glyphs, each, seed, device),
            Source::Read(read) => self.chosen((&read.rest, &read.labels), each, seed, device),
        }
    }

    /// Without labels.
    pub fn unlabelled(&self, batch: usize) -> Box<dyn Batches<Batch = Tensor<2>>> {
        match &self.data {
            Source::Drawn(glyphs) => Box::new(glyphs.clone().batches(batch).map(pixels)),
            Source::Read(read) => Box::new(read.rest.clone().batches(batch).map(|(images, _)| pixels(images))),
        }
    }

    /// The first images of each class, in an order that the seed gives.
    fn chosen(
        &self,
        (rest, labels): (&Subset<Pairs>, &Labels),
        each: usize,
        seed: u64,
        device: &Device,
    ) -> Outcome<(Tensor<2>, Tensor<1, Int>)> {
        let [order] = Subset::split(rest.clone(), [rest.numbers().len()], seed)?;
        let number = |&at: &u64| rest.numbers()[at as usize];
        let classes = labels.of(&order.numbers().iter().map(number).collect::<Vec<_>>())?;
        let mut left = vec![each; self.classes];
        let mut chosen = Vec::new();
        for (&item, class) in order.numbers().iter().zip(classes) {
            if let Some(left) = left.get_mut(class as usize).filter(|left| **left > 0) {
                *left -= 1;
                chosen.push(item);
            }
        }
        if let Some(class) = left.iter().position(|left| *left > 0) {
            let got = format!("{} of class {class}", each - left[class]);
            return Err(format!("--labels: expected {each} images of each class to learn from, got {got}").into());
        }
        let (images, labels) = rest.gather(&chosen, 0, device)?;
        Ok((pixels(images), labels))
    }
}

/// As many of each digit.
fn drawn(glyphs: &Glyphs, each: usize, seed: u64, device: &Device) -> Outcome<(Tensor<2>, Tensor<1, Int>)> {
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for digit in 0..10u8 {
        let seed = LABELLED + 10 * seed + u64::from(digit);
        images.push(pixels(glyphs.clone().digits(&[digit]).images(each, seed, device)?));
        labels.extend(std::iter::repeat_n(i64::from(digit), each));
    }
    Ok((Tensor::cat(images, 0), Tensor::from_data(labels.as_slice(), device)))
}

/// Images as rows of values in `[0, 1]`, as in the papers.
fn pixels(images: Tensor<4>) -> Tensor<2> {
    (images.rows() + 1.0) / 2.0
}
