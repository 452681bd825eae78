use super::super::phase::phases;

/// Along one side of an image, a filter in steps of one: which pixels its results come from, and where they belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Line {
    /// Results.
    pub count: usize,
    /// Tap `j` of result `i` reads pixel `first + step * (i + j)`; those that are not there are zero.
    pub first: isize,
    pub step: usize,
    /// The element of the kernel that is each tap's weight.
    pub taps: Vec<usize>,
    /// Result `i` belongs to pixel `to + apart * i`.
    pub to: usize,
    pub apart: usize,
}

impl Line {
    /// The filters whose sum is a convolution with `taps * stride` elements.
    pub(super) fn forward(output: usize, taps: usize, stride: usize, padding: usize) -> Vec<Self> {
        let phases = (0..stride).map(|phase| Self {
            count: output,
            first: phase as isize - padding as isize,
            step: stride,
            taps: (0..taps).map(|tap| tap * stride + phase).collect(),
            to: 0,
            apart: 1,
        });
        phases.collect()
    }

    /// The filters, each for some pixels of the input, which are its data gradient.
    pub(super) fn back(input: usize, taps: usize, stride: usize, padding: usize) -> Vec<Self> {
        let phases = phases(input, taps * stride, stride, padding, 1);
        let lines = phases.into_iter().map(|mut phase| {
            phase.taps.sort_by_key(|&(_, shift)| shift);
            Self {
                count: phase.count,
                first: phase.taps.first().map_or(0, |&(_, shift)| shift),
                step: 1,
                taps: phase.taps.iter().map(|&(tap, _)| tap).collect(),
                to: phase.first,
                apart: stride,
            }
        });
        lines.collect()
    }

    /// Pairs of results.
    pub(super) fn tiles(&self) -> usize {
        self.count.div_ceil(2)
    }

    /// The pixel at place `i` of a tile, of a side of so many.
    pub(super) fn pixel(&self, tile: usize, i: usize, side: usize) -> Option<usize> {
        let pixel = self.first + (self.step * (2 * tile + i)) as isize;
        usize::try_from(pixel).ok().filter(|&pixel| pixel < side)
    }

    /// Where result `i` of a tile belongs, if it is one.
    pub(super) fn place(&self, tile: usize, i: usize) -> Option<usize> {
        let result = 2 * tile + i;
        (result < self.count).then(|| self.to + self.apart * result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_of_four_in_steps_of_two_is_two_filters_of_two() {
        let [even, odd] = Line::forward(4, 2, 2, 1).try_into().unwrap();
        assert_eq!((even.first, odd.first, even.step), (-1, 0, 2));
        assert_eq!((even.taps, odd.taps), (vec![0, 2], vec![1, 3]));
        let [even, odd] = Line::back(8, 2, 2, 1).try_into().unwrap();
        assert_eq!((even.first, odd.first, even.step), (-1, 0, 1));
        assert_eq!((&even.taps, &odd.taps), (&vec![3, 1], &vec![2, 0]));
        assert_eq!(
            (even.pixel(0, 0, 4), even.pixel(0, 1, 4), even.pixel(2, 1, 4)),
            (None, Some(0), None)
        );
        assert_eq!((odd.place(1, 1), odd.place(2, 0)), (Some(7), None));
    }
}
