//! Seeded randomness, kept here so that the crate stands alone.

use rand::SeedableRng;

/// The generator of random numbers which everything here draws from.
pub(crate) type Random = rand::rngs::ChaCha8Rng;

/// A generator that depends on the seed and on what it is for, and on nothing else.
pub(crate) fn stream(seed: u64, purpose: u64) -> Random {
    Random::seed_from_u64(mix(seed, purpose))
}

/// Two numbers stirred into one that looks like neither (SplitMix64's finaliser).
pub(crate) fn mix(seed: u64, purpose: u64) -> u64 {
    let mut z = seed ^ purpose.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
