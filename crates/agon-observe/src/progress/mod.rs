mod bar;
mod status;

pub use bar::Progress;
