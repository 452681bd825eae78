use super::Player;
use crate::{Discriminator, Encoder, Generator, Optimizer, Translator};

// A network says which role it can play, and how it can be rebuilt: the player takes its name and configuration from there.

impl<M: Generator> Player<M> {
    /// The player called `generator`.
    pub fn generator(network: M, optimizer: impl Into<Optimizer>) -> Self {
        let config = network.config();
        Self::new("generator", network, optimizer).with_config(config)
    }
}

impl<M: Discriminator> Player<M> {
    /// The player called `discriminator`.
    pub fn discriminator(network: M, optimizer: impl Into<Optimizer>) -> Self {
        let config = network.config();
        Self::new("discriminator", network, optimizer).with_config(config)
    }
}

impl<M: Encoder> Player<M> {
    /// The player called `encoder`.
    pub fn encoder(network: M, optimizer: impl Into<Optimizer>) -> Self {
        let config = network.config();
        Self::new("encoder", network, optimizer).with_config(config)
    }
}

impl<M: Translator> Player<M> {
    /// The player called `translator`.
    pub fn translator(network: M, optimizer: impl Into<Optimizer>) -> Self {
        let config = network.config();
        Self::new("translator", network, optimizer).with_config(config)
    }
}
