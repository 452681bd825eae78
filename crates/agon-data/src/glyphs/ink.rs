//! The colours of pen and paper.

use rand::RngExt;

use crate::random::Random;

/// Two colours, channel by channel, in `[-1, 1]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ink {
    pub(crate) paper: [f32; 3],
    pub(crate) pen: [f32; 3],
}

/// Pen and paper differ at least so much in brightness.
const CONTRAST: f32 = 0.7;
const TRIES: usize = 16;

impl Ink {
    /// White on black.
    pub(crate) const GREY: Self = Self {
        paper: [-1.0; 3],
        pen: [1.0; 3],
    };

    /// Two random colours that can be told apart.
    pub(crate) fn random(random: &mut Random) -> Self {
        let mut colour = || std::array::from_fn(|_| 2.0 * random.random::<f32>() - 1.0);
        let paper = colour();
        let legible = |pen: &[f32; 3]| (brightness(*pen) - brightness(paper)).abs() >= CONTRAST;
        let black_or_white = [if brightness(paper) < 0.0 { 1.0 } else { -1.0 }; 3];
        let pen = (0..TRIES).map(|_| colour()).find(legible).unwrap_or(black_or_white);
        Self { paper, pen }
    }
}

/// Brightness as the eye weighs the channels, in `[-1, 1]`.
fn brightness([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    #[test]
    fn pen_and_paper_can_be_told_apart() {
        for i in 0..1000 {
            let Ink { paper, pen } = Ink::random(&mut stream(1, i));
            assert!((brightness(pen) - brightness(paper)).abs() >= CONTRAST);
        }
    }
}
