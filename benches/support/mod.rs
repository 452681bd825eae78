//! What the benches share.
#![allow(clippy::expect_used, reason = "a bench that fails should say so at once")]
#![allow(dead_code, reason = "each bench uses a part of it")]

use agon::prelude::*;

/// The device, as a name for benches: `BURN_DEVICE` picks it.
pub fn device() -> (Device, String) {
    let device = Device::default().autodiff();
    let name = std::env::var("BURN_DEVICE").unwrap_or_else(|_| "default".to_owned());
    (device, name)
}

/// Waits until the device has done everything.
pub fn sync(device: &Device) {
    device.sync().expect("the device works");
}

/// Numbers in (-1, 1) that are the same every time.
pub fn noise<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    random::uniform(shape, -1.0, 1.0, &mut random::stream(1, 0), device)
}

pub fn mlp(device: &Device) -> Gan<MlpGenerator, MlpDiscriminator> {
    Gan::new(
        MlpGeneratorConfig::new(2, 2).init(device),
        MlpDiscriminatorConfig::new(2).init(device),
    )
}

pub fn dcgan(size: usize, width: usize, device: &Device) -> Gan<DcganGenerator, DcganDiscriminator> {
    let shape = [3, size, size];
    Gan::new(
        DcganGeneratorConfig::new(100, shape).with_width(width).init(device),
        DcganDiscriminatorConfig::new(shape).with_width(width).init(device),
    )
}

/// A trainer which plays one more round each time it is asked.
pub struct OneByOne<G: Game, B> {
    trainer: Trainer<G>,
    data: B,
    step: u64,
}

impl<G: Game, B: Batches<Batch = G::Batch>> OneByOne<G, B> {
    pub fn new(game: G, data: B) -> Self {
        let trainer = Trainer::new(game);
        Self { trainer, data, step: 0 }
    }

    pub fn play(&mut self) {
        self.step += 1;
        self.trainer
            .run(&mut self.data, Budget::steps(self.step))
            .expect("the round is played");
    }
}
