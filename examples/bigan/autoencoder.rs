//! The same two networks as an autoencoder: what a BiGAN's codes are compared with.

use agon::core::AnyPlayer;
use agon::prelude::*;

/// Encoder and generator, who only want samples to come back.
pub struct Autoencoder {
    pub generator: Player<DcganGenerator>,
    pub encoder: Player<ImageEncoder>,
}

impl Autoencoder {
    pub fn new(generator: DcganGenerator, encoder: ImageEncoder) -> Self {
        let adam = || Adam::new(1e-3).betas(0.9, 0.999);
        Self {
            generator: Player::new("generator", generator, adam()),
            encoder: Player::new("encoder", encoder, adam()),
        }
    }
}

impl Autoencoder {
    /// The codes of images, as after training.
    pub fn infer(&self, x: Tensor<4>) -> Tensor<2> {
        self.encoder.network().valid().encode((x.clone(), x.rows()))
    }

    /// Images made from their own codes, as after training.
    pub fn reconstruct(&self, x: Tensor<4>) -> Tensor<4> {
        self.generator.network().valid().generate(self.infer(x))
    }
}

impl Game for Autoencoder {
    type Batch = Tensor<4>;

    fn play(&mut self, data: &mut Feed<'_, Tensor<4>>, round: &mut Round) -> Result<()> {
        let x = data.next_batch()?;
        let noise = round.draw(&prior::Normal::new(self.encoder.network().noise()), x.size());
        let code = self.encoder.network().encode((x.clone(), noise));
        let loss = l2(self.generator.network().generate(code), x);
        round.measure("loss", &loss);
        self.generator.update_with(&mut self.encoder, round, &loss);
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.generator, &mut self.encoder]
    }
}
