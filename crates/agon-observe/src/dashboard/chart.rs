//! Curves.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Block, Chart, Dataset, GraphType, Paragraph, Widget};

use super::board::{Board, Group};
use super::colours::Colours;
use crate::progress::status::figure;

/// Where there are no colours, curves differ by what they are drawn with.
const MARKERS: [Marker; 3] = [Marker::Braille, Marker::Dot, Marker::Block];

/// What a chart shows and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Curves<'a> {
    pub(super) board: &'a Board,
    pub(super) group: &'a Group,
    /// From which round to which.
    pub(super) window: (f64, f64),
    pub(super) colours: Colours,
    /// What stands below at the right.
    pub(super) aside: &'a str,
}

impl Curves<'_> {
    /// The group's name, and name and newest value of each curve, in so many characters if that is possible.
    fn title(&self, width: usize) -> Line<'static> {
        let name = format!(" {} ", self.group.name);
        let series: Vec<_> = self
            .group
            .members
            .iter()
            .filter_map(|&i| self.board.series.get(i))
            .collect();
        let values: Vec<_> = series.iter().map(|series| figure(series.latest)).collect();
        let numbers: usize = values.iter().map(|value| value.len() + 5).sum();
        let room = width.saturating_sub(name.len() + numbers) / series.len().max(1);
        let mut title = vec![Span::styled(name, Style::new().add_modifier(Modifier::BOLD))];
        for (n, (series, value)) in series.iter().zip(values).enumerate() {
            let name = match series.member() {
                member if member == self.group.name => String::new(),
                member => shortened(member, room),
            };
            let text = format!(" {}{name}{value} ", self.mark(n));
            title.push(Span::styled(text, Style::new().fg(self.colours.curve(n))));
        }
        Line::from(title)
    }

    /// What a curve without colour can be known by.
    fn mark(&self, n: usize) -> &'static str {
        match (self.colours, n % MARKERS.len()) {
            (Colours::None, 0) => "⠶ ",
            (Colours::None, 1) => "• ",
            (Colours::None, _) => "█ ",
            _ => "",
        }
    }

    fn marker(&self, n: usize) -> Marker {
        match self.colours {
            Colours::None => MARKERS.get(n % MARKERS.len()).copied().unwrap_or_default(),
            _ => Marker::Braille,
        }
    }
}

impl Widget for Curves<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let block = Block::bordered()
            .title(self.title(usize::from(area.width)))
            .title_bottom(Line::from(self.aside).right_aligned());
        // A cell of Braille is two dots wide.
        let width = 2 * usize::from(area.width);
        let points: Vec<Vec<(f64, f64)>> = self
            .group
            .members
            .iter()
            .filter_map(|&i| self.board.series.get(i))
            .map(|series| series.history.points(self.window.0, self.window.1, width))
            .collect();
        let Some((low, high)) = range(points.iter().flatten().map(|point| point.1)) else {
            Paragraph::new(" nothing to draw in these rounds")
                .block(block)
                .render(area, buffer);
            return;
        };
        let datasets = points.iter().enumerate().map(|(n, points)| {
            Dataset::default()
                .marker(self.marker(n))
                .graph_type(GraphType::Line)
                .style(Style::new().fg(self.colours.curve(n)))
                .data(points)
        });
        let quiet = Style::new().add_modifier(Modifier::DIM);
        let label = |value: f64| Span::styled(figure(value), quiet);
        let round = |value: f64| Span::styled(format!("{value:.0}"), quiet);
        let (first, last) = self.window;
        let labels = if area.height < 8 {
            vec![label(low), label(high)]
        } else {
            vec![label(low), label(0.5 * (low + high)), label(high)]
        };
        Chart::new(datasets.collect())
            .block(block)
            .x_axis(
                Axis::default()
                    .style(quiet)
                    .bounds([first, last.max(first + 1.0)])
                    .labels([round(first), round(last)]),
            )
            .y_axis(Axis::default().style(quiet).bounds([low, high]).labels(labels))
            .render(area, buffer);
    }
}

/// A name in so many characters, or none if it could not be known again.
fn shortened(name: &str, width: usize) -> String {
    match name.chars().count() {
        length if length <= width => format!("{name} "),
        _ if width < 3 => String::new(),
        _ => format!("{}… ", name.chars().take(width - 1).collect::<String>()),
    }
}

/// From the lowest to the highest, and a little more, but not below nothing where nothing is.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = values
        .map(|value| (value, value))
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    let margin = 0.05 * (high - low);
    if margin > f64::EPSILON * high.abs().max(low.abs()) {
        let floor = if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
        return Some(((low - margin).max(floor), high + margin));
    }
    let margin = if high == 0.0 { 1.0 } else { 0.1 * high.abs() };
    Some((low - margin, high + margin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_to_size() {
        assert_eq!(shortened("generator", 9), "generator ");
        assert_eq!(shortened("generator", 4), "gen… ");
        assert_eq!(shortened("generator", 2), "");
    }

    #[test]
    fn a_flat_curve_has_room() {
        assert_eq!(range([0.0, 0.0].into_iter()), Some((-1.0, 1.0)));
        assert_eq!(range([2.0].into_iter()), Some((1.8, 2.2)));
        assert_eq!(range([0.0, 1.0].into_iter()), Some((0.0, 1.05)));
        assert_eq!(range([-1.0, 1.0].into_iter()), Some((-1.1, 1.1)));
        assert_eq!(range(std::iter::empty()), None);
        let (low, high) = range([1e300, -1e300].into_iter()).unwrap();
        assert!(low < high && (high - low).is_finite());
    }
}
