use burn::prelude::{Int, Tensor};

use crate::error::{Error, Result};

/// A sentence: the numbers of its words.
pub type Sentence = Vec<u32>;

/// The sentences that a generator of sequences made, on the host, each up to the first `end` if there is one.
///
/// # Shapes
/// `sequences`: `[n, length]`.
///
/// # Errors
/// Tokens that are negative or larger than 32 bits; a device that fails.
///
/// # Example
/// ```
/// use agon_metrics::sequences::sentences;
/// use burn::prelude::*;
///
/// let tokens = Tensor::<2, Int>::from_data([[5, 2, 0, 0], [7, 1, 4, 0]], &Device::default());
/// assert_eq!(sentences(tokens, Some(0))?, [vec![5, 2], vec![7, 1, 4]]);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
pub fn sentences(sequences: Tensor<2, Int>, end: Option<u32>) -> Result<Vec<Sentence>> {
    let [n, length] = sequences.dims();
    let values = sequences
        .try_into_vec_as::<i64>()
        .map_err(|error| Error::Device(error.to_string()))?;
    let token = |value: &i64| u32::try_from(*value).map_err(|_| Error::config("a token", "0 to 2^32 - 1", value));
    let all = values.iter().map(token).collect::<Result<Vec<u32>>>()?;
    let sentence = |index: usize| {
        let tokens = &all[index * length..(index + 1) * length];
        tokens.iter().copied().take_while(|token| Some(*token) != end).collect()
    };
    Ok((0..n).map(sentence).collect())
}
