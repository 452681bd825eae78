use std::any::Any;

use crate::error::{Error, Result};
use crate::{Figure, Metric, Origin};

/// A [`Metric`] of any type over one kind of batch.
pub(super) trait AnyMetric<B>: Send {
    fn take(&mut self, origin: Origin, batch: &B) -> Result<()>;
    fn join(&mut self, other: Box<dyn AnyMetric<B>>) -> Result<()>;
    fn drop_all(&mut self, origin: Origin);
    fn figures(&self) -> Result<Vec<Figure>>;
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<B, M: Metric<Batch = B> + 'static> AnyMetric<B> for M {
    fn take(&mut self, origin: Origin, batch: &B) -> Result<()> {
        Metric::add(self, origin, batch)
    }

    fn join(&mut self, other: Box<dyn AnyMetric<B>>) -> Result<()> {
        match other.into_any().downcast::<M>() {
            Ok(other) => Metric::merge(self, *other),
            Err(_) => Err(Error::config(
                "the juries to merge",
                "the same metrics in the same order",
                "others",
            )),
        }
    }

    fn drop_all(&mut self, origin: Origin) {
        Metric::forget(self, origin);
    }

    fn figures(&self) -> Result<Vec<Figure>> {
        Metric::compute(self)
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
