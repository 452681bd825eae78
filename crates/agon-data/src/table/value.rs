/// A cell of a table, as what it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// The number of a category, from 0.
    Category(usize),
}

impl Value {
    /// The number, if it is one.
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Category(_) => None,
        }
    }

    /// The category, if it is one.
    pub fn category(self) -> Option<usize> {
        match self {
            Self::Number(_) => None,
            Self::Category(category) => Some(category),
        }
    }
}
