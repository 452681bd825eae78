use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::chart;
use super::normal::Normal;
use super::sentences::Sentences;
use crate::error::{Error, Result, ensure};

/// A context-free grammar with weights: which sentences there are, and how likely each is.
///
/// It is written as text, one rule to a line. What has a rule is replaced by one of its alternatives; everything
/// else is a word. A number in brackets is the weight of its alternative, 1 if there is none; the probability is
/// the weight's share. The first rule says what every sentence begins from.
///
/// ```text
/// SENTENCE -> SUBJECT sleeps | SUBJECT sees SUBJECT [2]
/// SUBJECT  -> the cat | the dog
/// # A comment.
/// ```
///
/// Words have numbers from 1, in the order in which they are first written; 0 is what sentences are padded with.
///
/// # Errors
/// No rules, a rule or an alternative without symbols, a weight that is not above 0, symbols that no number of
/// replacements turns into words.
///
/// # Example
/// ```
/// use agon_data::Grammar;
///
/// let grammar: Grammar = "S -> x [3] | ( S + S )".parse()?;
/// let sentence = grammar.encode("( x + ( x + x ) )")?;
/// assert!(grammar.is_grammatical(&sentence));
/// assert!(!grammar.is_grammatical(&sentence[1..]));
/// assert!((grammar.probability(&sentence) - 0.75_f64.powi(3) * 0.25_f64.powi(2)).abs() < 1e-12);
/// # Ok::<(), agon_data::Error>(())
/// ```
#[derive(Clone)]
pub struct Grammar {
    text: Arc<str>,
    words: Arc<[String]>,
    normal: Arc<Normal>,
}

/// One alternative of a rule, as it was written.
pub(super) struct Alternative {
    pub(super) from: usize,
    pub(super) to: Vec<Symbol>,
    pub(super) weight: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    Rule(usize),
    Word(u32),
}

const ENGLISH: &str = "
SENTENCE  -> ONE DOES | MANY DO
ONE       -> the THING [2] | a THING [2] | every THING
MANY      -> the THINGS [2] | two THINGS | all THINGS
THING     -> KIND [4] | KIND that DOES
THINGS    -> KINDS [4] | KINDS that DO
KIND      -> BEING [2] | ADJECTIVE BEING
KINDS     -> BEINGS [2] | ADJECTIVE BEINGS
DOES      -> sleeps [2] | sings [2] | sees WHOM | follows WHOM
DO        -> sleep [2] | sing [2] | see WHOM | follow WHOM
WHOM      -> ONE | MANY
BEING     -> cat | dog | bird
BEINGS    -> cats | dogs | birds
ADJECTIVE -> small | old | black
";

const ARITHMETIC: &str = "S -> x [2] | x + S | x - S | x * S | x / S";

impl Grammar {
    /// Sentences about cats, dogs and birds, in which subjects and verbs agree in number, also across relative
    /// clauses: "the old cats that follow a dog sleep".
    ///
    /// # Panics
    /// Never: the text is known.
    pub fn english() -> Self {
        Self::known(ENGLISH)
    }

    /// Sums, differences, products and quotients of `x`: "x + x * x".
    ///
    /// With at most 12 words these are the sentences of Kusner and Hernández-Lobato 2016, "GANs for Sequences of
    /// Discrete Elements with the Gumbel-softmax Distribution", arXiv:1611.04051; each has one derivation here,
    /// and two of three go on after an operand.
    ///
    /// # Panics
    /// Never: the text is known.
    pub fn arithmetic() -> Self {
        Self::known(ARITHMETIC)
    }

    fn known(text: &str) -> Self {
        match text.parse() {
            Ok(grammar) => grammar,
            Err(error) => unreachable!("{error}"),
        }
    }

    /// The words, in the order of their numbers, which begin at 1.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// How many different numbers a sentence is made of: the words and the padding.
    pub fn vocabulary(&self) -> usize {
        self.words.len() + 1
    }

