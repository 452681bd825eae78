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

impl<G: Sampling<Sample: Drawable>> Strip<G> {
    /// A square of samples, always from the same codes.
    pub fn samples(every: u64, side: usize) -> Self {
        Self {
            name: "samples".to_owned(),
            every,
            draw: Box::new(move |game| game.sample(side * side, 0).draw(side)),
        }
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
