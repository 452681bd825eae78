//! Arrays of numbers in files.

mod archive;
mod element;
mod idx;
mod labels;
#[cfg(test)]
mod lies;
mod npy;
mod npz;
mod rows;
mod safetensors;
mod storage;

pub use archive::Arrays;
pub(crate) use element::ByteOrder;
pub use element::Element;
pub(crate) use idx::is_idx;
pub use labels::Labels;
pub(crate) use npy::is_npy;
pub(crate) use npz::is_zip;
pub use rows::Rows;
pub(crate) use safetensors::is_safetensors;
pub use storage::Array;
pub(crate) use storage::Part;
