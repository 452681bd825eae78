use std::fmt;

use serde::{Deserialize, Serialize};

/// Who won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The first.
    First,
    /// The second.
    Second,
    /// Neither: the discriminators err alike on samples.
    Tie,
    /// Nobody can say: the discriminators differ on the test samples.
    Unfair,
}

/// Two entrants and how it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// The numbers of the two.
    pub players: [usize; 2],
    /// The first discriminator's against the second's on real samples; fair if about 1.
    #[serde(with = "crate::number")]
    pub test_ratio: f64,
    /// The first discriminator's on the second's samples against the second's on the first's: below 1 if the first
    /// wins.
    #[serde(with = "crate::number")]
    pub sample_ratio: f64,
    /// Who won.
    pub verdict: Verdict,
}

/// What came of a tournament; prints as tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standings {
    /// The entrants.
    pub names: Vec<String>,
    /// Everybody against everybody else.
    pub matches: Vec<Match>,
    /// The share of real test samples that each discriminator gets wrong.
    pub test_errors: Vec<f64>,
    /// The share of samples that a discriminator (outer) gets wrong, by whose generator made them (inner).
    pub sample_errors: Vec<Vec<f64>>,
    /// How many samples each generator made.
    pub samples: usize,
}

impl Standings {
    pub(super) fn new(
        names: Vec<String>,
        matches: Vec<Match>,
        test_errors: Vec<f64>,
        sample_errors: Vec<Vec<f64>>,
        samples: usize,
    ) -> Self {
        Self {
            names,
            matches,
            test_errors,
            sample_errors,
            samples,
        }
    }

    /// How many matches each entrant has won.
    pub fn wins(&self) -> Vec<usize> {
        let mut wins = vec![0; self.names.len()];
        for played in &self.matches {
            let winner = match played.verdict {
                Verdict::First => played.players[0],
                Verdict::Second => played.players[1],
                Verdict::Tie | Verdict::Unfair => continue,
            };
            if let Some(wins) = wins.get_mut(winner) {
                *wins += 1;
            }
        }
        wins
    }

    /// GAM-II: how often the others' discriminators take each generator's samples for real, on average. The higher
    /// the better.
    pub fn fooling(&self) -> Vec<f64> {
        let mean = |errors: Vec<f64>| errors.iter().sum::<f64>() / errors.len().max(1) as f64;
        (0..self.names.len())
            .map(|player| mean(self.judged_by_others(player)))
            .collect()
    }

    /// GAM-II by the strictest judge: how often the one of the others' discriminators that is fooled least takes
    /// each generator's samples for real.
    pub fn fooling_at_worst(&self) -> Vec<f64> {
        let least = |errors: Vec<f64>| errors.into_iter().fold(f64::INFINITY, f64::min);
        (0..self.names.len())
            .map(|player| least(self.judged_by_others(player)))
            .collect()
    }

    fn judged_by_others(&self, player: usize) -> Vec<f64> {
        let others = self
            .sample_errors
            .iter()
            .enumerate()
            .filter(|(judge, _)| *judge != player);
        others.filter_map(|(_, errors)| errors.get(player).copied()).collect()
    }
}

