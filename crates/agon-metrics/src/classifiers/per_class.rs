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
            of_classes.push((
                class,
                figures.map_err(|error| Error::other(format!("class {class}: {error}")))?,
            ));
        }
        let Some((_, first)) = of_classes.first() else {
            return self.empty.compute();
        };
        let mut all = Vec::new();
        for (index, like) in first.iter().enumerate() {
            let figures = of_classes
                .iter()
                .filter_map(|(class, figures)| Some((**class, figures.get(index)?)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FrechetDistance;
    use crate::testing::{close, cloud, values};

    fn labels(n: usize, class: i64) -> Tensor<1, Int> {
        Tensor::full([n], class, &burn::prelude::Device::default())
    }

    fn of_class(class: i64, seed: u64, shift: f64) -> (Tensor<2>, Tensor<1, Int>) {
        (cloud(40, 2, seed, shift, 1.0), labels(40, class))
    }

    #[test]
    fn classes_under_each_others_labels_are_found() {
        let mut right = PerClass::new(FrechetDistance::new());
        let mut swapped = PerClass::new(FrechetDistance::new());
        let mut plain = FrechetDistance::new();
        for (class, shift) in [(0, 0.0), (1, 9.0)] {
            for metric in [&mut right, &mut swapped] {
                metric.add(Origin::Real, &of_class(class, 1, shift)).unwrap();
            }
            plain.add(Origin::Real, &of_class(class, 1, shift).0).unwrap();
            plain.add(Origin::Fake, &of_class(class, 2, shift).0).unwrap();
            right.add(Origin::Fake, &of_class(class, 2, shift)).unwrap();
            swapped.add(Origin::Fake, &of_class(1 - class, 2, shift)).unwrap();
        }
        let found = right.compute().unwrap();
        assert_eq!(found[0].name, "Frechet distance per class");
        assert_eq!(found[2].name, "Frechet distance of class 1");
        assert!((found[0].value - (found[1].value + found[2].value) / 2.0).abs() < 1e-12);
        assert_eq!((found[0].real, found[0].fake), (80, 80));
        assert!(found[0].value < 1.0 && plain.compute().unwrap()[0].value < 1.0);
        assert!(swapped.compute().unwrap()[0].value > 100.0);
    }

    #[test]
    fn order_batches_and_workers_do_not_matter() {
        let sets = [(Origin::Real, 1), (Origin::Fake, 2)];
        let mut whole = PerClass::new(FrechetDistance::new());
        let (mut first, mut second) = (whole.clone(), whole.clone());
        for (origin, seed) in sets {
            let mixed = (
                cloud(80, 2, seed, 0.0, 1.0),
                Tensor::cat(vec![labels(40, 5), labels(40, 2)], 0),
            );
            whole.add(origin, &mixed).unwrap();
            let part = |from, n| (mixed.0.clone().narrow(0, from, n), mixed.1.clone().narrow(0, from, n));
            first.add(origin, &part(0, 30)).unwrap();
            second.add(origin, &part(30, 50)).unwrap();
        }
        first.merge(second).unwrap();
        close(
            &values(first.compute().unwrap()),
            &values(whole.compute().unwrap()),
            1e-9,
        );
    }

    #[test]
    fn a_class_without_enough_samples_is_named_and_widths_must_agree() {
        let mut metric = PerClass::new(FrechetDistance::new());
        metric.add(Origin::Real, &of_class(3, 1, 0.0)).unwrap();
        let error = metric.compute().unwrap_err().to_string();
        assert!(error.contains("class 3") && error.contains("fake"), "{error}");
        assert!(
            metric
                .add(Origin::Fake, &(cloud(4, 3, 1, 0.0, 1.0), labels(4, 9)))
                .is_err()
        );
        assert!(
            metric
                .add(Origin::Fake, &(cloud(4, 2, 1, 0.0, 1.0), labels(3, 3)))
                .is_err()
        );
        assert!(PerClass::new(FrechetDistance::new()).compute().is_err());
    }
}
