use super::Labelled;
use crate::{Result, Rows};

/// Something that learns classes from samples and then tells those of others.
///
/// [`Linear`](super::Linear) is built in. A trainer of one's own is a function with a name:
/// `("my network", |train: &Labelled, test: &Rows| ..)`.
pub trait Classifier: Send {
    /// What it is called: part of a protocol.
    fn name(&self) -> String;

    /// Learns from `train`, and says the class of each sample of `test`.
    ///
    /// # Errors
    /// If it cannot.
    fn classify(&self, train: &Labelled, test: &Rows) -> Result<Vec<usize>>;
}

impl<F> Classifier for (&'static str, F)
where
    F: Fn(&Labelled, &Rows) -> Result<Vec<usize>> + Send,
{
    fn name(&self) -> String {
        self.0.to_owned()
    }

    fn classify(&self, train: &Labelled, test: &Rows) -> Result<Vec<usize>> {
        (self.1)(train, test)
    }
}
