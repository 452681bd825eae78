//! Any bytes as a text.
#![no_main]

use agon_data::{Text, Tokens};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for tokens in [Tokens::Words, Tokens::Characters] {
        let Ok(text) = Text::open(bytes, tokens) else { continue };
        let vocabulary = text.vocabulary().clone();
        if let (Tokens::Characters, Ok(string)) = (tokens, std::str::from_utf8(bytes)) {
            assert_eq!(vocabulary.decode(&vocabulary.encode(string)), string);
        }
        let _ = text.clone().lines(7).map(|lines| (lines.len(), lines.cut()));
        let _ = text.windows(3, 2).map(|windows| windows.len());
    }
});
