use std::sync::Arc;

use burn::prelude::{Device, Int, Tensor};
use burn::tensor::TensorData;

use super::Vocabulary;
use crate::dataset::{Dataset, count, row};
use crate::error::Result;

/// Windows of a [`Text`](crate::Text): so many tokens from every place on that is a multiple of the step.
///
/// # Shapes
/// A batch: `[size, length]`, numbers of tokens.
///
/// # Example
/// ```
/// use agon_data::{Source, Text, Tokens};
///
/// let text = Text::open(Source::from(b"to be or not to be".as_slice()), Tokens::Characters)?;
/// assert_eq!(text.windows(10, 4)?.len(), 3);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Windows {
    vocabulary: Arc<Vocabulary>,
    length: usize,
    step: usize,
    numbers: Arc<[u32]>,
}

impl Windows {
    pub(super) fn new(text: &str, vocabulary: Vocabulary, length: usize, step: usize) -> Self {
        Self {
            length,
            step,
            numbers: vocabulary.encode(text).into(),
            vocabulary: Arc::new(vocabulary),
        }
    }

    /// The numbers of its tokens.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// How many windows there are.
    pub fn len(&self) -> usize {
        match self.numbers.len().checked_sub(self.length) {
            Some(room) => room / self.step + 1,
            None => 0,
        }
    }

    /// Whether there is none: the text is shorter than one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Dataset for Windows {
    type Batch = Tensor<2, Int>;

    fn items(&self) -> Option<u64> {
        Some(count(self.len()))
    }

    fn gather(&self, items: &[u64], _seed: u64, device: &Device) -> Result<Tensor<2, Int>> {
        let mut numbers: Vec<i64> = Vec::new();
        for &item in items {
            let start = row(item, self.len())? * self.step;
            let window = self.numbers.get(start..start + self.length).unwrap_or_default();
            numbers.extend(window.iter().copied().map(i64::from));
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
    fn windows_begin_a_step_apart() {
        let text = Text::open("abcdefg".as_bytes(), Tokens::Characters).unwrap();
        let windows = text.windows(3, 2).unwrap();
        assert_eq!(windows.len(), 3);
        let batch = windows.gather(&[2, 0], 0, &Device::default()).unwrap();
        let numbers: Vec<u32> = batch
            .try_into_vec_as::<i64>()
            .unwrap()
            .iter()
            .map(|&n| n as u32)
            .collect();
        assert_eq!(windows.vocabulary().decode(&numbers), "efgabc");
        assert!(windows.gather(&[3], 0, &Device::default()).is_err());
        let short = Text::open("ab".as_bytes(), Tokens::Characters).unwrap();
        assert!(short.windows(3, 1).unwrap().is_empty());
    }
}
