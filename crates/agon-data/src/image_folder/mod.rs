mod cache;
mod colour;
mod decode;
mod jpeg;
mod labelled;
mod listing;
mod picture;
mod recipe;
mod resize;
mod set;
mod skipped;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use labelled::LabelledImages;
pub use set::ImageFolder;
pub use skipped::Skipped;
