//! What the keys ask of the run.

use std::time::{Duration, Instant};

use agon_core::{Error, Game, Level, Moment, Result, Signal};

use super::live::Live;
use super::samples::Pictures;
use crate::{interrupt, write_png};

/// How long a pause waits for an order at a time; signals are looked at in between.
const NAP: Duration = Duration::from_millis(100);

impl Live {
    /// Does what the keys asked for; returns when the run may go on, or shall stop.
    pub(super) fn obey<G: Game>(
        &mut self,
        moment: &mut Moment<'_, G>,
        mut pictures: Option<&mut Pictures<G>>,
    ) -> Result<Signal> {
        loop {
            let orders = self.desk.take();
            if orders.sample {
                self.sample(moment, pictures.as_deref_mut())?;
            }
            if orders.checkpoint {
                self.checkpoint(moment)?;
            }
            if orders.stop {
                return Ok(Signal::Stop("asked to at the dashboard".to_owned()));
            }
            let pauses = orders.pause && !interrupt::is_pressed();
            self.stand(moment, pauses)?;
            if !pauses {
                return Ok(self.signal());
            }
            self.desk.wait(NAP);
        }
    }

    /// Lets the clock stand, or go on.
    fn stand<G: Game>(&mut self, moment: &mut Moment<'_, G>, still: bool) -> Result<()> {
        if self.desk.board().paused == still {
            return Ok(());
        }
        if still {
            self.publish(moment)?;
        }
        let mut board = self.desk.board();
        let now = Instant::now();
        if still {
            board.watch.pause(now);
        } else {
            board.watch.resume(now);
        }
        board.paused = still;
        board.changes += 1;
        Ok(())
    }

    /// Draws other samples, also as a file.
    fn sample<G: Game>(&mut self, moment: &mut Moment<'_, G>, pictures: Option<&mut Pictures<G>>) -> Result<()> {
        let Some(pictures) = pictures else {
            self.say(moment.step, Level::Info, "this dashboard draws no samples");
            return Ok(());
        };
        pictures.seed = pictures.seed.wrapping_add(1);
        let image = pictures.draw(moment.game, self.desk.room())?;
        let name = format!("step-{:08}-seed-{}.png", moment.step, pictures.seed);
        let path = self.settings.folder.join(name);
        let said = match write_png(&path, &image) {
            Ok(()) => (Level::Info, format!("wrote {}", path.display())),
            Err(error) => (Level::Warning, format!("no picture written: {error}")),
        };
        self.desk.board().show(image, moment.step);
        self.say(moment.step, said.0, said.1);
        Ok(())
    }

    /// Writes a checkpoint. That a disk is full ends no run; that a weight is no number does.
    fn checkpoint<G: Game>(&mut self, moment: &mut Moment<'_, G>) -> Result<()> {
        match moment.save_now() {
            Ok(_) => self.hear(moment),
            Err(error @ (Error::NotFinite { .. } | Error::Device(_))) => return Err(error),
            Err(error) => self.say(moment.step, Level::Warning, format!("no checkpoint written: {error}")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use agon_core::{Checkpoints, Rehearsal};

    use super::*;
    use crate::dashboard::board::Board;
    use crate::dashboard::live::Closes;
    use crate::dashboard::live::tests::{Nobody, live, messages, pictures, round};
    use crate::testing::Folder;

    #[test]
    fn while_the_run_stands_keys_work() {
        let folder = Folder::new("live-pause");
        let (mut live, mut pictures, mut rehearsal) = (live(&folder), pictures(), Rehearsal::of(Nobody));
        let mut checkpoints = Checkpoints::every(1_000).to(folder.path().join("checkpoints"));
        rehearsal.start(&mut checkpoints).unwrap();
        let desk = Arc::clone(&live.desk);
        desk.order(|orders| orders.pause = true);
        let wait_for = |what: &dyn Fn(&Board) -> bool| {
            while !what(&desk.board()) {
                thread::sleep(Duration::from_millis(1));
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                wait_for(&|board| board.paused);
                desk.order(|orders| (orders.sample, orders.checkpoint) = (true, true));
                wait_for(&|board| board.messages.len() == 2);
                desk.order(|orders| orders.pause = false);
            });
            assert_eq!(
                round(&mut rehearsal, &mut live, Some(&mut pictures)).unwrap(),
                Signal::Continue
            );
        });
        assert!(!live.desk.board().paused && !live.desk.is_ordered());
        let said = messages(&live);
        assert!(
            said.contains("step-00000001-seed-1.png") && said.contains("checkpoints/step-00000001"),
            "{said}"
        );
        assert!(folder.path().join("samples/step-00000001-seed-1.png").exists());
        assert!(folder.path().join("checkpoints/step-00000001/manifest.json").exists());
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let folder = Folder::new("live-cannot");
        let (mut live, mut rehearsal) = (live(&folder), Rehearsal::of(Nobody));
        live.desk
            .order(|orders| (orders.sample, orders.checkpoint) = (true, true));
        round(&mut rehearsal, &mut live, None).unwrap();
        let said = messages(&live);
        assert!(
            said.contains("draws no samples") && said.contains("a run with `Checkpoints`"),
            "{said}"
        );

        std::fs::write(folder.path().join("samples"), "a file where the folder should be").unwrap();
        live.desk.order(|orders| orders.sample = true);
        round(&mut rehearsal, &mut live, Some(&mut pictures())).unwrap();
        assert!(messages(&live).contains("no picture written: "), "{}", messages(&live));
    }

    #[test]
    fn stopping_ends_a_pause_and_so_does_a_screen_that_goes() {
        let folder = Folder::new("live-stop");
        let (mut live, mut rehearsal) = (live(&folder), Rehearsal::of(Nobody));
        live.desk.order(|orders| (orders.pause, orders.stop) = (true, true));
        let signal = round(&mut rehearsal, &mut live, None).unwrap();
        assert_eq!(signal, Signal::Stop("asked to at the dashboard".to_owned()));

        let desk = Arc::clone(&live.desk);
        desk.order(|orders| (orders.pause, orders.stop) = (true, false));
        thread::scope(|scope| {
            scope.spawn(|| {
                while !desk.board().paused {
                    thread::sleep(Duration::from_millis(1));
                }
                drop(Closes(Arc::clone(&desk)));
            });
            assert_eq!(round(&mut rehearsal, &mut live, None).unwrap(), Signal::Continue);
        });
        assert!(live.is_over());
    }
}
