use std::fmt;

use burn::prelude::Tensor;

use super::any_metric::AnyMetric;
use crate::error::{Error, Result};
use crate::extractors::FeatureExtractor;
use crate::{Figure, Metric, Origin};

/// One feature extractor and all the metrics that judge by it: images in, the figures of all of them out.
///
/// Each batch of images goes through the extractor once; metrics of features see its features, metrics of classes
/// its logits, metrics of images the images themselves. It is a [`Metric`] of images itself: it merges with a jury
/// of the same metrics, and an evaluation observer can run it in training.
///
/// Every figure says by which extractor it was made.
///
/// # Shapes
/// A batch: images `[n, channels, height, width]` from -1 to 1.
///
/// # Errors
/// Whatever the extractor or one of the metrics says. Metrics of classes need an extractor that knows some.
///
/// # Example
/// ```
/// use agon_metrics::classifiers::InceptionScore;
/// use agon_metrics::extractors::GlyphClassifier;
/// use agon_metrics::memorisation::Authenticity;
/// use agon_metrics::{Comparison, Jury, Metric, Origin};
/// use burn::prelude::*;
///
/// let device = Device::default();
/// let mut jury = Jury::by(GlyphClassifier::new(&device)?)
///     .features(Authenticity.collect())
///     .logits(InceptionScore::of_logits().splits(1));
/// let images = Tensor::random([4, 1, 32, 32], burn::tensor::Distribution::Uniform(-1.0, 1.0), &device);
/// jury.add(Origin::Real, &images)?;
/// jury.add(Origin::Fake, &images)?;
/// let figures = jury.compute()?;
/// assert_eq!((figures[0].name.as_str(), figures[0].value), ("authenticity", 0.0));
/// assert_eq!(figures[1].name, "Inception Score");
/// # Ok::<(), agon_metrics::Error>(())
/// ```
pub struct Jury {
    extractor: Box<dyn FeatureExtractor>,
    members: Vec<Member>,
}

/// A metric, by what it looks at.
enum Member {
    Features(Box<dyn AnyMetric<Tensor<2>>>),
    Logits(Box<dyn AnyMetric<Tensor<2>>>),
    Images(Box<dyn AnyMetric<Tensor<4>>>),
}

impl Jury {
    /// By this extractor, without a metric yet.
    pub fn by(extractor: impl FeatureExtractor + 'static) -> Self {
        Self {
            extractor: Box::new(extractor),
            members: Vec::new(),
        }
    }

    /// With a metric of features.
    pub fn features(mut self, metric: impl Metric<Batch = Tensor<2>> + 'static) -> Self {
        self.members.push(Member::Features(Box::new(metric)));
        self
    }

    /// With a metric of logits, such as one built by `of_logits`.
    pub fn logits(mut self, metric: impl Metric<Batch = Tensor<2>> + 'static) -> Self {
        self.members.push(Member::Logits(Box::new(metric)));
        self
    }

    /// With a metric of the images themselves.
    pub fn images(mut self, metric: impl Metric<Batch = Tensor<4>> + 'static) -> Self {
        self.members.push(Member::Images(Box::new(metric)));
        self
    }

    /// How the extractor is called.
    pub fn extractor(&self) -> String {
        self.extractor.name()
    }
}

impl Metric for Jury {
    type Batch = Tensor<4>;

