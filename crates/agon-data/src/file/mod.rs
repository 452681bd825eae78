//! Bytes of files: where they come from, how much of them may be asked for, and how they are written.

mod bytes;
mod gzip;
mod partial;
mod source;

pub(crate) use bytes::{Bytes, Reader};
pub(crate) use gzip::{Gunzip, MOST_PACKED, is_gzip};
pub(crate) use partial::Partial;
pub use source::Source;
