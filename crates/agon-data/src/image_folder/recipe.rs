use super::decode::Wish;
use super::picture::{Unusable, Window};
use crate::error::{Result, ensure};
use crate::random::{mix, stream};
use rand::Rng;

/// What the views of a run are drawn with.
const VIEW: u64 = 0x71e3;

/// What becomes of every image: one size, one number of channels, and how it is cut.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recipe {
    pub(crate) size: usize,
    pub(crate) channels: usize,
    pub(crate) fit: Fit,
    pub(crate) random_crop: bool,
    pub(crate) flip: bool,
    pub(crate) background: [u8; 3],
    pub(crate) largest: u64,
}

/// How an image is resized before it is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// Until the shorter side is so long; `None`: as long as the images of the batch.
    Shorter(Option<usize>),
    /// To the size of the images of the batch, whatever its shape.
    Stretch,
    /// Not at all.
    Original,
}

/// How one image is seen this time: mirrored or not, and from where to where it is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct View {
    pub(crate) mirrored: bool,
    /// Places between all to the left, or top, and all to the right, or bottom.
    place: Option<(u32, u32)>,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            size: 64,
            channels: 3,
            fit: Fit::Shorter(None),
            random_crop: false,
            flip: false,
            background: [255; 3],
            largest: 1 << 26,
        }
    }
}

impl Recipe {
    pub(crate) fn check(&self) -> Result<()> {
        let size = self.size;
        ensure(
            (1..=8192).contains(&size),
            "the size of images",
            "1 to 8192 pixels",
            size,
        )?;
        let usable = self.channels == 1 || self.channels == 3;
        ensure(usable, "the channels of images", "1 or 3", self.channels)?;
        match self.fit {
            Fit::Shorter(Some(side)) => ensure(
                (size..=8192).contains(&side),
                "the shorter side of resized images",
                &format!("{size}, the size of the images, to 8192 pixels"),
                side,
            ),
            _ => Ok(()),
        }
    }

    pub(crate) fn wish(&self) -> Wish {
        Wish {
            channels: self.channels,
            background: self.background,
            largest: self.largest,
        }
    }

    /// The most bytes that a file of an image of allowed size can sensibly have.
    pub(crate) fn largest_file(&self) -> u64 {
        self.largest.saturating_mul(8).saturating_add(1 << 24)
    }

    /// Width and height after resizing.
    pub(crate) fn resized(&self, width: usize, height: usize) -> Result<(usize, usize), Unusable> {
        let size = self.size;
        let shorter = match self.fit {
            Fit::Stretch => return Ok((size, size)),
            Fit::Original if width < size || height < size => {
                let expected = format!("at least {size} by {size} pixels, since images are not resized");
                return Err(Unusable::new(expected, format!("{width} by {height}")));
            }
            Fit::Original => return Ok((width, height)),
            Fit::Shorter(side) => side.unwrap_or(size),
        };
        let long = |long: usize, short: usize| (shorter as u64 * long as u64 / short.max(1) as u64) as usize;
        Ok(if width <= height {
            (shorter, long(height, width))
        } else {
            (long(width, height), shorter)
        })
    }

    /// How an item is seen with this seed.
    pub(crate) fn view(&self, item: u64, seed: u64) -> View {
        if !self.flip && !self.random_crop {
            return View::default();
        }
        let mut random = stream(mix(seed, VIEW), item);
        let (coin, x, y) = (random.next_u32(), random.next_u32(), random.next_u32());
        View {
            mirrored: self.flip && coin & 1 == 1,
            place: self.random_crop.then_some((x, y)),
        }
    }

    /// Which part of a resized image is seen.
    pub(crate) fn part(&self, (width, height): (usize, usize), view: View) -> Window {
        let (across, down) = (width.saturating_sub(self.size), height.saturating_sub(self.size));
        let at = |place: u32, room: usize| ((u64::from(place) * (room as u64 + 1)) >> 32) as usize;
        let (left, top) = match view.place {
            Some((x, y)) => (at(x, across), at(y, down)),
            None => (middle(across), middle(down)),
        };
        Window {
            left,
            top,
            width: self.size,
            height: self.size,
        }
    }
}

/// Half of it, halves rounded to the even number, as torchvision's `CenterCrop` does.
fn middle(room: usize) -> usize {
    let half = room / 2;
    half + usize::from(room % 2 == 1 && half % 2 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_side_decides() {
        let recipe = Recipe::default();
        assert_eq!(recipe.resized(256, 256).unwrap(), (64, 64));
        assert_eq!(recipe.resized(400, 300).unwrap(), (85, 64));
        assert_eq!(recipe.resized(300, 400).unwrap(), (64, 85));
        assert_eq!(recipe.resized(1, 3).unwrap(), (64, 192));
        let stretch = Recipe {
            fit: Fit::Stretch,
            ..Recipe::default()
        };
        assert_eq!(stretch.resized(400, 300).unwrap(), (64, 64));
        let original = Recipe {
            fit: Fit::Original,
            ..Recipe::default()
        };
        assert_eq!(original.resized(400, 64).unwrap(), (400, 64));
        assert!(original.resized(400, 63).is_err());
    }

    #[test]
    fn the_middle_is_that_of_torchvision() {
        // int(round(room / 2)) of Python.
        assert_eq!([0, 1, 2, 3, 4, 5, 21].map(middle), [0, 0, 1, 2, 2, 2, 10]);
    }

    #[test]
    fn views_follow_from_seed_and_item() {
        let recipe = Recipe {
            flip: true,
            random_crop: true,
            ..Recipe::default()
        };
        let views: Vec<View> = (0..1000).map(|item| recipe.view(item, 7)).collect();
        assert_eq!(views[3], recipe.view(3, 7));
        assert_ne!(views, (0..1000).map(|item| recipe.view(item, 8)).collect::<Vec<_>>());
        let mirrored = views.iter().filter(|view| view.mirrored).count();
        assert!((440..560).contains(&mirrored), "{mirrored}");
        let lefts: Vec<usize> = views.iter().map(|&view| recipe.part((67, 64), view).left).collect();
        for left in 0..=3 {
            let n = lefts.iter().filter(|&&l| l == left).count();
            assert!((190..310).contains(&n), "{n} at {left}");
        }
        let flip_only = Recipe {
            random_crop: false,
            ..recipe
        };
        assert!((0..1000).all(|item| flip_only.view(item, 7).mirrored == views[item as usize].mirrored));
    }
}
