//! The engine of agon: who plays, how one round goes, and what survives it.
//!
//! Networks take roles ([`Generator`], [`Discriminator`], [`Encoder`], [`Translator`]); a [`Player`] is a network with
//! what it needs to learn; a [`Game`] says who plays and how one [`Round`] goes; [`Gan`] is the standard
//! two-player game with every knob; a [`Trainer`] plays rounds until its [`Budget`] is spent, while
//! [`Observer`]s watch. Losses, penalties and constraints are traits here and live in `agon-losses`.
#![forbid(unsafe_code)]

mod augment;
mod average;
mod budget;
pub mod checkpoint;
mod conditioned;
mod constraint;
mod contest;
pub mod derivative;
mod digest;
mod diversity;
mod error;
mod feed;
mod game;
mod gan;
mod guard;
mod ledger;
mod loss;
mod measurements;
mod memory;
mod minmax;
mod moment;
mod network;
mod note;
mod observer;
pub mod optimizer;
mod pacing;
mod panics;
mod penalty;
mod player;
pub mod prior;
pub mod random;
mod rehearsal;
mod round;
mod sample;
mod schedule;
mod slope;
mod term;
mod trainer;
mod turns;
pub mod weights;
mod wishes;

pub use augment::{Augment, Augmentations};
pub use average::MovingAverage;
pub use budget::Budget;
pub use checkpoint::{Checkpoint, Checkpoints, Loadable};
pub use conditioned::{Conditioned, OfSample, one_hot};
pub use constraint::Constraint;
pub use contest::{Contest, Judgement, Turn};
pub use diversity::Diversity;
pub use error::{Error, Result};
pub use feed::{Batches, Feed, Mapped, Repeat};
pub use game::{Game, Sampling};
pub use gan::{Fakes, Gan, InstanceNoise, Unroll};
pub use guard::Guard;
pub use loss::AdversarialLoss;
pub use measurements::Measurements;
pub use memory::Memory;
pub use minmax::{Extragradient, Lookahead};
pub use moment::Moment;
pub use network::{Discriminator, Encoder, Generator, Scored, Translator};
pub use note::{Level, Note, Notes};
pub use observer::{Observer, Signal};
pub use optimizer::{Adam, OptimisticAdam, Optimizer, RmsProp, Sgd};
pub use pacing::Pacing;
pub use penalty::{Bout, Penalty};
pub use player::{AnyPlayer, Player};
pub use prior::Prior;
pub use rehearsal::Rehearsal;
pub use round::Round;
pub use sample::Sample;
pub use schedule::Schedule;
pub use slope::Slope;
pub use term::{Said, Term};
pub use trainer::{Ending, Outcome, Trainer};
pub use turns::{Turns, Updates};
pub use wishes::{Wish, Wishes};
