//! The first two lines: how far the run is, and how it is doing.

use std::time::Instant;

use agon_core::Level;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::board::Board;
use super::colours::Colours;
use super::memory::{self, Memory};
use crate::progress::status::{Status, figure, time};

const GREEN: [u8; 3] = [0, 175, 95];
const AMBER: [u8; 3] = [230, 159, 0];
const RED: [u8; 3] = [230, 60, 50];

/// The first two lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header<'a> {
    pub(super) board: &'a Board,
    pub(super) now: Instant,
    pub(super) memory: Option<Memory>,
    pub(super) colours: Colours,
}

/// How what somebody said is written.
pub(super) fn style(level: Level, colours: Colours) -> Style {
    match level {
        Level::Info => Style::new(),
        Level::Warning => Style::new().fg(colours.of(AMBER)),
        Level::Alarm => Style::new().fg(colours.of(RED)).add_modifier(Modifier::BOLD),
    }
}

impl Header<'_> {
    fn status(&self) -> Status {
        Status {
            step: self.board.step,
            total: self.board.total,
            rate: self.board.watch.rate(),
            elapsed: self.board.watch.elapsed(self.now),
            figures: Vec::new(),
        }
    }

    /// The round, a bar that takes what room there is, rate and times.
    fn progress(&self, width: usize) -> Line<'static> {
        let status = self.status();
        let place = match status.total {
            Some(total) => format!(" round {} of {total} ", status.step),
            None => format!(" round {} ", status.step),
        };
        let mut times = String::new();
        if let Some(share) = status.share() {
            times.push_str(&format!(" {:3.0} %", (100.0 * share).floor()));
        }
        if let Some(rate) = status.rate {
            times.push_str(&format!("  {}/s", figure(rate)));
        }
        times.push_str(&format!("  {} so far", time(status.elapsed)));
        if let Some(left) = status.left() {
            times.push_str(&format!("  {} left", time(left)));
        }
        let room = width.saturating_sub(place.chars().count() + times.chars().count() + 1);
        let full = (status.share().unwrap_or_default() * room as f64) as usize;
        Line::from(vec![
            Span::styled(place, Style::new().add_modifier(Modifier::BOLD)),
            Span::styled("━".repeat(full), Style::new().fg(self.colours.of(GREEN))),
            Span::styled("─".repeat(room - full), Style::new().add_modifier(Modifier::DIM)),
            Span::raw(times),
        ])
    }

    /// The light, and whether the run stands still.
    fn health(&self) -> Line<'static> {
        let (dot, style, text) = match self.board.light.shown() {
            None => (
                " ○ ",
                Style::new().add_modifier(Modifier::DIM),
                "no health monitor".to_owned(),
            ),
            Some((Level::Info, _)) => (" ● ", Style::new().fg(self.colours.of(GREEN)), "healthy".to_owned()),
            Some((level, note)) => {
                let name = if level == Level::Alarm { "alarm" } else { "warning" };
                let text = match note {
                    Some(note) => format!("{name}, round {}: {}: {}", note.step, note.source, note.text),
                    None => format!("{name} from before"),
                };
                (" ● ", style(level, self.colours), text)
            }
        };
        let mut line = Line::from(vec![Span::styled(dot, style)]);
        for (is, what) in [
            (self.board.paused, " PAUSED "),
            (self.board.stopping, " STOPPING AFTER THIS ROUND "),
        ] {
            if is {
                line.push_span(Span::styled(what, Style::new().add_modifier(Modifier::REVERSED)));
                line.push_span(" ");
            }
        }
        line.push_span(text);
        line
    }

    fn memory(&self) -> String {
        match self.memory {
            Some(Memory { now, peak }) => format!("memory {}, at most {} ", memory::size(now), memory::size(peak)),
            None => String::new(),
        }
    }
}

impl Widget for Header<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let [first, second] = [0, 1].map(|row| Rect::new(area.x, area.y + row, area.width, 1).intersection(area));
        self.progress(usize::from(area.width)).render(first, buffer);
        let memory = self.memory();
        let health = self.health();
        let room = usize::from(area.width).saturating_sub(memory.chars().count() + 1);
        // What is wrong matters more than how large it is.
        let matters = self.board.light.shown().is_some_and(|(level, _)| level > Level::Info) && health.width() > room;
        health.render(second, buffer);
        if !matters {
            Line::from(memory).right_aligned().render(second, buffer);
        }
    }
}
