use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Tokens;
use crate::error::{Error, Result};
use crate::file::{Partial, Source};

/// The tokens of a text and their numbers.
///
/// Three numbers stand for no token: [`PAD`](Self::PAD) fills a sequence up, [`UNKNOWN`](Self::UNKNOWN) stands for
/// a token that is not in the vocabulary, and [`END`](Self::END) ends a sequence. The others follow, the most
/// frequent first; equally frequent ones in alphabetical order.
///
/// It is saved as JSON beside a generator, so that what that writes can be read.
///
/// # Example
/// ```
/// use agon_data::{Tokens, Vocabulary};
///
/// let vocabulary = Vocabulary::new(Tokens::Words, "the cat saw the dog");
/// let numbers = vocabulary.encode("the dog saw the bird");
/// assert_eq!(numbers, [3, 5, 6, 3, Vocabulary::UNKNOWN]);
/// assert_eq!(vocabulary.decode(&[3, 5, Vocabulary::END, 4]), "the dog");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Vocabulary {
    tokens: Tokens,
    list: Vec<String>,
    numbers: HashMap<String, u32>,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    tokens: Tokens,
    vocabulary: Vec<String>,
}

impl Vocabulary {
    /// Fills a sequence up.
    pub const PAD: u32 = 0;
    /// Stands for a token that is not in the vocabulary.
    pub const UNKNOWN: u32 = 1;
    /// Ends a sequence.
    pub const END: u32 = 2;
    /// How many numbers stand for no token.
    const SPECIAL: u32 = 3;

    /// All tokens of a text.
    pub fn new(tokens: Tokens, text: &str) -> Self {
        Self::frequent(tokens, text, 1, usize::MAX)
    }

    /// The most frequent tokens of a text: those that occur at least so many times, and of those at most so
    /// many.
    pub fn frequent(tokens: Tokens, text: &str, least: usize, most: usize) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for token in tokens.of(text) {
            *counts.entry(token).or_default() += 1;
        }
        let mut list: Vec<_> = counts.into_iter().filter(|&(_, count)| count >= least).collect();
        list.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let list = list.into_iter().take(most).map(|(token, _)| token.to_owned());
        Self::of(tokens, list.collect())
    }

    fn of(tokens: Tokens, list: Vec<String>) -> Self {
        let numbers = list.iter().cloned().zip(Self::SPECIAL..).collect();
        Self { tokens, list, numbers }
    }

    /// What its tokens are.
    pub fn tokens(&self) -> Tokens {
        self.tokens
    }

    /// How many numbers there are: every one in a sequence is smaller.
    pub fn size(&self) -> usize {
        self.list.len() + Self::SPECIAL as usize
    }

    /// The number of a token.
    pub fn number(&self, token: &str) -> u32 {
        self.numbers.get(token).copied().unwrap_or(Self::UNKNOWN)
    }

    /// The token of a number; none for those that stand for no token.
    pub fn token(&self, number: u32) -> Option<&str> {
        let index = number.checked_sub(Self::SPECIAL)?;
        self.list.get(index as usize).map(String::as_str)
    }

    /// The numbers of a text's tokens, without an end.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        self.tokens.of(text).map(|token| self.number(token)).collect()
    }

    /// The text of a sequence up to its end. Unknown tokens, and numbers that are too large, become `�`.
    pub fn decode(&self, numbers: &[u32]) -> String {
        let ended = numbers.iter().take_while(|&&number| number != Self::END);
        let tokens: Vec<&str> = ended
            .filter(|&&number| number != Self::PAD)
            .map(|&number| self.token(number).unwrap_or("\u{fffd}"))
            .collect();
        tokens.join(self.tokens.between())
    }

    /// Writes it as JSON: whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let json = serde_json::to_vec_pretty(self).map_err(|error| Error::Other(Box::new(error)))?;
        Partial::write(path.as_ref(), &json)
    }

    /// Reads what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If it cannot be read, or is no vocabulary.
    pub fn load(source: impl Into<Source>) -> Result<Self> {
        let bytes = source.into().open()?;
        let json = bytes.read(0, bytes.len())?;
        serde_json::from_slice(&json).map_err(|error| bytes.error("a vocabulary", error))
    }
}

impl TryFrom<Saved> for Vocabulary {
    type Error = String;

    fn try_from(saved: Saved) -> Result<Self, String> {
        let vocabulary = Self::of(saved.tokens, saved.vocabulary);
        if vocabulary.numbers.len() == vocabulary.list.len() {
            return Ok(vocabulary);
        }
        Err("a token is there twice".to_owned())
    }
}

impl From<Vocabulary> for Saved {
    fn from(vocabulary: Vocabulary) -> Self {
        Self {
            tokens: vocabulary.tokens,
            vocabulary: vocabulary.list,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Folder, spoil};

    #[test]
    fn frequent_tokens_come_first() {
        let text = "b a c a b a";
        let vocabulary = Vocabulary::new(Tokens::Words, text);
        assert_eq!(
            [3, 4, 5].map(|number| vocabulary.token(number).unwrap()),
            ["a", "b", "c"]
        );
        assert_eq!(vocabulary.size(), 6);
        assert_eq!(Vocabulary::frequent(Tokens::Words, text, 2, 9).size(), 5);
        assert_eq!(Vocabulary::frequent(Tokens::Words, text, 1, 1).encode("a b"), [3, 1]);
        for number in [0, 1, 2, 6, u32::MAX] {
            assert_eq!(vocabulary.token(number), None);
        }
    }

    #[test]
    fn what_was_encoded_is_decoded() {
        for (tokens, text) in [
            (Tokens::Words, "ein Baum, ein Haus"),
            (Tokens::Characters, "zwölf\nBären 🐻"),
        ] {
            let vocabulary = Vocabulary::new(tokens, text);
            let numbers = vocabulary.encode(text);
            assert_eq!(vocabulary.decode(&numbers), text);
            assert!(numbers.iter().all(|&number| (number as usize) < vocabulary.size()));
        }
        assert_eq!(
            Vocabulary::new(Tokens::Words, "").decode(&[0, 1, 77, 2, 3]),
            "\u{fffd} \u{fffd}"
        );
    }

    #[test]
    fn it_is_saved_and_loaded() {
        let folder = Folder::new();
        let path = folder.path().join("deep/words.json");
        let vocabulary = Vocabulary::new(Tokens::Characters, "a\"\\ b");
        vocabulary.save(&path).unwrap();
        assert_eq!(Vocabulary::load(&path).unwrap(), vocabulary);
        let twice = folder.write("twice.json", br#"{"tokens":"Words","vocabulary":["a","a"]}"#);
        assert!(Vocabulary::load(twice).unwrap_err().to_string().contains("twice"));
        let json = std::fs::read(&path).unwrap();
        let (tried, content) = spoil(&json, 2_000, |bytes| Vocabulary::load(bytes).is_ok());
        assert!(content < tried / 2, "{content} of {tried}");
    }
}
