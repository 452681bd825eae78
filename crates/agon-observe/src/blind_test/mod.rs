mod shuffle;
mod test;

pub use test::BlindTest;
