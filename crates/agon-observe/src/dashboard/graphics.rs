//! How a terminal shows pictures.

use ratatui::crossterm::terminal::{WindowSize, window_size};
use ratatui::layout::Rect;

use super::colours::Colours;
use super::keyboard::Keyboard;

/// What a terminal can draw with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Graphics {
    pub(super) colours: Colours,
    /// The pixels of a cell, if single pixels can be drawn.
    pub(super) cell: Option<(u16, u16)>,
}

impl Graphics {
    /// Asks the terminal, which is raw already.
    pub(super) fn ask(keyboard: &mut Keyboard) -> Self {
        let colours = Colours::of_terminal(|name| std::env::var(name).ok());
        let cell = cell().filter(|_| colours != Colours::None && answers_that_it_can(keyboard));
        Self { colours, cell }
    }

    /// The same in a window of another size, or with another font.
    pub(super) fn measured(self) -> Self {
        let cell = self.cell.and_then(|_| cell());
        Self { cell, ..self }
    }

    /// Pixels across and down in an area of the screen.
    pub(super) fn pixels(&self, area: Rect) -> (usize, usize) {
        let (across, down) = self.cell.unwrap_or((1, 2));
        let pixels = |cells: u16, each: u16| usize::from(cells) * usize::from(each);
        (pixels(area.width, across), pixels(area.height, down))
    }
}

/// The pixels of a cell, where the terminal tells.
fn cell() -> Option<(u16, u16)> {
    let WindowSize {
        rows,
        columns,
        width,
        height,
    } = window_size().ok()?;
    let cell = (width.checked_div(columns)?, height.checked_div(rows)?);
    (cell.0 > 0 && cell.1 > 0).then_some(cell)
}

/// Asks what it is. An answer that comes too late is no key, and ignored as such.
#[cfg(unix)]
fn answers_that_it_can(keyboard: &mut Keyboard) -> bool {
    let answer = keyboard.ask(b"\x1b[c", |answer| answer.contains(&b'c'));
    answer.is_ok_and(|answer| super::sixel::can(&answer))
}

#[cfg(not(unix))]
fn answers_that_it_can(_keyboard: &mut Keyboard) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_blocks_are_two_pixels_high() {
        let area = Rect::new(5, 5, 30, 10);
        let mut graphics = Graphics {
            colours: Colours::True,
            cell: None,
        };
        assert_eq!(graphics.pixels(area), (30, 20));
        graphics.cell = Some((9, 18));
        assert_eq!(graphics.pixels(area), (270, 180));
    }
}
