//! What keys do.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// Pause, or go on.
    Pause,
    /// Write a checkpoint now.
    Checkpoint,
    /// Draw other samples now, also as a file.
    Sample,
    /// Stop after this round.
    Stop,
    /// Stop after this round, and at once when asked again.
    Interrupt,
    /// Look at something else.
    Look(Look),
    /// Draw everything anew.
    Redraw,
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// The next figures.
    Next,
    /// The figures before.
    Previous,
    /// Fewer rounds.
    Closer,
    /// More rounds.
    Wider,
    /// Earlier rounds.
    Earlier,
    /// Later rounds.
    Later,
    /// The first rounds.
    First,
    /// The newest rounds.
    Newest,
}

/// The keys, for the last line of the screen; the most needed first.
pub(super) const HELP: [(&str, &str); 8] = [
    ("q", "stop"),
    ("p", "pause"),
    ("c", "checkpoint"),
    ("s", "sample"),
    ("tab", "figures"),
    ("↑↓", "zoom"),
    ("←→", "scroll"),
    ("^C ^C", "leave at once"),
];

/// What this key asks for, if anything.
pub(super) fn command(key: KeyEvent) -> Option<Command> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c' | 'C') => Some(Command::Interrupt),
            KeyCode::Char('l' | 'L') => Some(Command::Redraw),
            _ => None,
        };
    }
    match key.code {
        KeyCode::Char('p' | 'P' | ' ') => Some(Command::Pause),
        KeyCode::Char('c' | 'C') => Some(Command::Checkpoint),
        KeyCode::Char('s' | 'S') => Some(Command::Sample),
        KeyCode::Char('q' | 'Q') | KeyCode::Esc => Some(Command::Stop),
        other => look(other).map(Command::Look),
    }
}

fn look(code: KeyCode) -> Option<Look> {
    match code {
        KeyCode::Tab => Some(Look::Next),
        KeyCode::BackTab => Some(Look::Previous),
        KeyCode::Up | KeyCode::Char('+' | '=') => Some(Look::Closer),
        KeyCode::Down | KeyCode::Char('-') => Some(Look::Wider),
        KeyCode::Left => Some(Look::Earlier),
        KeyCode::Right => Some(Look::Later),
        KeyCode::Home => Some(Look::First),
        KeyCode::End => Some(Look::Newest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode) -> Option<Command> {
        command(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn every_key_of_the_help_line_does_something() {
        for (keys, _) in HELP {
            let found = match keys {
                "tab" => press(KeyCode::Tab),
                "↑↓" => press(KeyCode::Up).and(press(KeyCode::Down)),
                "←→" => press(KeyCode::Left).and(press(KeyCode::Right)),
                "^C ^C" => command(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)),
                other => other.chars().next().and_then(|key| press(KeyCode::Char(key))),
            };
            assert!(found.is_some(), "{keys}");
        }
    }

    #[test]
    fn control_changes_what_a_key_means() {
        let control = |key| command(KeyEvent::new(KeyCode::Char(key), KeyModifiers::CONTROL));
        assert_eq!(control('c'), Some(Command::Interrupt));
        assert_eq!(press(KeyCode::Char('c')), Some(Command::Checkpoint));
        assert_eq!((control('z'), control('q'), control('p')), (None, None, None));
        assert_eq!(press(KeyCode::Esc), Some(Command::Stop));
    }

    #[test]
    fn letting_go_of_a_key_is_no_second_press() {
        let key = KeyEvent::new_with_kind(KeyCode::Char('p'), KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(command(key), None);
    }
}
