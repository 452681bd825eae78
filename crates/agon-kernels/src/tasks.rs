//! Work for all threads, or for one where that is quicker.

use rayon::prelude::*;

use crate::team;

/// Multiplications, or numbers passed over, that are not worth waking another thread for.
const SMALL: usize = 1 << 21;
/// Those that are not even worth handing to a thread that is awake.
const TINY: usize = 1 << 17;
/// What passing over a number in memory costs, in multiplications.
pub(crate) const PASS: usize = 8;

/// Does all tasks, which are so much `work` together.
pub(crate) fn each(tasks: usize, work: usize, task: impl Fn(usize) + Send + Sync) {
    let alone = tasks <= 1 || work <= TINY || rayon::current_num_threads() == 1;
    // Threads of rayon share among themselves.
    let among_rayon = rayon::current_thread_index().is_some();
    if !alone && !among_rayon && team::shared(tasks, work > SMALL, &task) {
        return;
    }
    if alone || work <= SMALL {
        (0..tasks).for_each(task);
    } else {
        (0..tasks).into_par_iter().for_each(task);
    }
}
