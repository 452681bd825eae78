//! Where things stand on the screen.

use ratatui::layout::{Constraint, Layout, Rect};

/// The smallest window that has room for a dashboard.
pub(super) const SMALLEST: (u16, u16) = (50, 14);
/// From this width on the figures stand beside the samples, and from this height on curves above each other.
const WIDE: u16 = 110;
const TALL: u16 = 34;

/// The parts of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Panes {
    pub(super) header: Rect,
    /// The first is the largest.
    pub(super) charts: Vec<Rect>,
    pub(super) samples: Option<Rect>,
    pub(super) table: Option<Rect>,
    pub(super) messages: Rect,
    pub(super) help: Rect,
}

impl Panes {
    /// Divides a window, with room for so many charts, and for samples if there are any. None if the window
    /// is too small.
    pub(super) fn of(area: Rect, charts: usize, samples: bool) -> Option<Self> {
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            return None;
        }
        let tall = area.height >= TALL;
        let heights = [2, 0, if tall { 9 } else { 4 }, 1].map(|height| match height {
            0 => Constraint::Fill(1),
            height => Constraint::Length(height),
        });
        let [header, body, messages, help] = Layout::vertical(heights).areas(area);
        let side = match (area.width >= WIDE, samples) {
            (true, _) => Constraint::Percentage(42),
            (false, true) => Constraint::Percentage(45),
            (false, false) => Constraint::Length(36),
        };
        let [left, right] = Layout::horizontal([Constraint::Fill(1), side]).areas(body);
        let (samples, table) = match samples {
            false => (None, Some(right)),
            true if tall => {
                let [above, below] = Layout::vertical([Constraint::Fill(2), Constraint::Fill(1)]).areas(right);
                (Some(above), Some(below))
            }
            true => (Some(right), None),
        };
        let charts = if tall { charts.clamp(1, 3) } else { 1 };
        let shares = (0..charts).map(|n| Constraint::Fill(if n == 0 { 2 } else { 1 }));
        Some(Self {
            header,
            charts: Layout::vertical(shares).split(left).to_vec(),
            samples,
            table,
            messages,
            help,
        })
    }
}

/// What is inside a frame around `area`.
pub(super) fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overlaps_and_nothing_is_left() {
        for (width, height) in [(50, 14), (80, 24), (110, 33), (109, 34), (200, 50), (500, 200)] {
            for (charts, samples) in [(0, false), (1, true), (5, true)] {
                let area = Rect::new(0, 0, width, height);
                let panes = Panes::of(area, charts, samples).unwrap();
                let mut all = panes.charts.clone();
                all.extend([panes.header, panes.messages, panes.help]);
                all.extend(panes.samples.into_iter().chain(panes.table));
                let covered: u32 = all.iter().map(|pane| pane.area()).sum();
                assert_eq!(covered, area.area(), "{width} x {height}");
                for (i, a) in all.iter().enumerate() {
                    assert!(!a.is_empty() && area.union(*a) == area, "{width} x {height}: {a}");
                    assert!(all.iter().skip(i + 1).all(|b| !a.intersects(*b)), "{width} x {height}");
                }
            }
        }
    }

    #[test]
    fn small_windows_have_no_room() {
        for (width, height) in [(0, 0), (49, 14), (50, 13)] {
            assert_eq!(Panes::of(Rect::new(0, 0, width, height), 3, true), None);
        }
        assert!(inside(Rect::new(0, 0, 1, 1)).is_empty());
    }
}
