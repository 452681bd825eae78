//! Reading keys from the terminal.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use super::keys::Key;

const ESCAPE: u8 = 0x1b;
/// An Esc that nothing follows within so long is the key, not the beginning of another.
const PIECES: Duration = Duration::from_millis(100);

/// The keyboard of the terminal that the program was started in.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Keyboard {
    terminal: std::fs::File,
    typed: Typed,
}

#[cfg(unix)]
impl Keyboard {
    /// Looks for keys this often.
    const GLANCE: Duration = Duration::from_millis(10);

    /// # Errors
    /// If the program has no terminal.
    pub(super) fn open() -> io::Result<Self> {
        use std::os::unix::fs::OpenOptionsExt;

        let mut options = std::fs::OpenOptions::new();
        let options = options.read(true).write(true).custom_flags(libc::O_NONBLOCK);
        Ok(Self {
            terminal: options.open("/dev/tty")?,
            typed: Typed::default(),
        })
    }

    /// The keys that are pressed within so long, as soon as there are any.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub(super) fn listen(&mut self, most: Duration) -> io::Result<Vec<Key>> {
        let start = Instant::now();
        loop {
            let bytes = self.read()?;
            let now = Instant::now();
            self.typed.add(&bytes, now);
            let keys = self.typed.keys(now);
            if !keys.is_empty() || start.elapsed() >= most {
                return Ok(keys);
            }
            std::thread::sleep(Self::GLANCE);
        }
    }

    /// Asks the terminal something, and returns what comes until the answer is `whole`, or nothing for a while.
    pub(super) fn ask(&mut self, question: &[u8], whole: impl Fn(&[u8]) -> bool) -> io::Result<Vec<u8>> {
        use std::io::Write;

        const PATIENCE: Duration = Duration::from_millis(250);
        self.terminal.write_all(question)?;
        self.terminal.flush()?;
        let (start, mut answer) = (Instant::now(), Vec::new());
        while start.elapsed() < PATIENCE && !whole(&answer) {
            answer.append(&mut self.read()?);
            std::thread::sleep(Self::GLANCE / 5);
        }
        Ok(answer)
    }

    /// What has come, if anything.
    fn read(&mut self) -> io::Result<Vec<u8>> {
        use std::io::{ErrorKind, Read};

        let mut bytes = [0; 256];
        match self.terminal.read(&mut bytes) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(n) => Ok(bytes.iter().copied().take(n).collect()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

/// Where there is no `/dev/tty`, keys come as events.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct Keyboard;

#[cfg(not(unix))]
impl Keyboard {
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) fn listen(&mut self, most: Duration) -> io::Result<Vec<Key>> {
        use ratatui::crossterm::event;

        let (mut keys, mut patience) = (Vec::new(), most);
        while event::poll(patience)? {
            patience = Duration::ZERO;
            if let event::Event::Key(key) = event::read()? {
                keys.extend(of_event(key));
            }
        }
        Ok(keys)
    }
}

/// The key of an event.
#[cfg(any(test, not(unix)))]
fn of_event(event: ratatui::crossterm::event::KeyEvent) -> Option<Key> {
    use ratatui::crossterm::event::{KeyCode, KeyEventKind, KeyModifiers};

    if event.kind == KeyEventKind::Release {
        return None;
    }
    Some(match event.code {
        KeyCode::Char(key) if event.modifiers.contains(KeyModifiers::CONTROL) => Key::Control(key),
        KeyCode::Char(key) => Key::Char(key),
        KeyCode::Esc => Key::Escape,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    })
}

/// What has been typed and is no key yet.
#[derive(Debug, Default)]
struct Typed {
    bytes: VecDeque<u8>,
    last: Option<Instant>,
}

impl Typed {
    fn add(&mut self, bytes: &[u8], now: Instant) {
        if !bytes.is_empty() {
            self.bytes.extend(bytes);
            self.last = Some(now);
        }
    }

    /// Takes the keys that are whole.
    fn keys(&mut self, now: Instant) -> Vec<Key> {
        let waited = self
            .last
            .is_some_and(|last| now.saturating_duration_since(last) >= PIECES);
        let mut keys = Vec::new();
        while let Some(first) = self.bytes.front() {
            if *first != ESCAPE {
                keys.extend(plain(*first));
                self.bytes.pop_front();
                continue;
            }
            match sequence(self.bytes.make_contiguous()) {
                Some((length, key)) => {
                    keys.extend(key);
                    self.bytes.drain(..length);
                }
                // It is as whole as it will be: a single Esc, or a part that means nothing.
                None if waited => {
                    keys.extend((self.bytes.len() == 1).then_some(Key::Escape));
                    self.bytes.clear();
                }
                None => break,
            }
        }
        keys
    }
}

/// A key of one byte.
fn plain(byte: u8) -> Option<Key> {
    match byte {
        b'\t' => Some(Key::Tab),
        1..=26 => Some(Key::Control(char::from(byte - 1 + b'a'))),
        b' '..=b'~' => Some(Key::Char(char::from(byte))),
        _ => None,
    }
}

/// The sequence that `bytes` begin with, an Esc first: its length, and its key if it is one that is known.
/// None if it is not whole.
fn sequence(bytes: &[u8]) -> Option<(usize, Option<Key>)> {
    let (second, rest) = (bytes.get(1)?, bytes.get(2..)?);
    match second {
        &ESCAPE => Some((1, Some(Key::Escape))),
        b'O' => rest.first().map(|last| (3, named(&[], *last))),
        b'[' => {
            let length = rest.iter().position(|byte| (b'@'..=b'~').contains(byte))?;
            let (parameters, last) = (rest.get(..length)?, rest.get(length)?);
            Some((length + 3, named(parameters, *last)))
        }
        // With Alt, no key means anything.
        _ => Some((2, None)),
    }
}

/// The key of a sequence by its parameters and last byte.
fn named(parameters: &[u8], last: u8) -> Option<Key> {
    match (parameters, last) {
        (_, b'A') => Some(Key::Up),
        (_, b'B') => Some(Key::Down),
        (_, b'C') => Some(Key::Right),
        (_, b'D') => Some(Key::Left),
        (_, b'H') | (b"1" | b"7", b'~') => Some(Key::Home),
        (_, b'F') | (b"4" | b"8", b'~') => Some(Key::End),
        (_, b'Z') => Some(Key::BackTab),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

    use super::*;

    fn typed(text: &[u8]) -> Vec<Key> {
        let (mut typed, now) = (Typed::default(), Instant::now());
        typed.add(text, now);
        typed.keys(now)
    }

    #[test]
    fn keys_are_known_by_their_bytes() {
        use Key::*;
        assert_eq!(typed(b"pQ+"), [Char('p'), Char('Q'), Char('+')]);
        assert_eq!(typed(b"\x03\x0c\t"), [Control('c'), Control('l'), Tab]);
        assert_eq!(typed(b"\x1b[A\x1bOB\x1b[1;5C\x1b[D"), [Up, Down, Right, Left]);
        assert_eq!(typed(b"\x1b[H\x1b[4~\x1bOF\x1b[Z"), [Home, End, End, BackTab]);
        assert_eq!(typed("ä\0\x7f\x1bx\x1b[5~".as_bytes()), []);
        assert_eq!(typed(b"\x1b[?62;4cq"), [Char('q')], "an answer is no key");
    }

    #[test]
    fn an_arrow_in_pieces_is_no_escape() {
        let (mut typed, start) = (Typed::default(), Instant::now());
        typed.add(b"\x1b", start);
        assert_eq!(typed.keys(start), []);
        typed.add(b"[", start + PIECES / 2);
        assert_eq!(typed.keys(start + PIECES), []);
        typed.add(b"Ap", start + PIECES);
        assert_eq!(typed.keys(start + PIECES), [Key::Up, Key::Char('p')]);
    }

    #[test]
    fn what_stays_a_piece_is_an_escape_or_nothing() {
        let (mut typed, start) = (Typed::default(), Instant::now());
        typed.add(b"\x1b", start);
        assert_eq!(typed.keys(start + PIECES), [Key::Escape]);
        typed.add(b"\x1b\x1b", start);
        assert_eq!(typed.keys(start), [Key::Escape]);
        assert_eq!(typed.keys(start + PIECES), [Key::Escape]);
        typed.add(b"\x1b[12;", start);
        assert_eq!(typed.keys(start + PIECES), []);
        typed.add(b"q", start);
        assert_eq!(typed.keys(start), [Key::Char('q')]);
    }

    #[test]
    fn events_are_the_same_keys() {
        let event = |code, modifiers| of_event(KeyEvent::new(code, modifiers));
        assert_eq!(
            event(KeyCode::Char('c'), KeyModifiers::CONTROL),
            Some(Key::Control('c'))
        );
        assert_eq!(event(KeyCode::Char('c'), KeyModifiers::NONE), Some(Key::Char('c')));
        assert_eq!(event(KeyCode::F(1), KeyModifiers::NONE), None);
        let released = KeyEvent::new_with_kind(KeyCode::Tab, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(of_event(released), None);
    }
}