impl fmt::Display for Standings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .names
            .iter()
            .map(|name| name.chars().count())
            .max()
            .unwrap_or(0)
            .max(8);
        let (wins, mean, worst) = (self.wins(), self.fooling(), self.fooling_at_worst());
        writeln!(f, "{:<width$}  wins  fools others  at worst  test error", "entrant")?;
        let rows = self.names.iter().zip(wins).zip(mean).zip(worst).zip(&self.test_errors);
        for ((((name, wins), mean), worst), test) in rows {
            writeln!(f, "{name:<width$}  {wins:>4}  {mean:>12.4}  {worst:>8.4}  {test:>10.4}")?;
        }
        writeln!(
            f,
            "\n{:<width$}  {:<width$}  test ratio  sample ratio  winner",
            "first", "second"
        )?;
        for played in &self.matches {
            let [first, second] = played
                .players
                .map(|player| self.names.get(player).map_or("", String::as_str));
            let winner = match played.verdict {
                Verdict::First => first,
                Verdict::Second => second,
                Verdict::Tie => "(a tie)",
                Verdict::Unfair => "(unfair)",
            };
            let (test, sample) = (played.test_ratio, played.sample_ratio);
            writeln!(
                f,
                "{first:<width$}  {second:<width$}  {test:>10.4}  {sample:>12.4}  {winner}"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::*;

    use super::*;
    use crate::contests::{Entrant, Ratio, Tournament};

    /// A generator of `level`, and a discriminator that calls real what is at least `bar`.
    fn entrant(name: &str, level: f32, bar: f32) -> Entrant<'_, Tensor<1>> {
        let device = Device::default();
        // Ten samples are spread evenly from the level upwards.
        let generator = move |n: usize, _| Tensor::<1, Int>::arange(0..n as i64, &device).float() * 0.1 + level;
        Entrant::new(name, generator, move |x: &Tensor<1>| {
            x.clone().greater_equal_elem(bar).float()
        })
    }

    fn test() -> Tensor<1> {
        Tensor::from_floats([5.0, 5.2, 5.4, 5.6], &Device::default())
    }

    #[test]
    fn whose_samples_fool_the_other_more_wins() {
        let entrants = [entrant("a", 4.55, 5.0), entrant("b", 4.15, 5.0), entrant("c", 4.0, 5.0)];
        for ratio in [Ratio::Errors, Ratio::Accuracies] {
            let standings = Tournament::new(10).ratio(ratio).play(&entrants, &test()).unwrap();
            assert_eq!(standings.wins(), [2, 1, 0], "{standings}");
            assert_eq!(standings.fooling(), [0.5, 0.1, 0.0]);
            assert_eq!(standings.fooling_at_worst(), [0.5, 0.1, 0.0]);
        }
    }

    #[test]
    fn ratios_by_hand() {
        let entrants = [entrant("a", 4.55, 5.0), entrant("b", 4.15, 4.5)];
        let errors = Tournament::new(10)
            .ratio(Ratio::Errors)
            .play(&entrants, &test())
            .unwrap();
        // a errs on 1 of b's ten, b on all ten of a's.
        assert_eq!(
            (errors.matches[0].sample_ratio, errors.matches[0].test_ratio),
            (0.1, 1.0)
        );
        assert_eq!(errors.matches[0].verdict, Verdict::First);
    }

    #[test]
    fn discriminators_that_differ_on_the_test_make_it_unfair() {
        let entrants = [entrant("a", 4.5, 5.0), entrant("suspicious", 4.5, 5.3)];
        let standings = Tournament::new(10).play(&entrants, &test()).unwrap();
        assert_eq!(standings.matches[0].verdict, Verdict::Unfair);
        assert_eq!(standings.wins(), [0, 0]);
        assert_eq!(standings.test_errors, [0.0, 0.5]);
        let text = standings.to_string();
        assert!(text.contains("(unfair)") && text.contains("suspicious"), "{text}");
    }

    #[test]
    fn equals_tie() {
        let standings = Tournament::new(10)
            .play(&[entrant("a", 4.5, 5.0), entrant("b", 4.5, 5.0)], &test())
            .unwrap();
        assert_eq!(standings.matches[0].verdict, Verdict::Tie);
        let json = serde_json::to_string(&standings).unwrap();
        assert_eq!(serde_json::from_str::<Standings>(&json).unwrap(), standings);
    }

    #[test]
    fn what_is_no_tournament_is_an_error() {
        assert!(Tournament::new(10).play(&[entrant("a", 4.5, 5.0)], &test()).is_err());
        assert!(
            Tournament::new(0)
                .play(&[entrant("a", 4.5, 5.0), entrant("b", 4.5, 5.0)], &test())
                .is_err()
        );
        assert!(
            Tournament::new(1)
                .play(&[entrant("a", 4.5, 5.0), entrant("a", 4.5, 5.0)], &test())
                .is_err()
        );
        let scores = Entrant::new("scores", |_, _| test(), |x: &Tensor<1>| x.clone());
        let error = Tournament::new(1)
            .play(&[scores, entrant("b", 4.5, 5.0)], &test())
            .unwrap_err();
        assert!(error.to_string().contains("sigmoid"), "{error}");
    }
}
