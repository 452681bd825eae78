//! Taking the terminal, and giving it back whatever happens.

use std::io::{self, IsTerminal};
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};

use super::layout::SMALLEST;

/// Whether some dashboard of this program has the terminal.
static CLAIMED: AtomicBool = AtomicBool::new(false);
/// Whether it is in the state of a dashboard: raw, and on its other screen.
static UP: AtomicBool = AtomicBool::new(false);
/// Held while something is written to the screen.
static DRAWING: Mutex<()> = Mutex::new(());
/// The last panic that took the screen down.
static PANIC: Mutex<Option<String>> = Mutex::new(None);
/// How long giving back waits for a picture that is being drawn.
const PATIENCE: Duration = Duration::from_millis(200);

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// The right to use the terminal. When it is dropped, the terminal is as it was.
#[derive(Debug)]
pub(super) struct Claim {
    _hook: RestoreOnPanic,
}

impl Claim {
    /// For the first who asks. From now on a panic on any thread gives the terminal back before it says why.
    pub(super) fn stake() -> Option<Self> {
        let first = !CLAIMED.swap(true, Ordering::SeqCst);
        first.then(|| Self {
            _hook: RestoreOnPanic::install(),
        })
    }

    /// Goes to the other screen.
    ///
    /// # Errors
    /// If the terminal cannot; then it is as it was.
    pub(super) fn enter(&self) -> io::Result<()> {
        let _drawing = drawing();
        UP.store(true, Ordering::SeqCst);
        let entered = enable_raw_mode().and_then(|()| execute!(io::stderr(), EnterAlternateScreen, Hide));
        if entered.is_err() {
            give_back();
        }
        entered
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        restore();
        CLAIMED.store(false, Ordering::SeqCst);
    }
}

/// Whether a dashboard is on the screen.
pub(crate) fn is_up() -> bool {
    UP.load(Ordering::SeqCst)
}

/// Gives the terminal back, from any thread, at any time, also when there is nothing to give back.
pub(crate) fn restore() {
    if !is_up() {
        return;
    }
    // Whoever draws may be the one who panicked, so this does not wait for ever.
    let start = Instant::now();
    let _drawing = loop {
        match DRAWING.try_lock() {
            Ok(guard) => break Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => break Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if start.elapsed() > PATIENCE => break None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    give_back();
}

fn give_back() {
    if UP.swap(false, Ordering::SeqCst) {
        // Each on its own: what fails should not keep the rest from working.
        let _ = disable_raw_mode();
        let _ = execute!(io::stderr(), LeaveAlternateScreen);
        let _ = execute!(io::stderr(), Show);
    }
}

/// Held by whoever writes to the screen.
pub(super) fn drawing() -> MutexGuard<'static, ()> {
    DRAWING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the last panic said that took the screen down, once.
pub(super) fn panicked() -> Option<String> {
    PANIC.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// A panic hook before the one that was there.
struct RestoreOnPanic {
    previous: Option<Arc<Hook>>,
    /// Where ours lies, to know it again.
    ours: usize,
}

impl RestoreOnPanic {
    fn install() -> Self {
        let previous = Arc::new(panic::take_hook());
        let next = Arc::clone(&previous);
        let hook: Hook = Box::new(move |info| {
            if is_up() {
                restore();
                let message = info.payload_as_str().unwrap_or("no message").to_owned();
                *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
            }
            next(info);
        });
        let ours = address(&hook);
        panic::set_hook(hook);
        Self {
            previous: Some(previous),
            ours,
        }
    }
}

impl Drop for RestoreOnPanic {
    fn drop(&mut self) {
        // Hooks cannot be changed while a panic unwinds; ours does no harm.
        let Some(previous) = self.previous.take().filter(|_| !std::thread::panicking()) else {
            return;
        };
        let current = panic::take_hook();
        if address(&current) != self.ours {
            // Somebody put another before ours, which may need it.
            panic::set_hook(current);
            return;
        }
        drop(current);
        if let Ok(previous) = Arc::try_unwrap(previous) {
            panic::set_hook(previous);
        }
    }
}

impl std::fmt::Debug for RestoreOnPanic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RestoreOnPanic").finish_non_exhaustive()
    }
}

fn address(hook: &Hook) -> usize {
    (&raw const **hook).cast::<()>() as usize
}

/// Whether the terminal, if it is one, can show a dashboard.
pub(super) fn suits() -> bool {
    let is_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
    is_terminal
        && understands(std::env::var("TERM").ok().as_deref())
        && size().is_ok_and(|(width, height)| width >= SMALLEST.0 && height >= SMALLEST.1)
        && is_in_foreground()
}

/// Whether a terminal of this name can move its cursor.
fn understands(term: Option<&str>) -> bool {
    match term {
        None | Some("") => cfg!(windows),
        Some(term) => term != "dumb" && term != "unknown",
    }
}

/// A program in the background of a shell would be stopped as soon as it changed the terminal.
fn is_in_foreground() -> bool {
    let stat = std::fs::read_to_string("/proc/self/stat").ok();
    stat.and_then(|stat| owns_terminal(&stat)).unwrap_or(true)
}

/// By Linux' `stat` of a process: its group is the terminal's foreground group.
fn owns_terminal(stat: &str) -> Option<bool> {
    // After the name, which may hold anything: state, parent, group, session, terminal, its foreground group.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let group: i64 = fields.nth(2)?.parse().ok()?;
    let foreground: i64 = fields.nth(2)?.parse().ok()?;
    Some(group == foreground)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dumb_terminals_are_known() {
        assert!(understands(Some("xterm-256color")));
        assert!(!understands(Some("dumb")));
        #[cfg(unix)]
        assert!(!understands(None) && !understands(Some("")));
    }

    #[test]
    fn programs_in_the_background_are_known() {
        assert_eq!(owns_terminal("7 (a) b) S 1 42 40 34816 42 4194304 1"), Some(true));
        assert_eq!(owns_terminal("7 (agon) R 1 42 40 34816 40 4194304 1"), Some(false));
        assert_eq!(owns_terminal("7 (agon) R 1"), None);
    }

    // One test, since the hook is the whole process's.
    #[test]
    fn the_claim_is_one_and_the_hook_goes_with_it() {
        let before = panic::take_hook();
        let was = address(&before);
        panic::set_hook(before);
        let claim = Claim::stake().unwrap();
        assert!(Claim::stake().is_none(), "the terminal is taken");
        let ours = panic::take_hook();
        assert_ne!(address(&ours), was);
        panic::set_hook(ours);
        drop(claim);
        let after = panic::take_hook();
        // The standard hook has no address of its own.
        assert_eq!(address(&after), was);
        panic::set_hook(after);
        restore();
        assert!(!is_up());
        assert!(Claim::stake().is_some());
    }
}
