//! Which symbols derive which parts of a sentence.

use super::normal::Normal;

/// What a derivation is worth: its probability, or whether there is one.
pub(super) trait Worth: Copy + PartialEq {
    const NONE: Self;

    fn of(probability: f64) -> Self;

    fn or(self, other: Self) -> Self;

    fn and(self, other: Self) -> Self;
}

impl Worth for f64 {
    const NONE: Self = 0.0;

    fn of(probability: f64) -> Self {
        probability
    }

    fn or(self, other: Self) -> Self {
        self + other
    }

    fn and(self, other: Self) -> Self {
        self * other
    }
}

impl Worth for bool {
    const NONE: Self = false;

    fn of(probability: f64) -> Self {
        probability > 0.0
    }

    fn or(self, other: Self) -> Self {
        self || other
    }

    fn and(self, other: Self) -> Self {
        self && other
    }
}

/// The worth of all derivations of a sentence: the algorithm of Cocke, Younger and Kasami.
pub(super) fn total<W: Worth>(grammar: &Normal, sentence: &[u32]) -> W {
    let (words, symbols) = (sentence.len(), grammar.symbols);
    if words == 0 {
        return W::NONE;
    }
    // The worth of each symbol for the part of so many words from a place on, by length, place and symbol.
    let mut chart = vec![W::NONE; words * words * symbols];
    let cell = |length: usize, start: usize| ((length - 1) * words + start) * symbols;
    for length in 1..=words {
        for start in 0..=words - length {
            let mut own = vec![W::NONE; symbols];
            if length == 1 {
                for rule in grammar.words.iter().filter(|rule| rule.word == sentence[start]) {
                    own[rule.from] = own[rule.from].or(W::of(rule.probability));
                }
            }
            for pair in &grammar.pairs {
                let mut worth = W::NONE;
                for first in 1..length {
                    let left = chart[cell(first, start) + pair.left];
                    let right = chart[cell(length - first, start + first) + pair.right];
                    worth = worth.or(left.and(right));
                }
                if worth != W::NONE {
                    own[pair.from] = own[pair.from].or(W::of(pair.probability).and(worth));
                }
            }
            let here = cell(length, start);
            renamed(grammar, &own, &mut chart[here..here + symbols]);
        }
    }
    chart[cell(words, 0)]
}

/// What each symbol derives, its renamings included.
fn renamed<W: Worth>(grammar: &Normal, own: &[W], all: &mut [W]) {
    for (to, &worth) in own.iter().enumerate().filter(|(_, worth)| **worth != W::NONE) {
        for (from, all) in all.iter_mut().enumerate() {
            let renaming = grammar.renaming(from, to);
            if renaming > 0.0 {
                *all = all.or(W::of(renaming).and(worth));
            }
        }
    }
}
