//! How likely sentences of each length are, and how to draw one.

use rand::RngExt;

use super::normal::Normal;
use crate::random::Random;

/// For each symbol and length, the probability to become so many words.
#[derive(Debug, Clone)]
pub(super) struct Lengths {
    longest: usize,
    symbols: usize,
    /// By a rule of its own, length by length.
    own: Vec<f64>,
    /// Renamings included.
    all: Vec<f64>,
}

impl Lengths {
    pub(super) fn new(grammar: &Normal, longest: usize) -> Self {
        let symbols = grammar.symbols;
        let mut lengths = Self {
            longest,
            symbols,
            own: vec![0.0; (longest + 1) * symbols],
            all: vec![0.0; (longest + 1) * symbols],
        };
        for length in 1..=longest {
            lengths.extend(grammar, length);
        }
        lengths
    }

    fn extend(&mut self, grammar: &Normal, length: usize) {
        let here = length * self.symbols;
        if length == 1 {
            grammar
                .words
                .iter()
                .for_each(|rule| self.own[here + rule.from] += rule.probability);
        }
        for pair in &grammar.pairs {
            let splits = (1..length).map(|first| self.of(pair.left, first) * self.of(pair.right, length - first));
            let sum: f64 = splits.sum();
            self.own[here + pair.from] += pair.probability * sum;
        }
        for from in 0..self.symbols {
            let renamed = (0..self.symbols).map(|to| grammar.renaming(from, to) * self.own[here + to]);
            self.all[here + from] = renamed.sum();
        }
    }

    /// The probability of a symbol to become so many words.
    pub(super) fn of(&self, symbol: usize, length: usize) -> f64 {
        self.all[length * self.symbols + symbol]
    }

    /// As [`of`](Self::of), by a rule of its own.
    pub(super) fn own(&self, symbol: usize, length: usize) -> f64 {
        self.own[length * self.symbols + symbol]
    }

    /// The probability of a sentence not to be too long.
    pub(super) fn within(&self) -> f64 {
        (1..=self.longest).map(|length| self.of(0, length)).sum()
    }

    /// Draws a sentence, none of which is too long, each as likely as it is among those.
    pub(super) fn draw(&self, grammar: &Normal, random: &mut Random) -> Vec<u32> {
        let mut sentence = Vec::new();
        let length = choose(1..=self.longest, |&length| self.of(0, length), random);
        if let Some(length) = length {
            self.derive(grammar, 0, length, random, &mut sentence);
        }
        sentence
    }

    fn derive(&self, grammar: &Normal, from: usize, length: usize, random: &mut Random, sentence: &mut Vec<u32>) {
        let renaming = |&to: &usize| grammar.renaming(from, to) * self.own(to, length);
        let Some(symbol) = choose(0..self.symbols, renaming, random) else {
            return;
        };
        if length == 1 {
            let words = grammar.words.iter().filter(|rule| rule.from == symbol);
            sentence.extend(choose(words, |rule| rule.probability, random).map(|rule| rule.word));
            return;
        }
        let pairs = grammar.pairs.iter().filter(|pair| pair.from == symbol);
        let splits = pairs.flat_map(|pair| (1..length).map(move |first| (pair, first)));
        let worth = |(pair, first): &(&super::normal::Pair, usize)| {
            pair.probability * self.of(pair.left, *first) * self.of(pair.right, length - first)
        };
        if let Some((pair, first)) = choose(splits, worth, random) {
            self.derive(grammar, pair.left, first, random, sentence);
            self.derive(grammar, pair.right, length - first, random, sentence);
        }
    }
}

/// One of several things, by their weights.
fn choose<T>(things: impl Iterator<Item = T> + Clone, weight: impl Fn(&T) -> f64, random: &mut Random) -> Option<T> {
    let total: f64 = things.clone().map(|thing| weight(&thing)).sum();
    let mut left = total * random.random::<f64>();
    let mut last = None;
    for thing in things {
        let weight = weight(&thing);
        if weight > 0.0 {
            last = Some(thing);
            if left < weight {
                break;
            }
            left -= weight;
        }
    }
    last
}
