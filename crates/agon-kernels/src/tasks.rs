//! Work for all threads, or for one where that is quicker.

use rayon::prelude::*;

/// Multiplications, or numbers passed over, that are not worth waking another thread for.
const SMALL: usize = 1 << 21;
/// What passing over a number in memory costs, in multiplications.
pub(crate) const PASS: usize = 8;

/// Does all tasks, which are so much `work` together.
pub(crate) fn each(tasks: usize, work: usize, task: impl Fn(usize) + Send + Sync) {
    if tasks <= 1 || work <= SMALL || rayon::current_num_threads() == 1 {
        (0..tasks).for_each(task);
    } else {
        (0..tasks).into_par_iter().for_each(task);
    }
}