    /// The numbers of the words of a text, which spaces separate.
    ///
    /// # Errors
    /// A word that the grammar does not have.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let number = |word: &str| {
            let place = self.words.iter().position(|known| known == word);
            let known = || Error::config("a word of a sentence", self.words.join(" "), word);
            place.map(|place| place as u32 + 1).ok_or_else(known)
        };
        text.split_whitespace().map(number).collect()
    }

    /// The words of these numbers. Padding is left out; numbers without a word are shown as `?`.
    pub fn decode(&self, tokens: &[u32]) -> String {
        let word = |&token: &u32| {
            self.words
                .get((token as usize).wrapping_sub(1))
                .map_or("?", String::as_str)
        };
        let words: Vec<&str> = tokens.iter().filter(|&&token| token != 0).map(word).collect();
        words.join(" ")
    }

    /// Whether this is a sentence of the grammar, perhaps padded at its end.
    pub fn is_grammatical(&self, tokens: &[u32]) -> bool {
        chart::total::<bool>(&self.normal, sentence(tokens))
    }

    /// How likely this sentence is, over all ways to derive it. 0: it is not grammatical.
    pub fn probability(&self, tokens: &[u32]) -> f64 {
        chart::total::<f64>(&self.normal, sentence(tokens))
    }

    /// Sentences of at most so many words, as data.
    pub fn sentences(&self, length: usize) -> Sentences {
        Sentences::new(self.clone(), length)
    }

    pub(super) fn normal(&self) -> &Normal {
        &self.normal
    }
}

/// What is left when the padding at the end is taken away.
pub(super) fn sentence(tokens: &[u32]) -> &[u32] {
    let words = tokens.iter().rposition(|&token| token != 0).map_or(0, |last| last + 1);
    &tokens[..words]
}

impl FromStr for Grammar {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let lines = text.lines().map(str::trim);
        let lines: Vec<&str> = lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        ensure(!lines.is_empty(), "the rules of a grammar", "at least one", 0)?;
        let mut rules: Vec<(&str, &str)> = Vec::new();
        for line in lines {
            let rule = line.split_once("->").map(|(from, to)| (from.trim(), to));
            let whole = |(from, _): &(&str, &str)| !from.is_empty() && !from.contains(char::is_whitespace);
            let rule = rule.filter(whole);
            rules.push(rule.ok_or_else(|| Error::config("a rule of a grammar", "SYMBOL -> what it becomes", line))?);
        }
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for (from, _) in &rules {
            let next = numbers.len();
            numbers.entry(from).or_insert(next);
        }
        let mut words: Vec<String> = Vec::new();
        let mut alternatives = Vec::new();
        for (from, to) in rules {
            for written in to.split('|') {
                let (to, weight) = alternative(written, &numbers, &mut words)?;
                let from = numbers[from];
                alternatives.push(Alternative { from, to, weight });
            }
        }
        Ok(Self {
            text: text.into(),
            normal: Arc::new(Normal::of(numbers.len(), words.len(), &alternatives)?),
            words: words.into(),
        })
    }
}

/// Symbols and weight of an alternative.
fn alternative(written: &str, rules: &BTreeMap<&str, usize>, words: &mut Vec<String>) -> Result<(Vec<Symbol>, f64)> {
    let (mut symbols, mut weight) = (Vec::new(), 1.0);
    for part in written.split_whitespace() {
        let number = part.strip_prefix('[').and_then(|part| part.strip_suffix(']'));
        if let Some(number) = number.and_then(|number| number.parse::<f64>().ok()) {
            weight = number;
        } else if let Some(&rule) = rules.get(part) {
            symbols.push(Symbol::Rule(rule));
        } else {
            let known = words.iter().position(|word| word == part);
            let place = known.unwrap_or_else(|| {
                words.push(part.to_owned());
                words.len() - 1
            });
            symbols.push(Symbol::Word(place as u32 + 1));
        }
    }
    let what = "an alternative of a grammar";
    ensure(
        !symbols.is_empty(),
        what,
        "at least one symbol",
        format!("`{}`", written.trim()),
    )?;
    let usable = weight > 0.0 && weight.is_finite();
    ensure(usable, "the weight of an alternative", "a number above 0", weight)?;
    Ok((symbols, weight))
}