    /// If one of the metrics fails, those before it have taken the batch.
    fn add(&mut self, origin: Origin, images: &Tensor<4>) -> Result<()> {
        if images.dims()[0] == 0 {
            return Ok(());
        }
        let needs_features = self.members.iter().any(|member| !matches!(member, Member::Images(_)));
        let extracted = needs_features
            .then(|| self.extractor.extract(images.clone()))
            .transpose()?;
        for member in &mut self.members {
            match (member, &extracted) {
                (Member::Images(metric), _) => metric.take(origin, images)?,
                (Member::Features(metric), Some(extracted)) => metric.take(origin, &extracted.features)?,
                (Member::Logits(metric), Some(extracted)) => {
                    let Some(logits) = &extracted.logits else {
                        let name = self.extractor.name();
                        return Err(Error::config(
                            "the extractor of scores by classes",
                            "one that gives logits",
                            name,
                        ));
                    };
                    metric.take(origin, logits)?;
                }
                (Member::Features(_) | Member::Logits(_), None) => {}
            }
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        let differ = || Error::config("the juries to merge", "the same extractor and metrics", "others");
        if self.members.len() != other.members.len() || self.extractor.name() != other.extractor.name() {
            return Err(differ());
        }
        for (mine, theirs) in self.members.iter_mut().zip(other.members) {
            match (mine, theirs) {
                (Member::Features(mine), Member::Features(theirs)) | (Member::Logits(mine), Member::Logits(theirs)) => {
                    mine.join(theirs)?;
                }
                (Member::Images(mine), Member::Images(theirs)) => mine.join(theirs)?,
                _ => return Err(differ()),
            }
        }
        Ok(())
    }

    fn forget(&mut self, origin: Origin) {
        for member in &mut self.members {
            match member {
                Member::Features(metric) | Member::Logits(metric) => metric.drop_all(origin),
                Member::Images(metric) => metric.drop_all(origin),
            }
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        let extractor = self.extractor.name();
        let mut all = Vec::new();
        for member in &self.members {
            match member {
                Member::Features(metric) | Member::Logits(metric) => {
                    let by_extractor = |mut figure: Figure| {
                        figure.protocol.extractor = Some(extractor.clone());
                        figure
                    };
                    all.extend(metric.figures()?.into_iter().map(by_extractor));
                }
                Member::Images(metric) => all.extend(metric.figures()?),
            }
        }
        Ok(all)
    }
}

impl fmt::Debug for Jury {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jury")
            .field("extractor", &self.extractor.name())
            .field("metrics", &self.members.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::Comparison;
    use crate::classifiers::InceptionScore;
    use crate::extractors::{Custom, Extracted, Pixels};
    use crate::images::Diversity;
    use crate::memorisation::{Authenticity, NearestRatio};

    fn waves(n: usize, phase: f32) -> Tensor<4> {
        let values: Vec<f32> = (0..n * 144).map(|i| (i as f32 * 0.61 + phase).sin()).collect();
        Tensor::<1>::from_floats(&values[..], &Device::default()).reshape([n, 1, 12, 12])
    }

    /// Knows two classes.
    fn bright_or_dark(images: Tensor<4>) -> Extracted {
        let [n, ..] = images.dims();
        let level = images.mean_dims(&[1, 2, 3]).reshape([n, 1]);
        (level.clone(), Tensor::cat(vec![level.clone() * 9.0, level * -9.0], 1)).into()
    }

    fn jury() -> Jury {
        Jury::by(Custom::new("level", bright_or_dark))
            .features(NearestRatio.collect())
            .logits(InceptionScore::of_logits().splits(1))
            .images(Diversity::new())
    }

    #[test]
    fn workers_add_up_and_the_extractor_is_named() {
        let (real, fake) = (waves(12, 0.0), waves(10, 1.0));
        let mut whole = jury();
        whole.add(Origin::Real, &real).unwrap();
        whole.add(Origin::Fake, &fake).unwrap();
        let (mut first, mut second) = (jury(), jury());
        first.add(Origin::Real, &real).unwrap();
        first.add(Origin::Fake, &fake.clone().narrow(0, 0, 4)).unwrap();
        second.add(Origin::Fake, &fake.narrow(0, 4, 6)).unwrap();
        first.merge(second).unwrap();
        let (a, b) = (first.compute().unwrap(), whole.compute().unwrap());
        let names: Vec<&str> = a.iter().map(|figure| figure.name.as_str()).collect();
        assert_eq!(
            names[..3],
            [
                "nearest neighbour ratio",
                "first to second neighbour",
                "Inception Score"
            ]
        );
        assert_eq!(a[2].protocol.extractor.as_deref(), Some("level"));
        for (a, b) in a.iter().zip(&b) {
            assert!((a.value - b.value).abs() < 1e-5, "{a} {b}");
        }
    }

    #[test]
    fn scores_by_classes_need_classes_and_juries_that_differ_do_not_merge() {
        let mut blind = Jury::by(Pixels).logits(InceptionScore::of_logits());
        let error = blind.add(Origin::Fake, &waves(2, 0.0)).unwrap_err().to_string();
        assert!(error.contains("logits") && error.contains("pixels"), "{error}");
        assert!(jury().merge(blind).is_err());
        let mut one = Jury::by(Pixels).features(Authenticity.collect());
        assert!(one.merge(Jury::by(Pixels).features(NearestRatio.collect())).is_err());
    }
}
