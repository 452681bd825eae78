use std::fmt;

use agon_core::{Wish, Wishes};

/// What goes wrong with a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Trouble {
    /// The generator makes the same again and again.
    Collapse,
    /// The discriminator is never wrong, so that the generator learns nothing from it.
    DiscriminatorWins,
    /// The discriminator takes generated samples for real ones, so that there is nothing to learn from it.
    DiscriminatorLoses,
    /// Gradients or weights grow without measure.
    Divergence,
    /// A figure or a weight is NaN or infinite.
    NotFinite,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Collapse,
        Self::DiscriminatorWins,
        Self::DiscriminatorLoses,
        Self::Divergence,
        Self::NotFinite,
    ];
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Collapse => "the generator has collapsed",
            Self::DiscriminatorWins => "the discriminator wins outright",
            Self::DiscriminatorLoses => "the discriminator loses outright",
            Self::Divergence => "training diverges",
            Self::NotFinite => "a figure is not finite",
        })
    }
}

/// By what trouble is seen: a figure that stays beyond a limit.
///
/// Each has two limits: beyond the first it is a sign of trouble, and only behind the second it is over. Both
/// stand in brackets. They were chosen between what healthy and what spoilt runs measure; `docs/health.md` has
/// the figures. What is measured depends on no particular loss: scores may be probabilities, energies or anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Symptom {
    /// `spread/fake` over `spread/real` \[below 0.1; 0.2\]: all samples are nearly the same. Not nearer to 1, since
    /// many a good generator of images has half the spread of its data.
    Spread,
    /// `duplicates/fake` \[above 0.25; 0.1\]: samples have twins. A generator that is not collapsed has next to
    /// none, and one that jumps between a few samples has many, though these may be far apart.
    Duplicates,
    /// `spread/fake` over `spread/across` \[below 0.25; 0.35\]: generated samples are nearer to each other than to real
    /// ones. That is how a generator with batch norm collapses, which has to spread whatever it makes.
    Crowding,
    /// `spread/fake` over `spread/real` \[above 4; 2\]: samples have left the range of the data.
    Sprawl,
    /// `score/separation` \[above 0.93; 0.8\], counted only while `gradient/discriminator` is below a fifth of what
    /// it was in the first five looks: the discriminator is never wrong and has nothing left to learn. Being never
    /// wrong is not enough: a Wasserstein critic of images always is, and teaches well.
    Separation,
    /// `score/separation` \[below 0.25; 0.4\]: generated samples seem more real than real ones. Swings that far are
    /// a part of every contest; lasting there means that the discriminator no longer answers.
    Confusion,
    /// `gradient/<player>` over its own geometric mean over some hundred looks \[above 30; 10\]. Good runs stay
    /// within 9.
    Gradient,
    /// `weight/<player>` over what it was in the first five looks and √(1 + rounds / 1000) \[above 2.5; 1.8\]. Steps
    /// that lead nowhere let weights grow like the root of their number, those that agree in proportion to it. Good
    /// runs stay within 1.3 in ten thousand rounds.
    Weight,
}

impl Symptom {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Spread,
        Self::Duplicates,
        Self::Crowding,
        Self::Sprawl,
        Self::Separation,
        Self::Confusion,
        Self::Gradient,
        Self::Weight,
    ];

    /// What it is a sign of.
    pub const fn trouble(self) -> Trouble {
        match self {
            Self::Spread | Self::Duplicates | Self::Crowding => Trouble::Collapse,
            Self::Separation => Trouble::DiscriminatorWins,
            Self::Confusion => Trouble::DiscriminatorLoses,
            Self::Sprawl | Self::Gradient | Self::Weight => Trouble::Divergence,
        }
    }

    /// What a value of it means, in words.
    pub(super) fn says(self, value: f64, player: &str) -> String {
        match self {
            Self::Spread | Self::Sprawl => format!("generated samples spread {value:.3} times as wide as real ones"),
            Self::Duplicates => format!("{:.0} % of the generated samples have a twin", 100.0 * value),
            Self::Crowding => {
                format!("generated samples are {value:.3} times as far from each other as from real ones")
            }
            Self::Separation | Self::Confusion => {
                format!("the discriminator judges {:.0} % of all samples rightly", 100.0 * value)
            }
            Self::Gradient => format!("the gradient of `{player}` is {value:.2} times its usual size"),
            Self::Weight => format!("the weights of `{player}` are {value:.2} times as large as wandering makes them"),
        }
    }

    /// The figure that tells it of samples.
    pub(super) const fn of_samples(self) -> Option<&'static str> {
        match self {
            Self::Spread => Some("samples/spread"),
            Self::Duplicates => Some("samples/duplicates"),
            Self::Crowding => Some("samples/crowding"),
            _ => None,
        }
    }

    /// What a game is to measure for it.
    pub(super) fn wishes(self) -> Wishes {
        match self {
            Self::Spread | Self::Duplicates | Self::Crowding | Self::Sprawl => Wishes::of([Wish::Spreads]),
            Self::Separation => Wishes::of([Wish::Scores, Wish::Gradients]),
            Self::Confusion => Wishes::of([Wish::Scores]),
            Self::Gradient => Wishes::of([Wish::Gradients]),
            Self::Weight => Wishes::of([Wish::Weights]),
        }
    }

    pub(super) const fn limit(self) -> Limit {
        let (ill, well) = match self {
            Self::Spread => (0.1, 0.2),
            Self::Duplicates => (0.25, 0.1),
            Self::Crowding => (0.25, 0.35),
            Self::Sprawl => (4.0, 2.0),
            Self::Separation => (0.93, 0.8),
            Self::Confusion => (0.25, 0.4),
            Self::Gradient => (30.0, 10.0),
            Self::Weight => (2.5, 1.8),
        };
        Limit { ill, well }
    }
}

/// From where on a figure is bad, and from where on good again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limit {
    pub ill: f64,
    pub well: f64,
}

impl Limit {
    pub(super) fn is_ill(self, value: f64) -> bool {
        if self.ill < self.well {
            value < self.ill
        } else {
            value > self.ill
        }
    }

    pub(super) fn is_well(self, value: f64) -> bool {
        if self.ill < self.well {
            value >= self.well
        } else {
            value <= self.well
        }
    }
}
