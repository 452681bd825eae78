use burn::prelude::{Int, Tensor};

use crate::error::{Error, enough};
use crate::summary::{mean, standard_deviation, standard_error};
use crate::{Figure, Interval, Metric, Origin, Protocol, Result};

/// A model that can tell how likely sequences are.
///
/// Functions `Fn(Tensor<2, Int>) -> Tensor<2>` are.
pub trait SequenceModel: Send {
    /// The logarithm of the probability of each token given those before it, in nats.
    ///
    /// # Shapes
    /// `[n, length]` to `[n, length]`.
    fn log_probabilities(&self, sequences: Tensor<2, Int>) -> Tensor<2>;
}

impl<F: Fn(Tensor<2, Int>) -> Tensor<2> + Send> SequenceModel for F {
    fn log_probabilities(&self, sequences: Tensor<2, Int>) -> Tensor<2> {
        self(sequences)
    }
}

/// How unlikely sequences are: generated ones in the eyes of an oracle, or real ones held out in those of the
/// generator.
///
/// ```text
/// NLL = - mean over sequences, mean over tokens of log p(token | tokens before)      in nats per token
/// ```
///
/// [`under_oracle`](Self::under_oracle), the figure `NLL under oracle`, measures how plausible generated
/// sequences are to the model that made the data: a generator collapsed on one likely sequence beats the data
/// itself. [`held_out`](Self::held_out), `NLL held out`, measures how well the generator covers real sequences
/// it has not learnt from; it is what a lack of variety shows in. Report both, at one temperature.
///
/// # Shapes
/// A batch: tokens `[n, length]`, of one length per batch.
///
/// # Errors
/// No sequences; log-probabilities of another shape than the tokens, above zero, or NaN.
///
/// # Example
/// ```
/// use agon_metrics::sequences::Likelihood;
/// use agon_metrics::{Metric, Origin};
/// use burn::prelude::*;
///
/// /// Knows nothing: all of 8 tokens are equally likely.
/// let uniform = |tokens: Tensor<2, Int>| Tensor::<2>::full(tokens.shape(), -(8.0_f64.ln()), &tokens.device());
/// let mut nll = Likelihood::under_oracle(uniform);
/// nll.add(Origin::Fake, &Tensor::<2, Int>::zeros([4, 20], &Device::default()))?;
/// assert!((nll.compute()?[0].value - 8.0_f64.ln()).abs() < 1e-6);
/// # Ok::<(), agon_metrics::Error>(())
/// ```
///
/// # References
/// Yu et al. 2017, "SeqGAN: sequence generative adversarial nets with policy gradient", arXiv:1609.05473; Caccia
/// et al. 2020, "Language GANs falling short", arXiv:1811.02549.
#[derive(Debug, Clone)]
pub struct Likelihood<M> {
    model: M,
    of: Origin,
    padding: Option<i64>,
    values: Vec<f64>,
}

impl<M: SequenceModel> Likelihood<M> {
    /// Of generated sequences, in the eyes of the model that made the data. Real ones are ignored.
    pub fn under_oracle(oracle: M) -> Self {
        Self::of(oracle, Origin::Fake)
    }

    /// Of real sequences, in the eyes of the generator. Generated ones are ignored.
    pub fn held_out(generator: M) -> Self {
        Self::of(generator, Origin::Real)
    }

    fn of(model: M, of: Origin) -> Self {
        Self {
            model,
            of,
            padding: None,
            values: Vec::new(),
        }
    }

    /// Tokens of this number fill sequences up and do not count.
    pub fn padding(mut self, token: u32) -> Self {
        self.padding = Some(i64::from(token));
        self
    }

