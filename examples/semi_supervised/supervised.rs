//! The baseline: the same classifier on the labels alone.

use agon::core::AnyPlayer;
use agon::prelude::*;

use crate::Classifier;

pub struct Supervised<C: Classifier> {
    pub classifier: Player<C>,
}

impl<C: Classifier> Supervised<C> {
    pub fn new(classifier: C, optimizer: Adam) -> Self {
        let mut classifier = Player::discriminator(classifier, optimizer).named("classifier");
        classifier.set_average(MovingAverage::new(crate::AVERAGE));
        Self { classifier }
    }
}

impl<C: Classifier> Game for Supervised<C> {
    type Batch = PartlyLabelled<Tensor<2>>;

    fn play(&mut self, data: &mut Feed<'_, Self::Batch>, round: &mut Round) -> Result<()> {
        let ((x, y), _) = data.next_batch()?;
        let loss = auxiliary_classifier(self.classifier.network().discriminate(x).0, y);
        round.measure("loss/classifier", &loss);
        self.classifier.update(round, &loss);
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.classifier]
    }
}
