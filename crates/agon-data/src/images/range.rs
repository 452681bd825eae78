use crate::array::{Array, Element};
use crate::error::Result;

/// About so many numbers are looked at together.
const BLOCK: usize = 1 << 18;

/// The values of an array that become -1 and 1.
///
/// Where the type does not tell, the array is read once and its extremes decide.
pub(super) fn of(array: &Array) -> Result<[f32; 2]> {
    match array.element() {
        Element::U8 => return Ok([0.0, 255.0]),
        Element::U16 => return Ok([0.0, 65535.0]),
        Element::Bool => return Ok([0.0, 1.0]),
        _ => {}
    }
    let (low, high) = extremes(array)?;
    let known = [[0.0, 1.0], [-1.0, 1.0], [0.0, 255.0]];
    let fitting = known.into_iter().find(|&[least, most]| least <= low && high <= most);
    fitting.ok_or_else(|| {
        let expected = "values in [0, 1], [-1, 1] or [0, 255], or a range set by `ImageOptions::range`";
        array.error(expected, format!("values from {low} to {high}"))
    })
}

fn extremes(array: &Array) -> Result<(f32, f32)> {
    let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
    for items in array.blocks(BLOCK) {
        for value in array.floats(&items)? {
            if !value.is_finite() {
                return Err(array.error("finite values", value));
            }
            low = low.min(value);
            high = high.max(value);
        }
    }
    Ok(if low <= high { (low, high) } else { (0.0, 1.0) })
}
