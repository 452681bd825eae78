/// What is added before and after a side so that the output has one element for every step: as burn has it, which knows
/// nothing of dilation here.
pub(crate) fn same(side: usize, kernel: usize, stride: usize) -> (usize, usize) {
    let steps = side.div_ceil(stride);
    let reach = (steps.max(1) - 1) * stride + kernel;
    let missing = if steps > 0 { reach.saturating_sub(side) } else { 0 };
    (missing / 2, missing - missing / 2)
}
