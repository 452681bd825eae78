use burn::module::Module;
use burn::prelude::{Int, Tensor};

use crate::LstmPolicy;

impl LstmPolicy {
    /// How many numbers [`complete`](Self::complete) needs.
    pub fn draws([batch, length]: [usize; 2], times: usize) -> usize {
        times * batch * length * length.saturating_sub(1) / 2
    }

    /// Completes every beginning of every sequence several times: what a token was worth shows in what can follow.
    ///
    /// All beginnings go on together, so that a token costs one step, as wide as there are completions under way,
    /// and nothing is read back on the way. Each draw takes one of `uniforms`, numbers from `[0, 1)`.
    ///
    /// # Shapes
    /// `tokens`: `[batch, length]`; `uniforms`: `[draws]`, [so many](Self::draws); completions:
    /// `[(length - 1) * times * batch, length]`, those of the shortest beginnings (one token) first.
    ///
    /// # Panics
    /// If sequences have no tokens at all.
    pub fn complete(&self, tokens: &Tensor<2, Int>, times: usize, uniforms: Tensor<1>) -> Tensor<2, Int> {
        let [batch, length] = tokens.dims();
        let policy = self.valid();
        let (table, uniforms) = (policy.table(), uniforms.inner());
        let column = |place: usize| tokens.clone().narrow(1, place, 1).squeeze_dim::<1>(1);
        let read = policy.read(tokens.clone());
        let row = |place: usize| read.clone().narrow(0, place, 1).squeeze_dim::<1>(0);

        let mut given = policy.step(table.clone().select(0, row(0)), policy.blank(batch));
        let mut columns = vec![column(0).repeat_dim(0, times * (length - 1))];
        let mut running = None;
        let mut used = 0;
        for place in 1..length {
            given = policy.step(table.clone().select(0, row(place)), given);
            let joining = given.clone().repeated(times);
            let state = match running {
                None => joining,
                Some((state, drawn)) => policy.step(table.clone().select(0, drawn), state).then(joining),
            };
            let rows = place * times * batch;
            let drawn = policy
                .output()
                .draw(state.hidden.clone(), uniforms.clone().narrow(0, used, rows));
            used += rows;
            let waiting = times * (length - 1 - place);
            columns.push(if waiting == 0 {
                drawn.clone()
            } else {
                Tensor::cat(vec![drawn.clone(), column(place).repeat_dim(0, waiting)], 0)
            });
            running = Some((state, drawn));
        }
        Tensor::stack(columns, 1)
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::Initializer;
    use burn::prelude::Device;

    use super::*;
    use crate::LstmPolicyConfig;

    fn policy(std: f64) -> LstmPolicy {
        let initializer = Initializer::Normal { mean: 0.0, std };
        LstmPolicyConfig::new(6)
            .with_initializer(initializer)
            .init(&Device::default())
    }

    fn rows(tokens: Tensor<2, Int>) -> Vec<Vec<i64>> {
        let width = tokens.dims()[1];
        let all: Vec<i64> = tokens.try_into_vec_as().unwrap();
        all.chunks(width).map(<[i64]>::to_vec).collect()
    }

    #[test]
    fn each_completion_keeps_its_beginning() {
        let device = Device::default();
        let tokens = Tensor::<2, Int>::from_data([[1, 2, 3, 4], [5, 5, 0, 1], [3, 0, 0, 2]], &device);
        let (batch, length, times) = (3, 4, 2);
        let draws = LstmPolicy::draws([batch, length], times);
        assert_eq!(draws, 2 * 3 * (1 + 2 + 3));
        let uniforms = (Tensor::arange(0..draws as i64, &device).float() + 0.5) / draws as f64;
        let completed = rows(policy(0.1).complete(&tokens, times, uniforms));
        let given = rows(tokens);
        assert_eq!(completed.len(), (length - 1) * times * batch);
        for (index, row) in completed.iter().enumerate() {
            let kept = index / (times * batch) + 1;
            assert_eq!(row[..kept], given[index % batch][..kept], "{index}");
            assert!(row.iter().all(|token| (0..6).contains(token)));
        }
        // Numbers close to 0 and to 1 draw the first and the last token.
        assert_eq!((completed[0][1], completed[draws / 2 - 1][3]), (0, 5));
    }

    #[test]
    #[should_panic(expected = "sequences of no tokens")]
    fn there_is_nothing_to_complete_in_nothing() {
        let device = Device::default();
        let nothing = Tensor::<2, Int>::empty([2, 0], &device);
        let _ = policy(0.1).complete(&nothing, 3, Tensor::empty([0], &device));
    }

    #[test]
    fn what_is_certain_is_completed_as_it_would_be_drawn() {
        let device = Device::default();
        // Weights this large leave hardly a choice: each state has one token that follows.
        let policy = policy(60.0);
        let uniforms = Tensor::full([1, 8], 0.5, &device);
        let drawn = policy.sample(uniforms);
        let draws = LstmPolicy::draws([1, 8], 3);
        let completed = policy.complete(&drawn, 3, Tensor::full([draws], 0.5, &device));
        let drawn = rows(drawn).remove(0);
        assert!(rows(completed).iter().all(|row| *row == drawn));
    }
}
