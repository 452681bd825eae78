//! Text as sequences of numbers.

mod lines;
mod source;
mod tokens;
mod vocabulary;
mod windows;

pub use lines::Lines;
pub use source::Text;
pub use tokens::Tokens;
pub use vocabulary::Vocabulary;
pub use windows::Windows;
