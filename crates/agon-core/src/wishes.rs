/// Figures that are measured only when somebody asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wish {
    /// `rate/<player>`: the learning rate of the player's last step.
    Rates,
    /// `gradient/<player>`: the norm of the gradients of the player's last step over all its weights together,
    /// before they are clipped.
    Gradients,
    /// `weight/<player>`: the norm of all the player's weights after its last step.
    Weights,
    /// `score/real` and `score/fake`: the mean scores of the discriminator's last turn. `score/separation`: how
    /// well a threshold half way between them tells both sides apart, 1 when without a mistake, 0.5 when not at
    /// all, and less when fakes seem more real than real samples do.
    Scores,
    /// `spread/real` and `spread/fake`: the root mean square deviation of both batches from their means.
    /// `duplicates/fake`: the share of generated samples that have a twin in their batch, nearer to them than a
    /// tenth of the usual distance between nearest neighbours in the real one. `spread/across`: how far
    /// generated samples are from real ones ([`Diversity`](crate::Diversity)).
    Spreads,
}

/// What somebody would like to have measured, and how often.
///
/// What nobody asks for costs nothing. Several wishes for the same figure are all granted.
///
/// # Example
/// ```
/// use agon_core::{Wish, Wishes};
///
/// let wishes = Wishes::of([Wish::Rates, Wish::Gradients]).and(Wishes::of([Wish::Scores]).every(10));
/// assert!(wishes.wants(Wish::Gradients, 7) && !wishes.wants(Wish::Scores, 7));
/// assert!(wishes.wants(Wish::Scores, 20) && !wishes.wants(Wish::Spreads, 20));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wishes {
    /// Rounds between two measurements of each wish; 0 is never.
    every: [u64; 5],
}

impl Wishes {
    /// Nothing in particular.
    pub fn none() -> Self {
        Self::default()
    }

    /// These, in every round.
    pub fn of(wishes: impl IntoIterator<Item = Wish>) -> Self {
        let mut every = [0; 5];
        for wish in wishes {
            every[place(wish)] = 1;
        }
        Self { every }
    }

    /// In every `rounds`-th round.
    pub fn every(mut self, rounds: u64) -> Self {
        for every in self.every.iter_mut().filter(|every| **every > 0) {
            *every = rounds.max(1);
        }
        self
    }

    /// These and those.
    pub fn and(mut self, others: Self) -> Self {
        for (every, other) in self.every.iter_mut().zip(others.every) {
            *every = common(*every, other);
        }
        self
    }

    /// Whether round `step` should measure this.
    pub fn wants(&self, wish: Wish, step: u64) -> bool {
        let every = self.every[place(wish)];
        every > 0 && step.is_multiple_of(every)
    }
}

const fn place(wish: Wish) -> usize {
    match wish {
        Wish::Rates => 0,
        Wish::Gradients => 1,
        Wish::Scores => 2,
        Wish::Spreads => 3,
        Wish::Weights => 4,
    }
}

/// The greatest common divisor; its multiples are all those of either number.
fn common(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wish_is_granted() {
        let scores = |rounds| Wishes::of([Wish::Scores]).every(rounds);
        let both = scores(4).and(scores(6));
        assert!((1..100).all(|step| both.wants(Wish::Scores, step) || (step % 4 != 0 && step % 6 != 0)));
        assert!(!both.wants(Wish::Scores, 3));
        assert_eq!(Wishes::none().and(scores(0)), scores(1));
        assert!(!Wishes::none().wants(Wish::Rates, 1));
    }
}
