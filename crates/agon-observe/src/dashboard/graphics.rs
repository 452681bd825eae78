//! How a terminal shows pictures.

use ratatui::crossterm::terminal::{WindowSize, window_size};
use ratatui::layout::Rect;

use super::colours::Colours;

/// What a terminal can draw with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Graphics {
    pub(super) colours: Colours,
    /// The pixels of a cell, if single pixels can be drawn.
    pub(super) cell: Option<(u16, u16)>,
}

impl Graphics {
    /// Asks the terminal, which is raw already and which nobody else reads from.
    pub(super) fn ask() -> Self {
        let colours = Colours::of_terminal(|name| std::env::var(name).ok());
        let cell = cell().filter(|_| colours != Colours::None && answers_that_it_can());
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

/// Asks what it is. An answer that comes too late is read, and ignored, with the keys.
#[cfg(unix)]
fn answers_that_it_can() -> bool {
    use std::fs::OpenOptions;
    use std::io::{ErrorKind, Read, Write};
    use std::os::unix::fs::OpenOptionsExt;
    use std::time::{Duration, Instant};

    const PATIENCE: Duration = Duration::from_millis(250);
    let options = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open("/dev/tty");
    let Ok(mut terminal) = options else {
        return false;
    };
    if terminal.write_all(b"\x1b[c").and_then(|()| terminal.flush()).is_err() {
        return false;
    }
    let (start, mut answer, mut bytes) = (Instant::now(), Vec::new(), [0; 64]);
    while start.elapsed() < PATIENCE && !answer.contains(&b'c') {
        match terminal.read(&mut bytes) {
            Ok(0) => return false,
            Ok(n) => answer.extend(bytes.iter().take(n)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(2)),
            Err(_) => return false,
        }
    }
    super::sixel::can(&answer)
}

#[cfg(not(unix))]
fn answers_that_it_can() -> bool {
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
