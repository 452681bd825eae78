use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use agon_core::{Ending, Error, Game, Moment, Observer, Result, Signal};

use crate::dashboard;

/// Lets Ctrl-C stop the run in good order: the round is finished, and whatever happens at the end of a run
/// happens. A second Ctrl-C leaves at once.
///
/// Before the first round and after the last, Ctrl-C does what it does without this observer: it ends the
/// program.
///
/// # Errors
/// A program can have one handler of Ctrl-C only; if it has one of its own already, the run does not start.
///
/// # Example
/// ```no_run
/// # use agon_core::{Game, Trainer};
/// use agon_observe::StopOnInterrupt;
///
/// # fn example(game: impl Game + 'static) {
/// Trainer::new(game).observe(StopOnInterrupt::new());
/// # }
/// ```
#[derive(Debug, Default)]
pub struct StopOnInterrupt {
    listening: bool,
}

/// How many runs want to know.
static LISTENING: AtomicUsize = AtomicUsize::new(0);
static PRESSED: AtomicBool = AtomicBool::new(false);
/// What came of installing the handler, which can be done once.
static HANDLER: OnceLock<Result<(), String>> = OnceLock::new();

/// What shells expect of a program that Ctrl-C ended: 128 and the number of the signal.
const EXIT_CODE: i32 = 130;

impl StopOnInterrupt {
    /// Listens while a run lasts.
    pub fn new() -> Self {
        Self::default()
    }

    fn listen(&mut self) -> Result<()> {
        let handler = || ctrlc::set_handler(pressed).map_err(|error| error.to_string());
        if let Err(error) = HANDLER.get_or_init(handler) {
            return Err(Error::other(format!("Ctrl-C cannot be listened to: {error}")));
        }
        self.join();
        Ok(())
    }

    /// Listens to the keys, and to signals unless the program has a handler of its own for them.
    pub(crate) fn listen_to_keys(&mut self) {
        if self.listen().is_err() {
            self.join();
        }
    }

    fn join(&mut self) {
        if !self.listening {
            LISTENING.fetch_add(1, Ordering::SeqCst);
            self.listening = true;
        }
    }

    pub(crate) fn signal(&self) -> Signal {
        if is_pressed() {
            Signal::Stop("interrupted".to_owned())
        } else {
            Signal::Continue
        }
    }

    pub(crate) fn leave(&mut self) {
        if std::mem::take(&mut self.listening) && LISTENING.fetch_sub(1, Ordering::SeqCst) == 1 {
            PRESSED.store(false, Ordering::SeqCst);
        }
    }
}

/// Runs on a thread of its own when Ctrl-C is pressed.
fn pressed() {
    if !may_finish() {
        leave();
    }
    // A dashboard says so itself.
    if dashboard::is_up() {
        return;
    }
    let mut out = std::io::stderr().lock();
    // If nobody can read it, there is nobody to tell.
    let _ = writeln!(
        out,
        "\ninterrupted: finishing this round (press Ctrl-C again to leave at once)"
    );
}

/// As if Ctrl-C had been pressed for the first time.
pub(crate) fn press() {
    PRESSED.store(true, Ordering::SeqCst);
}

/// Whether it has been pressed.
pub(crate) fn is_pressed() -> bool {
    PRESSED.load(Ordering::SeqCst)
}

/// Leaves at once, with the terminal as it was.
pub(crate) fn leave() -> ! {
    dashboard::restore();
    std::process::exit(EXIT_CODE);
}

/// Whether there is a run to finish, which has not been asked to before.
fn may_finish() -> bool {
    LISTENING.load(Ordering::SeqCst) > 0 && !PRESSED.swap(true, Ordering::SeqCst)
}

impl<G: Game> Observer<G> for StopOnInterrupt {
    fn start(&mut self, _moment: &mut Moment<'_, G>) -> Result<()> {
        self.listen()
    }

    fn round(&mut self, _moment: &mut Moment<'_, G>) -> Result<Signal> {
        Ok(self.signal())
    }

    fn finish(&mut self, _moment: &mut Moment<'_, G>, _ending: &Ending) -> Result<()> {
        self.leave();
        Ok(())
    }
}

impl Drop for StopOnInterrupt {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // One test, since Ctrl-C is the whole process's.
    #[test]
    fn the_first_press_finishes_the_round_and_the_second_leaves() {
        assert!(!may_finish(), "nobody listens yet");
        let mut observer = StopOnInterrupt::new();
        observer.listen().unwrap();
        assert_eq!(observer.signal(), Signal::Continue);
        assert!(may_finish());
        assert!(matches!(observer.signal(), Signal::Stop(_)));
        assert!(!may_finish(), "the second press");
        observer.leave();
        assert!(!may_finish(), "the run is over");

        let mut next = StopOnInterrupt::new();
        next.listen().unwrap();
        drop(next);
        assert!(!may_finish(), "a run that was dropped does not listen");
    }
}
