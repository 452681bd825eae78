//! What keys do.

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// A letter, digit or sign.
    Char(char),
    /// A letter together with Ctrl.
    Control(char),
    Escape,
    Tab,
    /// Tab together with Shift.
    BackTab,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
}

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
pub(super) fn command(key: Key) -> Option<Command> {
    match key {
        Key::Control('c') => Some(Command::Interrupt),
        Key::Control('l') => Some(Command::Redraw),
        Key::Char('p' | 'P' | ' ') => Some(Command::Pause),
        Key::Char('c' | 'C') => Some(Command::Checkpoint),
        Key::Char('s' | 'S') => Some(Command::Sample),
        Key::Char('q' | 'Q') | Key::Escape => Some(Command::Stop),
        Key::Tab => Some(Command::Look(Look::Next)),
        Key::BackTab => Some(Command::Look(Look::Previous)),
        Key::Up | Key::Char('+' | '=') => Some(Command::Look(Look::Closer)),
        Key::Down | Key::Char('-') => Some(Command::Look(Look::Wider)),
        Key::Left => Some(Command::Look(Look::Earlier)),
        Key::Right => Some(Command::Look(Look::Later)),
        Key::Home => Some(Command::Look(Look::First)),
        Key::End => Some(Command::Look(Look::Newest)),
        Key::Char(_) | Key::Control(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_help_line_does_something() {
        for (keys, _) in HELP {
            let found = match keys {
                "tab" => command(Key::Tab),
                "↑↓" => command(Key::Up).and(command(Key::Down)),
                "←→" => command(Key::Left).and(command(Key::Right)),
                "^C ^C" => command(Key::Control('c')),
                other => other.chars().next().and_then(|key| command(Key::Char(key))),
            };
            assert!(found.is_some(), "{keys}");
        }
    }

    #[test]
    fn control_changes_what_a_key_means() {
        assert_eq!(command(Key::Control('c')), Some(Command::Interrupt));
        assert_eq!(command(Key::Char('c')), Some(Command::Checkpoint));
        assert_eq!(command(Key::Escape), Some(Command::Stop));
        for key in ['z', 'q', 'p', 'd'] {
            assert_eq!(command(Key::Control(key)), None);
        }
    }
}
