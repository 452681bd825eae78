//! The baseline: the same classifier on the labels alone.

use agon::core::AnyPlayer;
use agon::prelude::*;

pub struct Supervised {
    pub classifier: Player<SemiClassifier>,
}

impl Supervised {
    pub fn new(classifier: SemiClassifier, optimizer: Adam) -> Self {
        let mut classifier = Player::discriminator(classifier, optimizer).named("classifier");
        classifier.set_average(MovingAverage::new(crate::AVERAGE));
        Self { classifier }
    }
}

impl Game for Supervised {
    type Batch = PartlyLabelled<Tensor<2>>;

    fn play(&mut self, data: &mut Feed<'_, Self::Batch>, round: &mut Round) -> Result<()> {
        let ((x, y), _) = data.next_batch()?;
        let loss = auxiliary_classifier(self.classifier.network().forward(x).0, y);
        round.measure("loss/classifier", &loss);
        self.classifier.update(round, &loss);
        Ok(())
    }

    fn players(&mut self) -> Vec<&mut dyn AnyPlayer> {
        vec![&mut self.classifier]
    }
}
