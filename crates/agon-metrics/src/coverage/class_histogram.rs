use burn::prelude::{Int, Tensor};

use super::mode_coverage::divergence;
use crate::error::{Error, Result, enough, ensure};
use crate::{Figure, Goal, Metric, Origin, Protocol};

/// Which classes the samples fall into: how many are captured, and how unlike the data's their shares are.
///
/// ```text
/// KL(p || q) = sum p_c log (p_c / q_c)
/// ```
///
/// `p`: the shares of the generated samples among the classes, as some classifier sees them; `q`: those of the
/// real samples, or equal ones if there are none. It is infinite where samples are made of a class which no
/// real sample has.
///
/// The stacked-MNIST protocol is this with 1000 classes: three digits, one per channel, of 26,000 samples
/// (see [`stacked_classes`]).
///
/// # Pitfalls
/// - A perfect generator does not get 0 but about `(classes - 1) / (2 n)`: 0.019 of 26,000 samples and 1000
///   classes.
/// - It is only as good as the classifier: noise is of some class too.
///
/// # Shapes
/// Batches `[n]`: the class of each sample, from 0.
///
/// # Errors
/// Of no generated samples, and of classes that do not exist.
///
/// # Example
/// ```
/// use agon_metrics::{ClassHistogram, Metric, Origin};
/// use burn::prelude::*;
///
/// let mut metric = ClassHistogram::new(4)?;
/// metric.add(Origin::Fake, &Tensor::<1, Int>::from_data([0, 1, 0, 1], &Device::default()))?;
/// let figures = metric.compute()?;
/// assert_eq!((figures[0].value, figures[1].value), (2.0, 2.0_f64.ln()));
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Metz et al. 2017, "Unrolled generative adversarial networks", arXiv:1611.02163; Srivastava et al. 2017,
/// "VEEGAN", arXiv:1705.07761; Lin et al. 2018, "PacGAN", arXiv:1712.04086.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassHistogram {
    real: Vec<usize>,
    fake: Vec<usize>,
}

impl ClassHistogram {
    /// Of so many classes.
    ///
    /// # Errors
    /// If there are less than two.
    pub fn new(classes: usize) -> Result<Self> {
        ensure(classes >= 2, "the number of classes", "at least 2", classes)?;
        Ok(Self {
            real: vec![0; classes],
            fake: vec![0; classes],
        })
    }

    /// How many samples of each class there are.
    pub fn counts(&self, origin: Origin) -> &[usize] {
        match origin {
            Origin::Real => &self.real,
            Origin::Fake => &self.fake,
        }
    }
}

impl Metric for ClassHistogram {
    type Batch = Tensor<1, Int>;

    fn add(&mut self, origin: Origin, batch: &Tensor<1, Int>) -> Result<()> {
        let classes = batch
            .clone()
            .try_into_vec_as::<i64>()
            .map_err(|error| Error::Device(error.to_string()))?;
        let counts = match origin {
            Origin::Real => &mut self.real,
            Origin::Fake => &mut self.fake,
        };
        let known = |class: &i64| usize::try_from(*class).is_ok_and(|class| class < counts.len());
        if let Some(class) = classes.iter().find(|class| !known(class)) {
            let expected = format!("0 to {}", counts.len() - 1);
            return Err(Error::config("the class of a sample", expected, class));
        }
        classes.iter().for_each(|&class| counts[class as usize] += 1);
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        if self.fake.len() != other.fake.len() {
            return Err(Error::config(
                "the number of classes",
                self.fake.len(),
                other.fake.len(),
            ));
        }
        for (mine, theirs) in [(&mut self.real, other.real), (&mut self.fake, other.fake)] {
            mine.iter_mut().zip(theirs).for_each(|(count, more)| *count += more);
        }
        Ok(())
    }

