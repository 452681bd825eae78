//! A pool of generated samples of earlier rounds.

use agon_core::random::Random;
use agon_core::{Memory, Sample};
use burn::prelude::{Device, Tensor};
use rand::RngExt;

/// Samples that a generator made earlier, for a discriminator that should not forget them.
///
/// Each new sample enters a pool of `capacity`. While there is room the discriminator sees it at once. Afterwards it
/// sees it with probability one half; else it sees a sample drawn from the pool, whose place the new one takes. Samples of
/// another shape than those in the pool begin it anew.
///
/// # References
/// Shrivastava et al. 2017, arXiv:1612.07828, section 2.3, in the form of Zhu et al. 2017, arXiv:1703.10593 (50 samples).
#[derive(Debug, Clone)]
pub struct ImagePool {
    capacity: usize,
    /// One row each.
    kept: Vec<Tensor<2>>,
    /// Of each of them.
    shape: Vec<usize>,
}

impl ImagePool {
    /// An empty pool for so many samples; 0 passes every batch on as it is.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            kept: Vec::new(),
            shape: Vec::new(),
        }
    }

    /// For how many samples it has room.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Takes a batch, and gives as many samples to judge.
    pub fn exchange<S: Sample>(&mut self, fresh: S, random: &mut Random) -> S {
        if self.capacity == 0 {
            return fresh;
        }
        let rows = fresh.rows();
        if self.shape != fresh.member_shape() {
            // Pictures of another shape cannot stand in one batch with these.
            self.kept.clear();
            self.shape = fresh.member_shape();
        }
        let strategy = rows.gradient_checkpointing_strategy();
        let rows = rows.inner().split(1, 0).into_iter();
        let seen = Tensor::cat(rows.map(|row| self.exchange_one(row, random)).collect(), 0);
        fresh.with_rows(match strategy {
            Some(strategy) => Tensor::from_inner(seen).with_gradient_checkpointing_strategy(strategy),
            None => seen,
        })
    }

    fn exchange_one(&mut self, row: Tensor<2>, random: &mut Random) -> Tensor<2> {
        if self.kept.len() < self.capacity {
            self.kept.push(row.clone());
            return row;
        }
        if random.random::<bool>() {
            return row;
        }
        let place = random.random_range(0..self.capacity);
        std::mem::replace(&mut self.kept[place], row)
    }

    /// The pool for a checkpoint.
    pub fn memory(&self) -> Memory {
        if self.kept.is_empty() {
            return Memory::new();
        }
        let rows = Tensor::cat(self.kept.clone(), 0);
        Memory::new()
            .with("size", [self.kept.len() as f64])
            .with("shape", self.shape.iter().map(|&side| side as f64).collect::<Vec<_>>())
            .with_tensor("samples", &rows.flatten(0, 1))
    }

    /// Takes back what [`memory`](Self::memory) gave.
    pub fn recall(&mut self, memory: &Memory, device: &Device) {
        let size = memory.get("size").and_then(|size| size.first().copied()).unwrap_or(0.0);
        let samples = memory.tensor("samples", &device.clone().inner());
        self.kept = match samples {
            Some(samples) if size > 0.0 => samples.reshape([size as i64, -1]).split(1, 0),
            _ => Vec::new(),
        };
        let shape = memory.get("shape").unwrap_or_default();
        self.shape = shape.iter().map(|&side| side as usize).collect();
    }
}

#[cfg(test)]
mod tests {
    use agon_core::random::stream;

    use super::*;

    fn numbers(pool: &mut ImagePool, from: usize, random: &mut Random) -> Vec<f32> {
        let device = Device::default().autodiff();
        let batch: Vec<f32> = (from..from + 4).map(|i| i as f32).collect();
        let batch = Tensor::<1>::from_floats(&batch[..], &device).reshape([4, 1, 1, 1]);
        let seen: Tensor<4> = pool.exchange(batch, random);
        seen.inner().try_into_vec_as().unwrap()
    }

    #[test]
    fn half_of_what_is_seen_is_from_earlier() {
        let (mut pool, mut random) = (ImagePool::new(8), stream(1, 0));
        assert_eq!(numbers(&mut pool, 0, &mut random), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(numbers(&mut pool, 4, &mut random), [4.0, 5.0, 6.0, 7.0]);
        let mut all = Vec::new();
        for round in 2..100 {
            let seen = numbers(&mut pool, 4 * round, &mut random);
            all.extend(seen.iter().map(|&v| v < 4.0 * round as f32));
        }
        let earlier = all.iter().filter(|&&earlier| earlier).count();
        assert!((140..250).contains(&earlier), "{earlier} of {}", all.len());
    }

    #[test]
    fn it_comes_back_from_its_memory() {
        let (mut pool, mut random) = (ImagePool::new(6), stream(1, 0));
        for round in 0..5 {
            numbers(&mut pool, 4 * round, &mut random);
        }
        let mut again = ImagePool::new(6);
        again.recall(&pool.memory(), &Device::default());
        let next = |pool: &mut ImagePool| numbers(pool, 20, &mut stream(2, 0));
        assert_eq!(next(&mut pool), next(&mut again));
        assert!(ImagePool::new(3).memory().is_empty());
    }

    #[test]
    fn samples_of_another_shape_begin_it_anew() {
        let (mut pool, mut random) = (ImagePool::new(6), stream(1, 0));
        numbers(&mut pool, 0, &mut random);
        let wide = Tensor::<4>::ones([2, 1, 1, 3], &Device::default());
        let seen = pool.exchange(wide, &mut random);
        assert_eq!(seen.sum().into_scalar::<f32>(), 6.0);
        assert_eq!(pool.kept.len(), 2);
        // As many numbers, but upright: what is kept would be scrambled.
        let upright = Tensor::<4>::ones([2, 1, 3, 1], &Device::default());
        pool.exchange(upright.clone(), &mut random);
        pool.exchange(upright, &mut random);
        assert_eq!((pool.kept.len(), &pool.shape[..]), (4, &[1, 3, 1][..]));
    }

    #[test]
    fn without_room_nothing_is_exchanged() {
        let mut pool = ImagePool::new(0);
        assert_eq!(numbers(&mut pool, 7, &mut stream(1, 0)), [7.0, 8.0, 9.0, 10.0]);
    }
}
