/// Along one side, the pixels of the input that see the same elements of the kernel.
///
/// Where the kernel steps by `stride`, every `stride`-th pixel of the input was multiplied by the same elements. For
/// those pixels the data gradient is a convolution of the output's gradient with these elements, in steps of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phase {
    /// The first of the pixels.
    pub first: usize,
    /// How many they are, `stride` apart.
    pub count: usize,
    /// Elements of the kernel, and which output they meet: that at `pixel + shift`, pixels counted from 0.
    pub taps: Vec<(usize, isize)>,
}

/// The phases of a side of the input.
pub(super) fn phases(input: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> Vec<Phase> {
    let phases = (0..stride.min(input)).map(|first| {
        let at = first + padding;
        let taps = (0..kernel).filter_map(|tap| {
            let distance = at as isize - (tap * dilation) as isize;
            let meets = distance.rem_euclid(stride as isize) == 0;
            meets.then(|| (tap, distance.div_euclid(stride as isize)))
        });
        Phase {
            first,
            count: (input - first).div_ceil(stride),
            taps: taps.collect(),
        }
    });
    phases.collect()
}

/// Zeros that all phases want before and after an output of this size.
pub(super) fn margins(phases: &[Phase], output: usize) -> [usize; 2] {
    let mut margins = [0, 0];
    for phase in phases {
        for &(_, shift) in &phase.taps {
            let last = phase.count as isize - 1 + shift;
            margins[0] = margins[0].max((-shift).max(0) as usize);
            margins[1] = margins[1].max((last - output as isize + 1).max(0) as usize);
        }
    }
    margins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_of_four_in_steps_of_two_has_two_phases_of_two() {
        let phases = phases(8, 4, 2, 1, 1);
        assert_eq!(phases[0].taps, [(1, 0), (3, -1)]);
        assert_eq!(phases[1].taps, [(0, 1), (2, 0)]);
        assert_eq!((phases[0].count, phases[1].first), (4, 1));
        assert_eq!(margins(&phases, 4), [1, 1]);
    }
}
