mod figure;
mod labelled;
mod look;
mod motion;
mod moving;
mod polygon;
mod scene;
mod set;
mod translation;

pub use figure::Figure;
pub use labelled::LabelledShapes;
pub use motion::Motion;
pub use moving::{LabelledMovingShapes, MovingShapes};
pub use scene::Scene;
pub use set::Shapes;
pub use translation::{PairedShapes, ShapeTranslation, UnpairedShapes};
