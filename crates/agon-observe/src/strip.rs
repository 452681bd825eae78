use agon_core::{Error, Result, Sampling};

use crate::{Drawable, Image};

/// Pictures that are drawn of a game again and again.
pub(crate) struct Strip<G> {
    pub name: String,
    /// Rounds between two.
    pub every: u64,
    pub draw: Draw<G>,
}

/// What makes a picture of a game.
pub(crate) type Draw<G> = Box<dyn Fn(&G) -> Result<Image> + Send>;

impl<G> Strip<G> {
    /// What `draw` makes of the game, after every so many rounds.
    pub fn of(name: impl Into<String>, every: u64, draw: impl Fn(&G) -> Result<Image> + Send + 'static) -> Self {
        Self {
            name: name.into(),
            every,
            draw: Box::new(draw),
        }
    }

    /// A square of samples, always from the same codes.
    pub fn samples(every: u64, side: usize) -> Self
    where
        G: Sampling<Sample: Drawable>,
    {
        Self::of("samples", every, move |game: &G| game.sample(side * side, 0).draw(side))
    }
}

/// An error for pictures that are never due, or that two kinds of have one name.
pub(crate) fn check<G>(strips: &[Strip<G>]) -> Result<()> {
    for (i, Strip { name, every, .. }) in strips.iter().enumerate() {
        if *every == 0 {
            return Err(Error::config(
                format!("the rounds between two pictures `{name}`"),
                "at least 1",
                0,
            ));
        }
        if strips[..i].iter().any(|other| other.name == *name) {
            return Err(Error::config(
                "the kinds of pictures",
                "a name for each",
                format!("`{name}` twice"),
            ));
        }
    }
    Ok(())
}
