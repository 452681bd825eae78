mod crc32c;
mod event;
mod file;
mod histogram;
mod message;
mod observer;

pub use observer::TensorBoard;
