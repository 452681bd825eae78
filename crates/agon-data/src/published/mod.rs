//! Data sets that others have published: fetched once, checked, and kept.

#[cfg(feature = "download")]
mod download;
mod facts;
mod md5;
mod set;
mod tar;
#[cfg(all(test, feature = "download"))]
mod tests;

pub use set::Published;
