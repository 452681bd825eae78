//! A grammar in which every rule has two symbols or one word.

use super::rules::{Alternative, Symbol};
use crate::error::{Error, Result};

/// The rules of a grammar, cut into pieces of two, with their probabilities. Symbol 0 is the start.
#[derive(Debug)]
pub(super) struct Normal {
    pub(super) symbols: usize,
    /// `from -> left right`.
    pub(super) pairs: Vec<Pair>,
    /// `from -> word`.
    pub(super) words: Vec<Word>,
    /// How often `from` becomes `to` by renaming alone, `to = from` included: row by row.
    renamings: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) from: usize,
    pub(super) left: usize,
    pub(super) right: usize,
    pub(super) probability: f64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub(super) from: usize,
    pub(super) word: u32,
    pub(super) probability: f64,
}

impl Normal {
    /// The rules of a grammar with so many symbols and words.
    pub(super) fn of(rules: usize, words: usize, alternatives: &[Alternative]) -> Result<Self> {
        let mut totals = vec![0.0; rules];
        alternatives
            .iter()
            .for_each(|alternative| totals[alternative.from] += alternative.weight);
        // Each word gets a symbol of its own, which stands for it beside other symbols.
        let mut normal = Self {
            symbols: rules + words,
            pairs: Vec::new(),
            words: (0..words)
                .map(|word| Word {
                    from: rules + word,
                    word: word as u32 + 1,
                    probability: 1.0,
                })
                .collect(),
            renamings: Vec::new(),
        };
        let mut renamed = Vec::new();
        for Alternative { from, to, weight } in alternatives {
            let probability = weight / totals[*from];
            match to[..] {
                [Symbol::Rule(to)] => renamed.push((*from, to, probability)),
                [Symbol::Word(word)] => normal.words.push(Word {
                    from: *from,
                    word,
                    probability,
                }),
                _ => normal.split(*from, to, probability, rules),
            }
        }
        normal.renamings = closure(normal.symbols, &renamed).ok_or_else(endless)?;
        normal.ends()?;
        Ok(normal)
    }

    /// `from -> a b c` becomes `from -> a rest`, `rest -> b c`.
    fn split(&mut self, mut from: usize, to: &[Symbol], mut probability: f64, rules: usize) {
        let symbol = |symbol: &Symbol| match *symbol {
            Symbol::Rule(rule) => rule,
            Symbol::Word(word) => rules + word as usize - 1,
        };
        for (place, left) in to.iter().enumerate().take(to.len() - 1) {
            let last = place + 2 == to.len();
            let right = if last { symbol(&to[place + 1]) } else { self.symbols };
            self.pairs.push(Pair {
                from,
                left: symbol(left),
                right,
                probability,
            });
            if !last {
                (from, probability) = (self.symbols, 1.0);
                self.symbols += 1;
            }
        }
    }

    /// How often `from` becomes `to` by renaming alone.
    pub(super) fn renaming(&self, from: usize, to: usize) -> f64 {
        self.renamings[from * self.symbols + to]
    }

    /// An error unless every symbol can become words.
    fn ends(&self) -> Result<()> {
        let mut ends = vec![false; self.symbols];
        loop {
            let mut now = ends.clone();
            self.words.iter().for_each(|word| now[word.from] = true);
            let whole = self.pairs.iter().filter(|pair| ends[pair.left] && ends[pair.right]);
            whole.for_each(|pair| now[pair.from] = true);
            for from in 0..self.symbols {
                now[from] = now[from] || (0..self.symbols).any(|to| now[to] && self.renaming(from, to) > 0.0);
            }
            if now == ends {
                break;
            }
            ends = now;
        }
        if ends.contains(&false) { Err(endless()) } else { Ok(()) }
    }
}

fn endless() -> Error {
    let got = "one that can only be replaced without end";
    Error::config("the symbols of a grammar", "symbols that can become words", got)
}

/// `(I - U)^-1 = I + U + U^2 + ..` for the probabilities `U` of renamings, by elimination. `None`: the sum has
/// no end.
fn closure(symbols: usize, renamed: &[(usize, usize, f64)]) -> Option<Vec<f64>> {
    let mut left = identity(symbols);
    for &(from, to, probability) in renamed {
        left[from * symbols + to] -= probability;
    }
    let mut right = identity(symbols);
    for pivot in 0..symbols {
        // Rows sum to 0 or more and only their pivots are positive: no exchange of rows is needed.
        let divisor = left[pivot * symbols + pivot];
        if divisor < 1e-9 {
            return None;
        }
        for row in (0..symbols).filter(|&row| row != pivot) {
            let factor = left[row * symbols + pivot] / divisor;
            if factor != 0.0 {
                for column in 0..symbols {
                    left[row * symbols + column] -= factor * left[pivot * symbols + column];
                    right[row * symbols + column] -= factor * right[pivot * symbols + column];
                }
            }
        }
        for column in 0..symbols {
            left[pivot * symbols + column] /= divisor;
            right[pivot * symbols + column] /= divisor;
        }
    }
    Some(right)
}

fn identity(n: usize) -> Vec<f64> {
    (0..n * n).map(|at| f64::from(u8::from(at / n == at % n))).collect()
}
