//! Threads that wait awake for the next piece of work, for a little while: handing it to them costs about a
//! microsecond, waking one that sleeps costs tens, and the layers of a small network take no longer than that.

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// How long a thread without work stays awake.
const AWAKE: Duration = Duration::from_micros(200);
/// How many times it looks before it lets others run.
const LOOKS: usize = 64;
/// In [`Board::state`]: the work may be joined. What is above counts those who are at it.
const OPEN: usize = 1;
const ONE: usize = 2;

/// Tasks by their numbers, and how many there are.
#[derive(Clone, Copy)]
struct Work {
    task: *const (dyn Fn(usize) + Sync),
    tasks: usize,
}

/// Where work is announced.
struct Board {
    work: UnsafeCell<Work>,
    /// Rises with every piece of work.
    number: AtomicUsize,
    state: AtomicUsize,
    /// The next task that nobody has begun.
    next: AtomicUsize,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

// SAFETY: `work` is written while nobody is at work, which `state` tells, and read by those who are. Its task may be
// called from any thread.
unsafe impl Send for Board {}
// SAFETY: as above.
unsafe impl Sync for Board {}

struct Helper {
    thread: Thread,
    asleep: Arc<AtomicBool>,
}

struct Team {
    board: Arc<Board>,
    helpers: Vec<Helper>,
}

/// Does all tasks with the threads of the team, unless somebody else has them: then it does nothing and says so.
///
/// Threads that have gone to sleep are only woken if the work is `worth` it.
pub(crate) fn shared(tasks: usize, worth: bool, task: &(dyn Fn(usize) + Sync)) -> bool {
    static TEAM: OnceLock<Mutex<Team>> = OnceLock::new();
    let team = match TEAM.get_or_init(|| Mutex::new(Team::new())).try_lock() {
        Ok(team) => team,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => return false,
    };
    team.run(tasks, worth, task);
    true
}

impl Team {
    /// With as many helpers as rayon has threads besides one.
    fn new() -> Self {
        let idle: &(dyn Fn(usize) + Sync) = &|_| {};
        let board = Arc::new(Board {
            work: UnsafeCell::new(Work { task: idle, tasks: 0 }),
            number: AtomicUsize::new(0),
            state: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            panic: Mutex::new(None),
        });
        let helper = |_| {
            let (board, asleep) = (board.clone(), Arc::new(AtomicBool::new(false)));
            let flag = asleep.clone();
            let thread = thread::Builder::new().name("agon".into());
            let handle = thread.spawn(move || board.help(&flag)).ok()?;
            Some(Helper {
                thread: handle.thread().clone(),
                asleep,
            })
        };
        Self {
            helpers: (1..rayon::current_num_threads()).filter_map(helper).collect(),
            board,
        }
    }

    fn run(&self, tasks: usize, worth: bool, task: &(dyn Fn(usize) + Sync)) {
        // SAFETY: only the lifetime changes; `open` sees to it that nobody is at the task any more when this returns.
        let task = unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), &'static (dyn Fn(usize) + Sync)>(task) };
        let open = self.board.open(Work { task, tasks });
        if worth {
            self.wake(tasks - 1);
        }
        self.board.work_off(open.0.work());
        drop(open);
        let panic = self.board.panicked().take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }

    fn wake(&self, most: usize) {
        for helper in self.helpers.iter().take(most) {
            if helper.asleep.swap(false, Ordering::SeqCst) {
                helper.thread.unpark();
            }
        }
    }
}

/// Work that may be joined. When it is dropped, it may not, and whoever had joined has left.
struct Open<'a>(&'a Board);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        // Nobody shall begin another task.
        self.0.next.store(usize::MAX / 2, Ordering::Relaxed);
        self.0.state.fetch_and(!OPEN, Ordering::SeqCst);
        while !looks(|| self.0.state.load(Ordering::Acquire) < ONE) {
            thread::yield_now();
        }
    }
}

/// Looks again and again, for a microsecond or so, whether something has come true.
fn looks(mut true_now: impl FnMut() -> bool) -> bool {
    (0..LOOKS).any(|_| {
        std::hint::spin_loop();
        true_now()
    })
}

impl Board {
    fn open(&self, work: Work) -> Open<'_> {
        // SAFETY: the state is not open, so that nobody reads it.
        unsafe { *self.work.get() = work };
        *self.panicked() = None;
        self.next.store(0, Ordering::Relaxed);
        self.state.fetch_or(OPEN, Ordering::SeqCst);
        self.number.fetch_add(1, Ordering::SeqCst);
        Open(self)
    }

    /// What a helper's task panicked with.
    fn panicked(&self) -> MutexGuard<'_, Option<Box<dyn Any + Send>>> {
        self.panic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Only for those who are at work.
    fn work(&self) -> Work {
        // SAFETY: it does not change while somebody is at work.
        unsafe { *self.work.get() }
    }

    /// Does tasks until all are begun.
    fn work_off(&self, work: Work) {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= work.tasks {
                return;
            }
            // SAFETY: the task lives as long as somebody is at work.
            unsafe { (*work.task)(number) };
        }
    }

    /// The life of a helper.
    fn help(&self, asleep: &AtomicBool) {
        let mut seen = 0;
        loop {
            seen = self.wait(seen, asleep);
            if self.state.fetch_add(ONE, Ordering::SeqCst) & OPEN > 0 {
                let work = AssertUnwindSafe(|| self.work_off(self.work()));
                if let Err(panic) = catch_unwind(work) {
                    *self.panicked() = Some(panic);
                }
            }
            self.state.fetch_sub(ONE, Ordering::SeqCst);
        }
    }

    /// Until there is other work than that `seen` last: its number.
    fn wait(&self, seen: usize, asleep: &AtomicBool) -> usize {
        let mut start = Instant::now();
        loop {
            if looks(|| self.number.load(Ordering::SeqCst) != seen) {
                return self.number.load(Ordering::SeqCst);
            }
            // Others may need this processor more.
            thread::yield_now();
            if start.elapsed() > AWAKE {
                asleep.store(true, Ordering::SeqCst);
                if self.number.load(Ordering::SeqCst) == seen {
                    thread::park();
                }
                asleep.store(false, Ordering::SeqCst);
                start = Instant::now();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Until the team is free: other tests use it too.
    fn run(tasks: usize, worth: bool, task: impl Fn(usize) + Sync) {
        while !shared(tasks, worth, &task) {
            thread::yield_now();
        }
    }

    #[test]
    fn every_task_is_done_once_and_before_it_returns() {
        for round in 0..if cfg!(miri) { 40 } else { 2_000 } {
            let tasks = 1 + round % 17;
            let done: Vec<_> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
            run(tasks, round % 3 == 0, |task| {
                done[task].fetch_add(1, Ordering::Relaxed);
            });
            assert!(done.into_iter().all(|done| done.into_inner() == 1));
            if round % 500 == 0 {
                // Long enough for everybody to fall asleep.
                thread::sleep(2 * AWAKE);
            }
        }
    }

    #[test]
    fn a_panic_reaches_who_gave_the_work_and_the_team_goes_on() {
        for _ in 0..20 {
            let caught = catch_unwind(|| {
                run(8, true, |task| {
                    thread::sleep(Duration::from_micros(50));
                    assert!(task % 3 > 0, "on purpose");
                });
            });
            assert!(caught.is_err());
        }
        let sum = AtomicUsize::new(0);
        run(10, true, |task| {
            sum.fetch_add(task, Ordering::Relaxed);
        });
        assert_eq!(sum.into_inner(), 45);
    }
}
