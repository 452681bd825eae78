use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use agon_core::{Ending, Error, Game, Moment, Observer, Result, Signal};

use crate::dashboard;

/// Lets Ctrl-C stop the run in good order, and so SIGTERM (a queue or a service that ends the program) and SIGHUP
/// (a terminal that closes): the round is finished, and whatever happens at the end of a run happens. A second one
/// leaves at once.
///
/// Before the first round and after the last, they do what they do without this observer: they end the program.
/// The status then, and after a second one, is what shells expect: 128 and the number of the signal.
/// [`interrupted`] tells a program that was stopped in good order which one to end with.
///
/// # Errors
/// If the signals cannot be listened to (on Windows: if the program has a handler of Ctrl-C of its own), the run
/// does not start.
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
/// The number of the signal that came, or 0.
static RECEIVED: AtomicI32 = AtomicI32::new(0);
/// The signal that the last run was stopped by, or 0.
static STOPPED: AtomicI32 = AtomicI32::new(0);
/// What came of installing the handler, which can be done once.
static HANDLER: OnceLock<Result<(), String>> = OnceLock::new();

/// Of Ctrl-C.
const SIGINT: i32 = 2;

/// If a signal stopped the last run: 128 and its number, the status with which shells expect the program to end.
///
/// # Example
/// ```
/// use std::process::ExitCode;
///
/// fn main() -> ExitCode {
///     // Train ...
///     agon_observe::interrupted().map_or(ExitCode::SUCCESS, ExitCode::from)
/// }
/// ```
pub fn interrupted() -> Option<u8> {
    match STOPPED.load(Ordering::SeqCst) {
        0 => None,
        signal => u8::try_from(128 + signal).ok(),
    }
}

impl StopOnInterrupt {
    /// Listens while a run lasts.
    pub fn new() -> Self {
        Self::default()
    }

    fn listen(&mut self) -> Result<()> {
        if let Err(error) = HANDLER.get_or_init(|| install().map_err(|error| error.to_string())) {
            return Err(Error::other(format!("Ctrl-C cannot be listened to: {error}")));
        }
        self.join();
        Ok(())
    }

    /// Listens to the keys, and to signals if they can be listened to.
    pub(crate) fn listen_to_keys(&mut self) {
        if self.listen().is_err() {
            self.join();
        }
    }

    fn join(&mut self) {
        STOPPED.store(0, Ordering::SeqCst);
        if !self.listening {
            LISTENING.fetch_add(1, Ordering::SeqCst);
            self.listening = true;
        }
    }

    pub(crate) fn signal(&self) -> Signal {
        match RECEIVED.load(Ordering::SeqCst) {
            0 => Signal::Continue,
            signal => {
                STOPPED.store(signal, Ordering::SeqCst);
                Signal::Stop(format!("interrupted by {}", name(signal)))
            }
        }
    }

    pub(crate) fn leave(&mut self) {
        if std::mem::take(&mut self.listening) && LISTENING.fetch_sub(1, Ordering::SeqCst) == 1 {
            RECEIVED.store(0, Ordering::SeqCst);
        }
    }
}

/// Listens on a thread of its own.
#[cfg(unix)]
fn install() -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let listen = move || signals.forever().for_each(received);
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(listen)
        .map(drop)
}

#[cfg(not(unix))]
fn install() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| received(SIGINT))
}

fn received(signal: i32) {
    if !may_finish(signal) {
        leave(signal);
    }
    // A dashboard says so itself.
    if dashboard::is_up() {
        return;
    }
    let again = if signal == SIGINT { "press Ctrl-C" } else { "send it" };
    let text = format!(
        "\n{}: finishing this round ({again} again to leave at once)",
        name(signal)
    );
    // If nobody can read it, there is nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// As if Ctrl-C had been pressed for the first time.
pub(crate) fn press() {
    let _ = RECEIVED.compare_exchange(0, SIGINT, Ordering::SeqCst, Ordering::SeqCst);
}

/// Whether a signal has come, or the key was pressed.
pub(crate) fn is_pressed() -> bool {
    RECEIVED.load(Ordering::SeqCst) != 0
}

/// Leaves at once because Ctrl-C was pressed again, with the terminal as it was.
pub(crate) fn leave_at_once() -> ! {
    leave(SIGINT)
}

fn leave(signal: i32) -> ! {
    dashboard::restore();
    std::process::exit(128 + signal);
}

/// Whether there is a run to finish, which has not been asked to before.
fn may_finish(signal: i32) -> bool {
    let first = |signal| {
        RECEIVED
            .compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    };
    LISTENING.load(Ordering::SeqCst) > 0 && first(signal)
}

fn name(signal: i32) -> String {
    match signal {
        1 => "SIGHUP".to_owned(),
        SIGINT => "Ctrl-C".to_owned(),
        15 => "SIGTERM".to_owned(),
        other => format!("signal {other}"),
    }
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
        assert!(!may_finish(15), "nobody listens yet");
        let mut observer = StopOnInterrupt::new();
        observer.listen().unwrap();
        assert_eq!((observer.signal(), interrupted()), (Signal::Continue, None));
        assert!(may_finish(15));
        assert_eq!(observer.signal(), Signal::Stop("interrupted by SIGTERM".to_owned()));
        assert!(!may_finish(SIGINT), "the second press");
        observer.leave();
        assert!(!may_finish(SIGINT), "the run is over");
        assert_eq!(interrupted(), Some(143));

        let mut next = StopOnInterrupt::new();
        next.listen().unwrap();
        assert_eq!(interrupted(), None, "that was another run");
        drop(next);
        assert!(!may_finish(SIGINT), "a run that was dropped does not listen");
    }
}
