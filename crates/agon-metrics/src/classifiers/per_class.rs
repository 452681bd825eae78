use std::collections::BTreeMap;

use burn::prelude::{Int, Tensor};

use super::labelled::read;
use crate::error::Error;
use crate::summary::{mean, standard_deviation};
use crate::{Figure, Metric, Origin, Result};

/// A metric of each class for itself, and the mean over classes.
///
/// With the Frechet distance this is the intra-class distance by which conditional generators are judged: the
/// plain distance does not see that a class is drawn under the label of another. Each class has its own copy of
/// the metric, and needs samples enough of its own.
///
/// Of a figure `name` of the metric there are `name per class`, the mean over classes with their deviation as
/// spread, and one `name of class 3` for each class.
///
/// # Shapes
/// A batch: what the metric takes, `[n, width]`, and labels `[n]`.
///
/// # Errors
/// A class that has only real or only generated samples, is named; whatever the metric says.
///
/// # References
/// Miyato, Koyama 2018, "cGANs with projection discriminator", arXiv:1802.05637.
#[derive(Debug, Clone)]
pub struct PerClass<M> {
    empty: M,
    classes: BTreeMap<usize, M>,
    width: Option<usize>,
}

impl<M: Metric<Batch = Tensor<2>> + Clone> PerClass<M> {
    /// Of this metric, which has seen nothing yet.
    pub fn new(metric: M) -> Self {
        Self {
            empty: metric,
            classes: BTreeMap::new(),
            width: None,
        }
    }

    /// Takes the metrics of classes into account, whose samples are this wide.
    fn join(&mut self, width: Option<usize>, classes: BTreeMap<usize, M>) -> Result<()> {
        if let (Some(mine), Some(theirs)) = (self.width, width)
            && mine != theirs
        {
            return Err(Error::shape("a sample", format!("{mine} values, as before"), theirs));
        }
        self.width = self.width.or(width);
        for (class, theirs) in classes {
            match self.classes.get_mut(&class) {
                Some(mine) => mine.merge(theirs)?,
                None => {
                    self.classes.insert(class, theirs);
                }
            }
        }
        Ok(())
    }
}

impl<M: Metric<Batch = Tensor<2>> + Clone> Metric for PerClass<M> {
    type Batch = (Tensor<2>, Tensor<1, Int>);

    fn add(&mut self, origin: Origin, (samples, labels): &Self::Batch) -> Result<()> {
        let labels = read(labels)?;
        if labels.len() != samples.dims()[0] {
            let expected = format!("{}, one per sample", samples.dims()[0]);
            return Err(Error::shape("the labels", expected, labels.len()));
        }
        let mut members: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        for (index, label) in labels.into_iter().enumerate() {
            members.entry(label).or_default().push(index as i64);
        }
        let mut classes = BTreeMap::new();
        for (class, indices) in members {
            let indices = Tensor::<1, Int>::from_data(indices.as_slice(), &samples.device());
            let mut metric = self.empty.clone();
            metric.add(origin, &samples.clone().select(0, indices))?;
            classes.insert(class, metric);
        }
        self.join(Some(samples.dims()[1]), classes)
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        self.join(other.width, other.classes)
    }

    fn forget(&mut self, origin: Origin) {
        self.classes.values_mut().for_each(|metric| metric.forget(origin));
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        let mut of_classes = Vec::new();
        for (class, metric) in &self.classes {
            let figures = metric.compute();
            of_classes.push((class, figures.map_err(|error| Error::other(format!("class {class}: {error}")))?));
        }
        let Some((_, first)) = of_classes.first() else {
            return self.empty.compute();
        };
        let mut all = Vec::new();
        for (index, like) in first.iter().enumerate() {
            let figures = of_classes.iter().filter_map(|(class, figures)| Some((**class, figures.get(index)?)));
            let figures: Vec<(usize, &Figure)> = figures.collect();
            let values: Vec<f64> = figures.iter().map(|(_, figure)| figure.value).collect();
            let sum = |count: fn(&Figure) -> usize| figures.iter().map(|(_, figure)| count(figure)).sum();
            all.push(
                Figure::new(format!("{} per class", like.name), mean(&values))
                    .of(sum(|figure| figure.real), sum(|figure| figure.fake))
                    .goal(like.goal)
                    .spread(standard_deviation(&values))
                    .protocol(like.protocol.clone().with("classes", values.len())),
            );
            all.extend(figures.into_iter().map(|(class, figure)| Figure {
                name: format!("{} of class {class}", figure.name),
                ..figure.clone()
            }));
        }
        Ok(all)
    }
}
