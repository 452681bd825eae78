use serde::{Deserialize, Serialize};

/// What a text is a sequence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tokens {
    /// What stands between white space. Punctuation belongs to the word that it touches.
    Words,
    /// Unicode characters, white space among them.
    Characters,
}

impl Tokens {
    /// The tokens of a text, in order.
    pub fn of(self, text: &str) -> impl Iterator<Item = &str> {
        let (words, characters) = match self {
            Self::Words => (Some(text.split_whitespace()), None),
            Self::Characters => (None, Some(text.split_inclusive(|_: char| true))),
        };
        words.into_iter().flatten().chain(characters.into_iter().flatten())
    }

    /// What comes between two tokens.
    pub(super) fn between(self) -> &'static str {
        match self {
            Self::Words => " ",
            Self::Characters => "",
        }
    }
}
