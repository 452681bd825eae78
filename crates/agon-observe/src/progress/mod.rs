mod bar;
pub(crate) mod status;

pub use bar::Progress;