    fn forget(&mut self, origin: Origin) {
        match origin {
            Origin::Real => self.real.fill(0),
            Origin::Fake => self.fake.fill(0),
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        let [real, fake] = [&self.real, &self.fake].map(|counts| counts.iter().sum::<usize>());
        enough("a histogram of classes", Origin::Fake, 1, fake)?;
        let equal = vec![1; self.real.len()];
        let against = if real == 0 { &equal } else { &self.real };
        let captured = self.fake.iter().filter(|&&count| count > 0).count();
        let protocol = Protocol::new()
            .with("classes", self.fake.len())
            .with("against", if real == 0 { "equal shares" } else { "the real shares" });
        let figure = |name: &str, value: f64| Figure::new(name, value).of(real, fake).protocol(protocol.clone());
        Ok(vec![
            figure("captured classes", captured as f64).goal(Goal::Highest),
            figure("KL of the classes", divergence(&self.fake, against)),
        ])
    }
}

/// One class of several: that of each channel is a digit of it, the first the most significant.
///
/// Three channels of ten classes give the 1000 of stacked MNIST.
///
/// # Shapes
/// Each channel `[n]`, and so is the result.
///
/// # Errors
/// [`Error::Shape`] if there is no channel, or if they are not of one length.
///
/// # Example
/// ```
/// use agon_metrics::stacked_classes;
/// use burn::prelude::*;
///
/// let digit = |digit: i64| Tensor::<1, Int>::from_data([digit], &Device::default());
/// let class = stacked_classes(&[digit(4), digit(0), digit(7)], 10)?;
/// assert_eq!(class.into_scalar::<i64>(), 407);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
pub fn stacked_classes(channels: &[Tensor<1, Int>], classes: usize) -> Result<Tensor<1, Int>> {
    let Some((first, others)) = channels.split_first() else {
        return Err(Error::shape("stacked classes", "at least one channel", "none"));
    };
    let n = first.dims();
    others.iter().try_fold(first.clone(), |class, channel| {
        if channel.dims() != n {
            return Err(Error::shape(
                "a channel of classes",
                format!("{n:?}"),
                format!("{:?}", channel.dims()),
            ));
        }
        Ok(class * classes as i64 + channel.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, values};
    use burn::prelude::Device;

    fn labels(classes: &[i64]) -> Tensor<1, Int> {
        Tensor::from_data(classes, &Device::default())
    }

    fn of(real: &[i64], fake: &[i64]) -> Vec<f64> {
        let mut metric = ClassHistogram::new(3).unwrap();
        if !real.is_empty() {
            metric.add(Origin::Real, &labels(real)).unwrap();
        }
        metric.add(Origin::Fake, &labels(fake)).unwrap();
        values(metric.compute().unwrap())
    }

    #[test]
    fn divergences_by_hand() {
        assert_eq!(of(&[], &[0, 1, 2, 2, 1, 0]), [3.0, 0.0]);
        close(&of(&[], &[1, 1]), &[1.0, 3.0_f64.ln()], 1e-12);
        let expected = 0.5 * (0.5_f64 / 0.25).ln() + 0.5 * (0.5_f64 / 0.75).ln();
        close(&of(&[0, 1, 1, 1], &[0, 1]), &[2.0, expected], 1e-12);
        assert_eq!(of(&[0, 1], &[2]), [1.0, f64::INFINITY]);
    }

    #[test]
    fn equal_sets_are_at_nothing_and_workers_add_up() {
        assert_eq!(of(&[2, 0, 0, 1], &[0, 1, 0, 2]), [3.0, 0.0]);
        let mut mine = ClassHistogram::new(3).unwrap();
        let mut other = mine.clone();
        mine.add(Origin::Fake, &labels(&[0])).unwrap();
        other.add(Origin::Fake, &labels(&[2, 1])).unwrap();
        mine.merge(other).unwrap();
        assert_eq!(mine.counts(Origin::Fake), [1; 3]);
        mine.forget(Origin::Fake);
        assert!(matches!(mine.compute(), Err(Error::TooFew { .. })));
        assert!(mine.merge(ClassHistogram::new(4).unwrap()).is_err());
    }

    #[test]
    fn classes_that_do_not_exist() {
        let mut metric = ClassHistogram::new(3).unwrap();
        for class in [-1, 3] {
            let error = metric.add(Origin::Fake, &labels(&[0, class])).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("the class of a sample: expected 0 to 2, got {class}")
            );
        }
        assert_eq!(metric.counts(Origin::Fake), [0; 3]);
        assert!(ClassHistogram::new(1).is_err());
        assert!(stacked_classes(&[], 10).is_err());
        assert!(stacked_classes(&[labels(&[1]), labels(&[1, 2])], 10).is_err());
    }
}