    /// The mean of each sequence over its tokens.
    fn means(&self, tokens: &Tensor<2, Int>) -> Result<Vec<f64>> {
        let [n, length] = tokens.dims();
        let logs = self.model.log_probabilities(tokens.clone());
        if logs.dims() != [n, length] {
            let (expected, got) = (
                format!("{:?}, as the tokens", [n, length]),
                format!("{:?}", logs.dims()),
            );
            return Err(Error::shape("the log-probabilities of sequences", expected, got));
        }
        let logs = logs.without_autodiff().try_into_vec_as::<f64>();
        let logs = logs.map_err(|error| Error::Device(error.to_string()))?;
        let tokens = tokens.clone().try_into_vec_as::<i64>();
        let tokens = tokens.map_err(|error| Error::Device(error.to_string()))?;
        let mut means = Vec::with_capacity(n);
        for (index, (logs, tokens)) in logs.chunks(length.max(1)).zip(tokens.chunks(length.max(1))).enumerate() {
            let counted = logs
                .iter()
                .zip(tokens)
                .filter(|(_, token)| Some(**token) != self.padding);
            let logs: Vec<f64> = counted.map(|(log, _)| *log).collect();
            // Rounding may put a certain token a little above.
            if let Some(log) = logs.iter().find(|log| log.is_nan() || **log > 1e-4) {
                let what = format!("a log-probability of sequence {}", self.values.len() + index);
                return Err(Error::config(what, "a number of at most 0", log));
            }
            if !logs.is_empty() {
                means.push(-mean(&logs));
            }
        }
        Ok(means)
    }
}

impl<M: SequenceModel> Metric for Likelihood<M> {
    type Batch = Tensor<2, Int>;

    fn add(&mut self, origin: Origin, batch: &Tensor<2, Int>) -> Result<()> {
        if origin == self.of && batch.dims()[0] > 0 {
            let means = self.means(batch)?;
            self.values.extend(means);
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        self.values.extend(other.values);
        Ok(())
    }

    fn forget(&mut self, origin: Origin) {
        if origin == self.of {
            self.values.clear();
        }
    }

    fn compute(&self) -> Result<Vec<Figure>> {
        let (name, real, fake) = match self.of {
            Origin::Fake => ("NLL under oracle", 0, self.values.len()),
            Origin::Real => ("NLL held out", self.values.len(), 0),
        };
        enough(name, self.of, 1, self.values.len())?;
        let value = mean(&self.values);
        Ok(vec![
            Figure::new(name, value)
                .of(real, fake)
                .spread(standard_deviation(&self.values))
                .interval(Interval::normal(value, standard_error(&self.values)))
                .protocol(Protocol::new().with("nats per", "token")),
        ])
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    fn tokens(values: [[i64; 3]; 2]) -> Tensor<2, Int> {
        Tensor::from_data(values, &Device::default())
    }

    /// The larger the token the less likely.
    fn by_size(tokens: Tensor<2, Int>) -> Tensor<2> {
        -tokens.float()
    }

    #[test]
    fn sequences_count_alike_and_padding_not_at_all() {
        let mut nll = Likelihood::held_out(by_size).padding(9);
        nll.add(Origin::Real, &tokens([[1, 2, 3], [6, 9, 9]])).unwrap();
        nll.add(Origin::Fake, &tokens([[5, 5, 5], [5, 5, 5]])).unwrap();
        let figure = nll.compute().unwrap().remove(0);
        assert_eq!((figure.value, figure.real, figure.fake), (4.0, 2, 0));
        assert_eq!(figure.name, "NLL held out");
    }

    #[test]
    fn probabilities_that_are_none_are_errors() {
        let batch = tokens([[1, 2, 3], [1, 2, 3]]);
        let mut above = Likelihood::under_oracle(|tokens: Tensor<2, Int>| tokens.float());
        assert!(
            above
                .add(Origin::Fake, &batch)
                .unwrap_err()
                .to_string()
                .contains("at most 0")
        );
        let mut nan = Likelihood::under_oracle(|tokens: Tensor<2, Int>| tokens.float() * f32::NAN);
        assert!(
            nan.add(Origin::Fake, &batch)
                .unwrap_err()
                .to_string()
                .contains("sequence 0")
        );
        let mut narrow = Likelihood::under_oracle(|tokens: Tensor<2, Int>| -tokens.float().narrow(1, 0, 1));
        assert!(narrow.add(Origin::Fake, &batch).is_err());
        assert!(narrow.compute().unwrap_err().to_string().contains("too few fake"));
    }
}
