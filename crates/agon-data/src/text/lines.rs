use std::sync::Arc;

use burn::prelude::{Device, Int, Tensor};
use burn::tensor::TensorData;

use super::Vocabulary;
use crate::dataset::{Dataset, count, row};
use crate::error::Result;

/// The lines of a [`Text`](crate::Text), of one length: each is cut, or followed by [`Vocabulary::END`] and filled
/// up with [`Vocabulary::PAD`].
///
/// # Shapes
/// A batch: `[size, length]`, numbers of tokens.
#[derive(Debug, Clone)]
pub struct Lines {
    vocabulary: Arc<Vocabulary>,
    length: usize,
    numbers: Arc<[u32]>,
    /// Where each line begins, and where the last one ends.
    starts: Arc<[usize]>,
    cut: usize,
}

impl Lines {
    pub(super) fn new(text: &str, vocabulary: Vocabulary, length: usize) -> Self {
        let (mut numbers, mut starts, mut cut) = (Vec::new(), vec![0], 0);
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let start = numbers.len();
            // One more than fits tells that something is cut.
            numbers.extend(
                vocabulary
                    .tokens()
                    .of(line)
                    .take(length + 1)
                    .map(|token| vocabulary.number(token)),
            );
            if numbers.len() - start > length {
                numbers.truncate(start + length);
                cut += 1;
            }
            starts.push(numbers.len());
        }
        Self {
            vocabulary: Arc::new(vocabulary),
            length,
            numbers: numbers.into(),
            starts: starts.into(),
            cut,
        }
    }

    /// The numbers of its tokens.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many lines were longer than the length and had to be cut.
    pub fn cut(&self) -> usize {
        self.cut
    }

    fn line(&self, item: u64) -> Result<impl Iterator<Item = i64>> {
        let line = row(item, self.len())?;
        let bounds = self.starts.get(line).zip(self.starts.get(line + 1));
        let numbers = bounds.and_then(|(&start, &end)| self.numbers.get(start..end));
        let padding = std::iter::once(Vocabulary::END).chain(std::iter::repeat(Vocabulary::PAD));
        let numbers = numbers.unwrap_or_default().iter().copied();
        Ok(numbers.chain(padding).take(self.length).map(i64::from))
    }
}

impl Dataset for Lines {
    type Batch = Tensor<2, Int>;

    fn items(&self) -> Option<u64> {
        Some(count(self.len()))
    }

    fn gather(&self, items: &[u64], _seed: u64, device: &Device) -> Result<Tensor<2, Int>> {
        let mut numbers = Vec::new();
        for &item in items {
            numbers.extend(self.line(item)?);
        }
        let data = TensorData::new(numbers, [items.len(), self.length]);
        Ok(Tensor::from_data(data, device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Text, Tokens};

    #[test]
    fn lines_are_cut_or_ended_and_filled_up() {
        let text = Text::open("a b c\n\n  \r\nb\na b c d\n".as_bytes(), Tokens::Words).unwrap();
        let lines = text.lines(3).unwrap();
        assert_eq!((lines.len(), lines.cut()), (3, 1));
        let batch = lines.gather(&[2, 1, 0], 0, &Device::default()).unwrap();
        let [a, b, c] = ["a", "b", "c"].map(|token| i64::from(lines.vocabulary().number(token)));
        assert_eq!(batch.try_into_vec_as::<i64>().unwrap(), [a, b, c, b, 2, 0, a, b, c]);
        assert!(lines.gather(&[3], 0, &Device::default()).is_err());
    }

    #[test]
    fn no_lines_are_no_batches() {
        let lines = Text::open("\n\n".as_bytes(), Tokens::Characters)
            .unwrap()
            .lines(3)
            .unwrap();
        assert!(lines.is_empty());
        assert!(lines.batches(2).batch(0, 0, &Device::default()).is_err());
    }
}
