//! Seeded randomness: every random choice of a run follows from its seed.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::prelude::Tensor;
use burn::tensor::{Device, TensorData};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

/// The generator of random numbers which everything in agon draws from.
pub type Random = rand::rngs::ChaCha8Rng;

/// A generator that depends on the seed and on what it is for, and on nothing else.
pub fn stream(seed: u64, purpose: u64) -> Random {
    Random::seed_from_u64(mix(seed, purpose))
}

/// Two numbers stirred into one that looks like neither (SplitMix64's finaliser).
pub fn mix(seed: u64, purpose: u64) -> u64 {
    let mut z = seed ^ purpose.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A tensor of independent standard normal values, drawn on the host.
pub fn normal<const D: usize>(shape: [usize; D], random: &mut Random, device: &Device) -> Tensor<D> {
    filled(shape, device, || random.sample(StandardNormal))
}

/// A tensor of independent values, uniform in `[low, high)`, drawn on the host.
pub fn uniform<const D: usize>(
    shape: [usize; D],
    low: f32,
    high: f32,
    random: &mut Random,
    device: &Device,
) -> Tensor<D> {
    filled(shape, device, || low + (high - low) * random.random::<f32>())
}

/// A tensor filled element by element, in row-major order.
pub(crate) fn filled<const D: usize>(shape: [usize; D], device: &Device, mut value: impl FnMut() -> f32) -> Tensor<D> {
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| value()).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

thread_local! {
    /// The seed of the round that this thread plays, and how many passes it has repeated.
    static REPLAYS: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

/// Seeds the backend's generator for a round, which keeps it to itself for as long as it holds what is returned.
pub(crate) fn begin_round(device: &Device, seed: u64) -> DeviceGenerator {
    let held = DeviceGenerator::hold();
    REPLAYS.set((seed, 0));
    device.seed(seed);
    held
}

/// Runs a pass that must see the same random numbers as others of its kind in this round (dropout masks of a
/// difference, say). What comes after it sees new ones.
pub(crate) fn replayed<T>(device: &Device, pass: impl FnOnce() -> T) -> T {
    let (seed, passes) = REPLAYS.get();
    REPLAYS.set((seed, passes + 1));
    let _held = DeviceGenerator::hold();
    device.seed(mix(seed, 0x5eed));
    let result = pass();
    device.seed(mix(seed, 0x5eed_0001 + passes));
    result
}

static DEVICE_GENERATOR: Mutex<()> = Mutex::new(());

thread_local! {
    /// How often this thread holds the backend's generator.
    static HOLDS: Cell<usize> = const { Cell::new(0) };
}

/// The backend's own generator, in the hands of one thread; that thread may hold it several times.
#[derive(Debug)]
pub(crate) struct DeviceGenerator {
    _lock: Option<MutexGuard<'static, ()>>,
}

impl DeviceGenerator {
    fn hold() -> Self {
        let first = HOLDS.get() == 0;
        let lock = first.then(|| DEVICE_GENERATOR.lock().unwrap_or_else(PoisonError::into_inner));
        HOLDS.set(HOLDS.get() + 1);
        Self { _lock: lock }
    }
}

impl Drop for DeviceGenerator {
    fn drop(&mut self) {
        HOLDS.set(HOLDS.get() - 1);
    }
}

/// Seeds the backend's own generator and holds it while `work` runs.
///
/// Backends keep one generator for the whole process (parameters are initialised from it, dropout draws from it), so
/// two threads that seed it at once would disturb each other. Rounds hold it too: of two trainers in one process one
/// waits while the other plays a round.
pub fn with_seeded_device<T>(device: &Device, seed: u64, work: impl FnOnce() -> T) -> T {
    let _held = DeviceGenerator::hold();
    device.seed(seed);
    work()
}
