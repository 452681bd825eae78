//! What stands on the screen.

use std::time::Instant;

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::{Constraint, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph, Row, Table, Widget, Wrap};

use super::board::{Board, Group};
use super::chart::Curves;
use super::colours::Colours;
use super::header::{self, Header};
use super::keys::HELP;
use super::layout::{Panes, inside};
use super::memory::Memory;
use super::picture;
use super::view::View;
use crate::progress::status::figure;

/// A look at the run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen<'a> {
    pub(super) board: &'a Board,
    pub(super) view: &'a View,
    pub(super) now: Instant,
    pub(super) memory: Option<Memory>,
    pub(super) colours: Colours,
    /// Whether somebody else draws the samples, pixel by pixel.
    pub(super) pixels: bool,
}

impl Screen<'_> {
    /// Draws everything, and says where the samples are.
    pub(super) fn draw(&self, area: Rect, buffer: &mut Buffer) -> Option<Rect> {
        let groups = self.board.groups();
        let Some(panes) = Panes::of(area, groups.len(), self.board.draws) else {
            let text = "This window is too small. Training goes on; q stops it.";
            Paragraph::new(text).wrap(Wrap { trim: true }).render(area, buffer);
            return None;
        };
        let header = Header {
            board: self.board,
            now: self.now,
            memory: self.memory,
            colours: self.colours,
        };
        header.render(panes.header, buffer);
        self.charts(&panes.charts, &groups, buffer);
        if let Some(area) = panes.table {
            self.table(area, &groups, buffer);
        }
        self.messages(panes.messages, buffer);
        help(panes.help, buffer);
        panes.samples.map(|area| self.samples(area, buffer))
    }

    /// The group in the foreground, and below it those that follow.
    fn charts(&self, areas: &[Rect], groups: &[Group], buffer: &mut Buffer) {
        let window = self.view.window(self.board.span().unwrap_or_default());
        let focus = self.view.focus(groups.len());
        let number = format!(" {}/{} ", focus + 1, groups.len());
        for (n, area) in areas.iter().enumerate() {
            let aside = match (n, self.view.is_whole()) {
                (0, true) => number.clone(),
                (0, false) => format!(" a part of the run {number}"),
                _ => String::new(),
            };
            match groups.get((focus + n) % groups.len().max(1)) {
                Some(group) => Curves {
                    board: self.board,
                    group,
                    window,
                    colours: self.colours,
                    aside: &aside,
                }
                .render(*area, buffer),
                None => Paragraph::new(" no figures yet")
                    .block(Block::bordered())
                    .render(*area, buffer),
            }
        }
    }

    /// Returns the place for the picture.
    fn samples(&self, area: Rect, buffer: &mut Buffer) -> Rect {
        let title = match &self.board.picture {
            Some(picture) => format!(" samples, round {} ", picture.step),
            None => " samples ".to_owned(),
        };
        Block::bordered().title(title).render(area, buffer);
        let place = inside(area);
        if self.pixels {
            let cells = place.positions();
            cells.for_each(|cell| {
                if let Some(cell) = buffer.cell_mut(cell) {
                    cell.set_diff_option(CellDiffOption::Skip);
                }
            });
        } else if let Some(shown) = &self.board.picture {
            picture::draw(&shown.image, place, buffer, self.colours);
        }
        place
    }

    /// Every figure; those without a chart of their own come first.
    fn table(&self, area: Rect, groups: &[Group], buffer: &mut Buffer) {
        let (charted, other): (Vec<&Group>, Vec<&Group>) = groups
            .iter()
            .partition(|group| matches!(&*group.name, "loss" | "gradient" | "rate"));
        let series = other.into_iter().chain(charted).flat_map(|group| &group.members);
        let rows = series.filter_map(|&i| self.board.series.get(i)).map(|series| {
            let values = [series.latest, series.lowest, series.highest].map(figure);
            Row::new(std::iter::once(series.name.clone()).chain(values))
        });
        let widths = [
            Constraint::Fill(1),
            Constraint::Length(9),
            Constraint::Length(9),
            Constraint::Length(9),
        ];
        let head = Row::new(["figure", "now", "lowest", "highest"]).style(Style::new().add_modifier(Modifier::DIM));
        let table = Table::new(rows, widths)
            .header(head)
            .block(Block::bordered().title(" figures "));
        Widget::render(table, area, buffer);
    }

    fn messages(&self, area: Rect, buffer: &mut Buffer) {
        let block = Block::bordered().title(" messages ");
        let room = usize::from(inside(area).height);
        let messages = &self.board.messages;
        let newest = messages.iter().skip(messages.len().saturating_sub(room));
        let lines = newest.map(|message| {
            let round = Span::styled(
                format!(" {:>7}  ", message.step),
                Style::new().add_modifier(Modifier::DIM),
            );
            let text = Span::styled(&*message.text, header::style(message.level, self.colours));
            Line::from(vec![round, text])
        });
        Paragraph::new(lines.collect::<Vec<_>>())
            .block(block)
            .render(area, buffer);
    }
}

