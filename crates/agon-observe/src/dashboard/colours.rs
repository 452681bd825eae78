//! What colours a terminal can show.

use ratatui::style::Color;

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    /// 24 bits.
    True,
    /// The palette of 256.
    Few,
    /// None: the terminal has few or the user wants none.
    None,
}

/// Curves, one after the other; easy to tell apart also for those who see few colours (Okabe and Ito's).
const CURVES: [[u8; 3]; 6] = [
    [86, 180, 233],
    [230, 159, 0],
    [0, 158, 115],
    [204, 121, 167],
    [240, 228, 66],
    [213, 94, 0],
];

impl Colours {
    /// By the variables that terminals and users set.
    pub(super) fn of_terminal(variable: impl Fn(&str) -> Option<String>) -> Self {
        let says = |name: &str, what: &[&str]| {
            let value = variable(name).unwrap_or_default().to_lowercase();
            what.iter().any(|what| value.contains(what))
        };
        if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            Self::None
        } else if says("COLORTERM", &["truecolor", "24bit"]) || says("TERM", &["direct", "truecolor"]) {
            Self::True
        } else if cfg!(windows) || says("TERM", &["256"]) {
            Self::Few
        } else {
            Self::None
        }
    }

    /// The nearest there is.
    pub(super) fn of(self, [r, g, b]: [u8; 3]) -> Color {
        match self {
            Self::True => Color::Rgb(r, g, b),
            Self::Few => Color::Indexed(nearest([r, g, b])),
            Self::None => Color::Reset,
        }
    }

    /// The colour of the n-th curve.
    pub(super) fn curve(self, n: usize) -> Color {
        self.of(CURVES.get(n % CURVES.len()).copied().unwrap_or([255; 3]))
    }
}

/// The nearest of the palette: a cube of 6 levels per channel, and 24 greys.
fn nearest(colour: [u8; 3]) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let level = |byte: u8| {
        (0..6_u8)
            .min_by_key(|&i| LEVELS[usize::from(i)].abs_diff(byte))
            .unwrap_or(0)
    };
    let cube = colour.map(level);
    let mean = colour.map(u16::from).iter().sum::<u16>() / 3;
    let grey = (mean.saturating_sub(3) / 10).min(23) as u8;
    let distance = |other: [u8; 3]| -> u32 {
        let squares = colour.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2));
        squares.sum()
    };
    if distance([8 + 10 * grey; 3]) < distance(cube.map(|i| LEVELS[usize::from(i)])) {
        232 + grey
    } else {
        16 + 36 * cube[0] + 6 * cube[1] + cube[2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(variables: &[(&str, &str)]) -> Colours {
        Colours::of_terminal(|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn terminals_say_what_they_can() {
        let xterm = ("TERM", "xterm-256color");
        assert_eq!(terminal(&[xterm, ("COLORTERM", "truecolor")]), Colours::True);
        assert_eq!(terminal(&[xterm]), Colours::Few);
        assert_eq!(terminal(&[xterm, ("NO_COLOR", "1")]), Colours::None);
        assert_eq!(terminal(&[xterm, ("NO_COLOR", "")]), Colours::Few);
        #[cfg(unix)]
        assert_eq!(terminal(&[("TERM", "linux")]), Colours::None);
    }

    #[test]
    fn the_palette_has_something_near() {
        assert_eq!(nearest([0, 0, 0]), 16);
        assert_eq!(nearest([255, 255, 255]), 231);
        assert_eq!(nearest([128, 128, 128]), 244);
        assert_eq!(nearest([255, 0, 0]), 196);
        assert_eq!(nearest([250, 250, 250]), 231);
        assert_eq!(nearest([238, 238, 238]), 255);
    }
}
