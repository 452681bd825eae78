use super::{Lines, Tokens, Vocabulary, Windows};
use crate::error::{Result, ensure};
use crate::file::Source;

/// A text to make sequences of: its lines, or windows of its whole.
///
/// The text is UTF-8 and is read into memory at once, where a token takes four bytes.
///
/// # Example
/// ```
/// use agon_data::{Dataset, Source, Text, Tokens};
/// use burn::prelude::Device;
///
/// let poem = Source::from(b"roses are red\nviolets are blue\n".as_slice());
/// let lines = Text::open(poem, Tokens::Words)?.lines(5)?;
/// let vocabulary = lines.vocabulary().clone();
/// let batch = lines.batches(2).batch(0, 7, &Device::default())?;
/// assert_eq!((batch.dims(), vocabulary.size()), ([2, 5], 3 + 5));
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Text {
    text: String,
    vocabulary: Vocabulary,
}

impl Text {
    /// Reads a text, with all its tokens as vocabulary.
    ///
    /// # Errors
    /// If it cannot be read, or is not UTF-8.
    pub fn open(source: impl Into<Source>, tokens: Tokens) -> Result<Self> {
        let bytes = source.into().open()?;
        let text = String::from_utf8(bytes.read(0, bytes.len())?);
        let text = text.map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = 1 + error
                .as_bytes()
                .iter()
                .take(valid)
                .filter(|&&byte| byte == b'\n')
                .count();
            bytes.error("UTF-8", format!("something else in line {line}, at byte {valid}"))
        })?;
        let vocabulary = Vocabulary::new(tokens, &text);
        Ok(Self { text, vocabulary })
    }

    /// Keeps the tokens that occur at least `least` times, and of those the `most` most frequent.
    pub fn frequent(mut self, least: usize, most: usize) -> Self {
        self.vocabulary = Vocabulary::frequent(self.vocabulary.tokens(), &self.text, least, most);
        self
    }

    /// Takes the numbers of another text's tokens: that of the training, for a text to test on.
    pub fn with_vocabulary(mut self, vocabulary: Vocabulary) -> Self {
        self.vocabulary = vocabulary;
        self
    }

    /// The numbers of its tokens.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Its lines as items, each `length` numbers long: cut, or ended and filled up. Empty lines are left out.
    ///
    /// # Errors
    /// If the length is zero, or more than a million.
    pub fn lines(self, length: usize) -> Result<Lines> {
        check_length(length)?;
        Ok(Lines::new(&self.text, self.vocabulary, length))
    }

    /// Its windows of `length` tokens as items, each beginning `step` after the one before.
    ///
    /// # Errors
    /// If the length or the step is zero, or the length more than a million.
    pub fn windows(self, length: usize, step: usize) -> Result<Windows> {
        check_length(length)?;
        ensure(step > 0, "the step between windows", "at least 1", step)?;
        Ok(Windows::new(&self.text, self.vocabulary, length, step))
    }
}

const LONGEST: usize = 1 << 20;

fn check_length(length: usize) -> Result<()> {
    let expected = format!("1 to {LONGEST}");
    ensure(
        (1..=LONGEST).contains(&length),
        "the length of a sequence",
        &expected,
        length,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dataset;
    use crate::testing::spoil;
    use burn::prelude::Device;

    #[test]
    fn what_is_not_utf8_is_named_by_its_line() {
        let error = Text::open(b"one\ntwo \xff\n".as_slice(), Tokens::Words)
            .unwrap_err()
            .to_string();
        assert!(error.contains("line 2") && error.contains("byte 8"), "{error}");
    }

    #[test]
    fn settings_that_cannot_work_are_errors() {
        let text = Text::open(b"a b".as_slice(), Tokens::Words).unwrap();
        assert!(text.clone().lines(0).is_err());
        assert!(text.clone().lines(usize::MAX).is_err());
        assert!(text.clone().windows(0, 1).is_err());
        assert!(text.windows(1, 0).is_err());
    }

    #[test]
    fn damage_is_an_error_or_another_text() {
        let text = "zwölf Bären\r\nund\u{2028}ein 🐻\n\n".repeat(20);
        let (tried, content) = spoil(text.as_bytes(), 1_000, |bytes| {
            let Ok(text) = Text::open(bytes, Tokens::Characters) else {
                return false;
            };
            let lines = text.clone().lines(7).unwrap();
            let windows = text.windows(7, 3).unwrap();
            let device = Device::default();
            let first = |items: Option<u64>| if items == Some(0) { vec![] } else { vec![0] };
            lines.gather(&first(lines.items()), 0, &device).is_ok()
                && windows.gather(&first(windows.items()), 0, &device).is_ok()
        });
        assert!(tried > 3_000 && content > 0 && content < tried, "{content} of {tried}");
    }
}
