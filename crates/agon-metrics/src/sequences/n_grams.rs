//! Counts of n-grams, shared by BLEU and self-BLEU.

use std::collections::HashMap;

/// The n-grams of many sentences, up to a length, as paths in a tree of tokens.
///
/// Each node is an n-gram; it knows the most often it stands in one sentence, which sentence that is, and the
/// most often it stands in any other: so the largest count among all sentences but one is at hand.
#[derive(Debug, Clone)]
pub(super) struct NGrams {
    longest: usize,
    children: HashMap<(u32, u32), u32>,
    counts: Vec<Counts>,
    sentences: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    most: u32,
    of: u32,
    second: u32,
}

const ROOT: u32 = 0;

impl NGrams {
    pub(super) fn new(longest: usize) -> Self {
        Self {
            longest,
            children: HashMap::new(),
            counts: vec![Counts::default()],
            sentences: 0,
        }
    }

    /// Takes a sentence; the first is number 0.
    pub(super) fn add(&mut self, sentence: &[u32]) {
        let mut nodes = Vec::with_capacity(self.longest * sentence.len());
        for start in 0..sentence.len() {
            let mut node = ROOT;
            for &token in sentence.iter().skip(start).take(self.longest) {
                let next = self.counts.len() as u32;
                node = *self.children.entry((node, token)).or_insert(next);
                if node == next {
                    self.counts.push(Counts::default());
                }
                nodes.push(node);
            }
        }
        for (node, count) in tallied(nodes) {
            self.counts[node as usize].note(count, self.sentences);
        }
        self.sentences += 1;
    }

    /// For each length n from 1: how many n-grams of the sentence are in the others (each as often at most as in
    /// the one that has it most), and how many it has. `but` leaves one of the sentences out.
    pub(super) fn matches(&self, sentence: &[u32], but: Option<u32>) -> Vec<(usize, usize)> {
        let mut found: Vec<Vec<u32>> = vec![Vec::new(); self.longest];
        for start in 0..sentence.len() {
            let mut node = ROOT;
            for (found, token) in found.iter_mut().zip(&sentence[start..]) {
                let Some(&next) = self.children.get(&(node, *token)) else {
                    break;
                };
                node = next;
                found.push(node);
            }
        }
        let matched = |nodes: Vec<u32>| -> usize {
            let clipped = |(node, count): (u32, u32)| count.min(self.counts[node as usize].but(but)) as usize;
            tallied(nodes).map(clipped).sum()
        };
        let own = |length: usize| (sentence.len() + 1).saturating_sub(length);
        found
            .into_iter()
            .enumerate()
            .map(|(i, nodes)| (matched(nodes), own(i + 1)))
            .collect()
    }
}

impl Counts {
    fn note(&mut self, count: u32, sentence: u32) {
        if count > self.most {
            (self.second, self.most, self.of) = (self.most, count, sentence);
        } else {
            self.second = self.second.max(count);
        }
    }

    /// The most in a sentence other than this.
    fn but(self, sentence: Option<u32>) -> u32 {
        if sentence == Some(self.of) {
            self.second
        } else {
            self.most
        }
    }
}

/// Each with how often it comes.
fn tallied(mut nodes: Vec<u32>) -> impl Iterator<Item = (u32, u32)> {
    nodes.sort_unstable();
    let mut nodes = nodes.into_iter().peekable();
    std::iter::from_fn(move || {
        let node = nodes.next()?;
        let mut count = 1;
        while nodes.next_if_eq(&node).is_some() {
            count += 1;
        }
        Some((node, count))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_clipped_by_the_best_of_the_others() {
        let mut grams = NGrams::new(2);
        grams.add(&[1, 1, 2]);
        grams.add(&[1, 2, 1, 2]);
        // Of three ones a reference has two; of two 1-1 it has one.
        assert_eq!(grams.matches(&[1, 1, 1, 2], None), [(3, 4), (2, 3)]);
        assert_eq!(grams.matches(&[1, 1, 1, 2], Some(0)), [(3, 4), (1, 3)]);
        assert_eq!(grams.matches(&[9], None), [(0, 1), (0, 0)]);
        assert_eq!(grams.matches(&[], None), [(0, 0), (0, 0)]);
    }

    #[test]
    fn leaving_one_out_is_as_never_having_seen_it() {
        let sentence = |seed: u32| -> Vec<u32> { (0..12).map(|i| (seed * 7 + i * i * 3 + seed * i) % 5).collect() };
        let all: Vec<Vec<u32>> = (0..8).map(sentence).collect();
        let mut together = NGrams::new(4);
        all.iter().for_each(|sentence| together.add(sentence));
        for (left_out, sentence) in all.iter().enumerate() {
            let mut others = NGrams::new(4);
            all.iter()
                .enumerate()
                .filter(|(i, _)| *i != left_out)
                .for_each(|(_, other)| others.add(other));
            assert_eq!(
                together.matches(sentence, Some(left_out as u32)),
                others.matches(sentence, None)
            );
        }
    }
}