impl fmt::Debug for Grammar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Grammar").field(&self.text).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_numbered_as_they_are_written() {
        let grammar: Grammar = "# Two rules.\n\nS -> the N | the N and S\n N -> cat | dog [2]"
            .parse()
            .unwrap();
        assert_eq!(grammar.words(), ["the", "and", "cat", "dog"]);
        assert_eq!(grammar.vocabulary(), 5);
        let tokens = grammar.encode("the cat and the dog").unwrap();
        assert_eq!(tokens, [1, 3, 2, 1, 4]);
        assert_eq!(grammar.decode(&[1, 3, 0, 9]), "the cat ?");
        assert!(grammar.encode("the cow").is_err());
    }

    #[test]
    fn only_sentences_are_grammatical() {
        let grammar = Grammar::english();
        for (sentence, right) in [
            ("the cat sleeps", true),
            ("the cats sleep", true),
            ("the cats sleeps", false),
            ("a cats sleep", false),
            ("the old cats that follow a dog sleep", true),
            ("the old cats that follow a dog sleeps", false),
            ("every bird that sees two dogs that sing follows all birds", true),
            ("sleeps the cat", false),
            ("the cat", false),
        ] {
            let mut tokens = grammar.encode(sentence).unwrap();
            assert_eq!(grammar.is_grammatical(&tokens), right, "{sentence}");
            assert_eq!(grammar.probability(&tokens) > 0.0, right, "{sentence}");
            tokens.extend([0, 0]);
            assert_eq!(grammar.is_grammatical(&tokens), right, "{sentence}, padded");
            tokens.insert(1, 0);
            assert!(!grammar.is_grammatical(&tokens), "{sentence}, with a hole");
        }
        assert!(!grammar.is_grammatical(&[]));
        assert!(!grammar.is_grammatical(&[0, 0]));
        assert!(!grammar.is_grammatical(&[999]));
    }

    #[test]
    fn probabilities_sum_over_derivations() {
        // x + x + x has two derivations.
        let grammar: Grammar = "S -> x [6] | S + S | S - S [3]".parse().unwrap();
        let tokens = grammar.encode("x + x + x").unwrap();
        let expected = 2.0 * 0.6_f64.powi(3) * 0.1_f64.powi(2);
        assert!((grammar.probability(&tokens) - expected).abs() < 1e-15);
        // Rules that only rename: the shares multiply and add up.
        let renaming: Grammar = "S -> A | B [3]\nA -> S | x\nB -> x | y".parse().unwrap();
        let (x, y) = (renaming.encode("x").unwrap(), renaming.encode("y").unwrap());
        let s = 1.0 / (1.0 - 0.25 * 0.5);
        assert!((renaming.probability(&x) - s * (0.25 * 0.5 + 0.75 * 0.5)).abs() < 1e-12);
        assert!((renaming.probability(&y) - s * 0.75 * 0.5).abs() < 1e-12);
    }

    #[test]
    fn long_sentences_are_recognised_although_no_number_is_that_small() {
        let grammar = Grammar::arithmetic();
        let mut text = "x".to_owned();
        (0..60).for_each(|_| text.push_str(" + x"));
        assert!(grammar.is_grammatical(&grammar.encode(&text).unwrap()));
    }

    #[test]
    fn grammars_that_cannot_be_are_errors() {
        for wrong in [
            "",
            "# nothing",
            "S = x",
            "S T -> x",
            "-> x",
            "S -> x |",
            "S -> x [0]",
            "S -> x [-1] | y",
            "S -> S",
            "S -> S x",
            "S -> A\nA -> B\nB -> A",
        ] {
            assert!(wrong.parse::<Grammar>().is_err(), "{wrong}");
        }
    }
}
