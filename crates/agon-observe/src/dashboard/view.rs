//! Which part of a run is looked at.

use super::keys::Look;

/// The fewest rounds that are shown.
const CLOSEST: f64 = 10.0;
/// How often the number of rounds is halved at most.
const ZOOMS: u32 = 24;

/// Which figures, and which rounds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct View {
    focus: usize,
    /// The rounds shown are the run's, halved so often.
    zoom: u32,
    /// The last round shown; none follows the newest.
    until: Option<f64>,
}

impl View {
    /// Looks elsewhere, in a run from round `span.0` to `span.1` with so many groups of figures.
    pub(super) fn look(&mut self, look: Look, span: (f64, f64), groups: usize) {
        let groups = groups.max(1);
        let (low, high) = self.window(span);
        let page = (high - low) / 4.0;
        match look {
            Look::Next => self.focus = (self.focus % groups + 1) % groups,
            Look::Previous => self.focus = (self.focus % groups + groups - 1) % groups,
            Look::Closer if high - low > CLOSEST => self.zoom = (self.zoom + 1).min(ZOOMS),
            Look::Closer => {}
            Look::Wider => self.zoom = self.zoom.saturating_sub(1),
            Look::Earlier => self.until = Some((high - page).max(span.0 + (high - low))),
            Look::Later => self.until = Some(high + page),
            Look::First => self.until = Some(span.0 + (high - low)),
            Look::Newest => self.until = None,
        }
        if self.until.is_some_and(|until| until >= span.1) {
            self.until = None;
        }
    }

    /// The first and the last round shown.
    pub(super) fn window(&self, (first, last): (f64, f64)) -> (f64, f64) {
        let whole = (last - first).max(0.0);
        let width = (whole / f64::from(self.zoom).exp2()).max(CLOSEST.min(whole));
        let high = self.until.unwrap_or(last).clamp(first + width, last.max(first + width));
        (high - width, high)
    }

    /// The group of figures in the foreground.
    pub(super) fn focus(&self, groups: usize) -> usize {
        self.focus % groups.max(1)
    }

    /// Whether it is the whole run.
    pub(super) fn is_whole(&self) -> bool {
        self.zoom == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: (f64, f64) = (1.0, 1_025.0);

    #[test]
    fn zooming_halves_and_scrolling_stays_inside() {
        let mut view = View::default();
        assert_eq!(view.window(RUN), RUN);
        view.look(Look::Closer, RUN, 1);
        assert_eq!(view.window(RUN), (513.0, 1_025.0));
        assert_eq!(view.window((1.0, 2_049.0)), (1_025.0, 2_049.0), "it follows the newest");
        view.look(Look::Earlier, RUN, 1);
        assert_eq!(view.window(RUN), (385.0, 897.0));
        assert_eq!(view.window((1.0, 1_100.0)).1, 897.0, "it stays where it is");
        (0..9).for_each(|_| view.look(Look::Earlier, RUN, 1));
        assert_eq!(view.window(RUN), (1.0, 513.0));
        view.look(Look::Newest, RUN, 1);
        view.look(Look::First, RUN, 1);
        assert_eq!(view.window(RUN), (1.0, 513.0));
        (0..9).for_each(|_| view.look(Look::Later, RUN, 1));
        assert_eq!(
            view,
            View {
                zoom: 1,
                ..View::default()
            }
        );
        view.look(Look::Wider, RUN, 1);
        assert!(view.is_whole());
    }

    #[test]
    fn a_window_never_closes() {
        let mut view = View::default();
        (0..99).for_each(|_| view.look(Look::Closer, RUN, 1));
        let (low, high) = view.window(RUN);
        assert!(high - low >= CLOSEST && high - low < 2.0 * CLOSEST, "{low} {high}");
        assert_eq!(view.window((7.0, 7.0)), (7.0, 7.0));
        view.look(Look::Earlier, (7.0, 7.0), 1);
        assert_eq!(view.window((7.0, 9.0)), (7.0, 9.0));
    }

    #[test]
    fn figures_go_round() {
        let mut view = View::default();
        view.look(Look::Previous, RUN, 3);
        assert_eq!(view.focus(3), 2);
        assert_eq!(view.focus(2), 0, "figures may go");
        view.look(Look::Next, RUN, 3);
        assert_eq!(view.focus(3), 0);
        view.look(Look::Next, RUN, 0);
        assert_eq!(view.focus(0), 0);
    }
}