/// The keys, as many as there is room for.
fn help(area: Rect, buffer: &mut Buffer) {
    let mut line = Line::from(" ");
    for (key, what) in HELP {
        let key = Span::styled(key, Style::new().add_modifier(Modifier::BOLD));
        let what = Span::styled(format!(" {what}   "), Style::new().add_modifier(Modifier::DIM));
        if line.width() + key.width() + what.width() > usize::from(area.width) + 3 {
            break;
        }
        line.extend([key, what]);
    }
    line.render(area, buffer);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use agon_core::{Level, Note};
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use ratatui::style::Color;

    use super::*;
    use crate::Image;
    use crate::dashboard::keys::Look;

    /// A run in its 500th round.
    fn board(start: Instant) -> Board {
        let mut board = Board::new(0, Some(1_000), start);
        for step in (10..=500_u64).step_by(10) {
            let x = step as f64 / 100.0;
            board.record(
                step,
                [
                    ("loss/discriminator", 1.0 / x),
                    ("loss/generator", x),
                    ("frechet", 100.0 - x),
                ],
            );
            board.record(step, [("gradient/generator", 2.0), ("rate/generator", 2e-4)]);
        }
        board.step = 500;
        board.watch.lap(500, start + Duration::from_secs(20));
        board.draws = true;
        board.show(Image::filled(20, 20, &[200, 100, 50]), 480);
        board.say(400, Level::Info, "wrote checkpoints/step-00000400");
        board
    }

    fn draw(board: &Board, view: &View, (width, height): (u16, u16), colours: Colours, start: Instant) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let screen = Screen {
            board,
            view,
            now: start + Duration::from_secs(20),
            memory: Some(Memory {
                now: 500_000_000,
                peak: 600_000_000,
            }),
            colours,
            pixels: false,
        };
        terminal
            .draw(|frame| _ = screen.draw(frame.area(), frame.buffer_mut()))
            .unwrap();
        terminal.backend().buffer().clone()
    }

    fn text(buffer: &Buffer) -> String {
        let rows = buffer.content.chunks(usize::from(buffer.area.width));
        let line = |row: &[ratatui::buffer::Cell]| row.iter().map(|cell| cell.symbol()).collect::<String>() + "\n";
        rows.map(line).collect()
    }

    #[test]
    fn a_usual_window_shows_what_matters() {
        let start = Instant::now();
        let (board, view) = (board(start), View::default());
        let text = text(&draw(&board, &view, (80, 24), Colours::True, start));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            " round 500 of 1000 ━━━━━━━━━━━───────────  50 %  25.0/s  0:20 so far  0:20 left "
        );
        assert_eq!(
            lines[1],
            " ○ no health monitor                              memory 500 MB, at most 600 MB "
        );
        assert!(
            lines[2].starts_with("┌ loss  discrimi… 0.200  generator 5.000 ─"),
            "{text}"
        );
        assert!(lines[2].contains("┌ samples, round 480 "), "{text}");
        assert!(text.contains("▀▀▀▀") && text.contains(" 1/4 ┘"), "{text}");
        assert!(text.contains("│     400  wrote checkpoints/step-00000400"), "{text}");
        assert!(
            lines[23].starts_with(" q stop   p pause   c checkpoint   s sample "),
            "{text}"
        );
    }

    #[test]
    fn a_large_window_shows_everything() {
        let start = Instant::now();
        let (board, view) = (board(start), View::default());
        let text = text(&draw(&board, &view, (200, 50), Colours::Few, start));
        for what in [
            "┌ loss  discriminator 0.200  generator 5.000 ─",
            "┌ gradient  generator 2.000 ─",
            "┌ rate  generator 2.00e-4 ─",
            "│frechet ",
            "95.0      95.0      99.9",
            "^C ^C leave at once",
        ] {
            assert!(text.contains(what), "{what}:\n{text}");
        }
    }

    #[test]
    fn keys_change_what_is_seen() {
        let start = Instant::now();
        let (board, mut view) = (board(start), View::default());
        let (span, groups) = (board.span().unwrap(), board.groups().len());
        view.look(Look::Next, span, groups);
        view.look(Look::Closer, span, groups);
        let text = text(&draw(&board, &view, (80, 24), Colours::True, start));
        assert!(text.contains("┌ gradient  generator 2.000 ─"), "{text}");
        assert!(
            text.contains(" a part of the run  2/4 ┘") && text.contains("255"),
            "{text}"
        );
        for _ in 0..2 {
            view.look(Look::Next, span, groups);
        }
        assert!(self::text(&draw(&board, &view, (80, 24), Colours::True, start)).contains("┌ frechet  95.0 ─"));
    }

    #[test]
    fn the_light_has_its_colours() {
        let start = Instant::now();
        let (mut board, view) = (board(start), View::default());
        let mut light = |level, text: &str| {
            board.hear(&Note {
                step: 490,
                level,
                source: "health".to_owned(),
                text: text.to_owned(),
            });
            board.light.condition = Some(level);
            let buffer = draw(&board, &view, (80, 24), Colours::True, start);
            let line = text_of_row(&buffer, 1);
            (buffer[(1, 1)].fg, line)
        };
        assert_eq!(light(Level::Info, "watching").0, Color::Rgb(0, 175, 95));
        let (amber, line) = light(Level::Warning, "the spread falls");
        assert_eq!(amber, Color::Rgb(230, 159, 0));
        assert!(
            line.starts_with(" ● warning, round 490: health: the spread falls "),
            "{line}"
        );
        let (red, line) = light(
            Level::Alarm,
            "all samples are alike, and have been for a hundred rounds",
        );
        assert_eq!(red, Color::Rgb(230, 60, 50));
        assert!(!line.contains("memory"), "it needs the room: {line}");
    }

    fn text_of_row(buffer: &Buffer, row: usize) -> String {
        text(buffer).lines().nth(row).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_run_that_stands_still_says_so() {
        let start = Instant::now();
        let (mut board, view) = (board(start), View::default());
        board.paused = true;
        board.stopping = true;
        let buffer = draw(&board, &view, (80, 24), Colours::True, start);
        assert!(text_of_row(&buffer, 1).contains(" PAUSED   STOPPING AFTER THIS ROUND "));
    }

    #[test]
    fn without_colours_nothing_is_coloured() {
        let start = Instant::now();
        let (board, view) = (board(start), View::default());
        let buffer = draw(&board, &view, (200, 50), Colours::None, start);
        assert!(
            buffer
                .content
                .iter()
                .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
        );
        assert!(text(&buffer).contains("⠶ discriminator") && text(&buffer).contains("• generator"));
    }

    #[test]
    fn every_window_can_be_drawn() {
        let start = Instant::now();
        let view = View::default();
        let mut empty = Board::new(0, None, start);
        empty.draws = true;
        let full = board(start);
        for size in [
            (1, 1),
            (3, 60),
            (50, 14),
            (51, 15),
            (80, 24),
            (110, 34),
            (300, 90),
            (400, 14),
        ] {
            for board in [&empty, &full] {
                for colours in [Colours::True, Colours::None] {
                    draw(board, &view, size, colours, start);
                }
            }
        }
        assert!(text(&draw(&full, &view, (30, 8), Colours::True, start)).contains("too small"));
        assert!(text(&draw(&empty, &view, (80, 24), Colours::True, start)).contains("no figures yet"));
    }
}
