//! Where the modes are.

use agon::prelude::*;
use clap::ValueEnum;

use crate::protocol::Protocol;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// 8 modes on the unit circle, deviation 0.01; a radius of 2 and a variance of 0.02 by D2GAN's protocol
    Ring,
    /// 25 modes on {-4, -2, 0, 2, 4}^2, deviation 0.05
    Grid,
    /// 15 modes, one in the middle of two rings of 7, deviation 0.3, as in GAP's experiments
    R15,
    /// 100 modes, 10 times 10, two apart as those of the grid, deviation 0.3; GAP's experiments have so many
    Hundred,
}

impl Layout {
    pub fn mixture(self, protocol: Protocol) -> GaussianMixture {
        match (self, protocol) {
            (Self::Ring, Protocol::D2gan) => GaussianMixture::ring_of(8, 2.0, 0.02f32.sqrt()),
            (Self::Ring, _) => GaussianMixture::ring(),
            (Self::Grid, _) => GaussianMixture::grid(),
            (Self::R15, _) => GaussianMixture::r15(),
            (Self::Hundred, _) => GaussianMixture::grid_of(10, 2.0, 0.3),
        }
    }
}
