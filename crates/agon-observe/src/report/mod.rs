mod contents;
mod curve;
mod environment;
mod observer;
mod pictures;

pub use observer::Report;
