//! What survives a run: one directory per checkpoint, which is there whole or not at all.
//!
//! ```text
//! step-00001000/
//!   manifest.json               what this is: versions, step, seed, data position, configurations, files
//!   generator.weights.bpk       as trained, to go on from
//!   generator.optimizer.bpk
//!   generator.average.bpk       if a moving average is kept
//!   generator.network.bpk       as used: averaged, reparameterizations folded in
//!   discriminator. ...
//!   memory.pool.f64             what the game remembers and is too long for the manifest
//! ```
//!
//! Beside them, `best.json` says which is the best by a figure, and `abandoned-00001000` are those of rounds that a run
//! has gone through anew since it was resumed: they can be opened by their names, and nothing but you removes them.
//!
//! A checkpoint is written into a hidden sibling, flushed to the disk, and renamed. The manifest holds the
//! size and checksum of every file.

mod atomic;
mod load;
mod manifest;
mod observer;
mod reader;
mod writer;

pub(crate) use atomic::is_file_name;
pub use atomic::write_atomically;
pub use load::{Checkpoint, Loadable};
pub(crate) use manifest::memory_file;
pub use manifest::{BURN, Entry, FileMark, Manifest};
pub use observer::Checkpoints;
pub(crate) use observer::path_at;
pub use reader::Reader;
pub(crate) use reader::checkpoints as in_folder;
pub use writer::Writer;
