//! All sentences up to a length.

use std::collections::{BTreeMap, BTreeSet};

use super::lengths::Lengths;
use super::normal::Normal;

type Strings = BTreeSet<Vec<u32>>;

/// Every sentence of at most `longest` words, in order. `None`: there are more than `limit`.
///
/// Only parts that occur in some sentence are looked at, so that no symbol has more of them than there are
/// sentences.
pub(super) fn all(grammar: &Normal, lengths: &Lengths, longest: usize, limit: usize) -> Option<Vec<Vec<u32>>> {
    let mut search = Search {
        grammar,
        lengths,
        limit,
        known: BTreeMap::new(),
    };
    let mut sentences = Vec::new();
    for length in 1..=longest {
        sentences.extend(search.strings(0, length)?);
        if sentences.len() > limit {
            return None;
        }
    }
    Some(sentences)
}

struct Search<'a> {
    grammar: &'a Normal,
    lengths: &'a Lengths,
    limit: usize,
    known: BTreeMap<(usize, usize), Strings>,
}

impl Search<'_> {
    /// What a symbol can become in so many words.
    fn strings(&mut self, from: usize, length: usize) -> Option<Strings> {
        if let Some(known) = self.known.get(&(from, length)) {
            return Some(known.clone());
        }
        let mut strings = Strings::new();
        for symbol in 0..self.grammar.symbols {
            if self.grammar.renaming(from, symbol) > 0.0 && self.lengths.own(symbol, length) > 0.0 {
                self.own(symbol, length, &mut strings)?;
            }
        }
        self.known.insert((from, length), strings.clone());
        Some(strings)
    }

    fn own(&mut self, symbol: usize, length: usize, strings: &mut Strings) -> Option<()> {
        let grammar = self.grammar;
        if length == 1 {
            let words = grammar.words.iter().filter(|rule| rule.from == symbol);
            strings.extend(words.map(|rule| vec![rule.word]));
        }
        for pair in grammar.pairs.iter().filter(|pair| pair.from == symbol) {
            for first in 1..length {
                let possible =
                    self.lengths.of(pair.left, first) > 0.0 && self.lengths.of(pair.right, length - first) > 0.0;
                if !possible {
                    continue;
                }
                let (left, right) = (
                    self.strings(pair.left, first)?,
                    self.strings(pair.right, length - first)?,
                );
                for left in &left {
                    strings.extend(right.iter().map(|right| [&left[..], right].concat()));
                    if strings.len() > self.limit {
                        return None;
                    }
                }
            }
        }
        Some(())
    }
}
