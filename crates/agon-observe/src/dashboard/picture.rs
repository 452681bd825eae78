//! Pictures in the cells of a terminal.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::colours::Colours;
use crate::Image;

/// The upper half of a cell in one colour, the lower in another: two square pixels.
const HALF: &str = "▀";
/// From dark to light, where there are no colours.
const SHADES: [&str; 5] = [" ", "░", "▒", "▓", "█"];

/// A pixel as red, green and blue; black where the image has none.
pub(super) fn pixel(image: &Image, x: usize, y: usize) -> [u8; 3] {
    let start = (y * image.width + x) * image.channels;
    let byte = |channel: usize| image.bytes.get(start + channel).copied().unwrap_or(0);
    match image.channels {
        0 => [0; 3],
        1 | 2 => [byte(0); 3],
        _ => [byte(0), byte(1), byte(2)],
    }
}

/// The size an image gets in a frame: as large as it fits, enlarged by whole numbers only.
pub(super) fn fitted(image: &Image, frame: (usize, usize)) -> (usize, usize) {
    let (width, height) = (image.width.max(1), image.height.max(1));
    let times = (frame.0 / width).min(frame.1 / height);
    if times > 0 {
        return (width * times, height * times);
    }
    let scale = (frame.0 as f64 / width as f64).min(frame.1 as f64 / height as f64);
    let side = |n: usize, most: usize| ((n as f64 * scale).round() as usize).clamp(1, most.max(1));
    (side(width, frame.0), side(height, frame.1))
}

/// The image at another size: each pixel the mean of what it covers.
pub(super) fn scaled(image: &Image, (width, height): (usize, usize)) -> Image {
    let mut result = Image::filled(width, height, &[0; 3]);
    let covers = |i: usize, from: usize, to: usize| {
        let start = i * from / to;
        start..((i + 1) * from).div_ceil(to).clamp(start + 1, from.max(start + 1))
    };
    for (y, row) in result.bytes.chunks_exact_mut((3 * width).max(1)).enumerate() {
        let rows = covers(y, image.height, height);
        for (x, out) in row.chunks_exact_mut(3).enumerate() {
            let columns = covers(x, image.width, width);
            let mut sum = [0_usize; 3];
            for (source_y, source_x) in rows.clone().flat_map(|y| columns.clone().map(move |x| (y, x))) {
                let pixel = pixel(image, source_x, source_y);
                sum.iter_mut()
                    .zip(pixel)
                    .for_each(|(sum, byte)| *sum += usize::from(byte));
            }
            let count = rows.len() * columns.len();
            out.iter_mut()
                .zip(sum)
                .for_each(|(out, sum)| *out = ((sum + count / 2) / count) as u8);
        }
    }
    result
}

/// The middle of `area`, of this size.
pub(super) fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

/// Draws an image, scaled to fit, into the middle of `area`: half blocks in colours, or shades without.
pub(super) fn draw(image: &Image, area: Rect, buffer: &mut Buffer, colours: Colours) {
    if area.is_empty() || image.width * image.height == 0 {
        return;
    }
    let size = fitted(image, (usize::from(area.width), 2 * usize::from(area.height)));
    let image = scaled(image, size);
    let place = centred(area, image.width as u16, image.height.div_ceil(2) as u16);
    for row in 0..place.height {
        for column in 0..place.width {
            let (x, y) = (usize::from(column), 2 * usize::from(row));
            let upper = pixel(&image, x, y);
            let lower = (y + 1 < image.height).then(|| pixel(&image, x, y + 1));
            let Some(cell) = buffer.cell_mut((place.x + column, place.y + row)) else {
                continue;
            };
            match colours {
                Colours::None => {
                    cell.set_symbol(shade(upper, lower.unwrap_or(upper)));
                }
                Colours::True | Colours::Few => {
                    let under = lower.map_or(Color::Reset, |lower| colours.of(lower));
                    cell.set_symbol(HALF)
                        .set_style(Style::new().fg(colours.of(upper)).bg(under));
                }
            }
        }
    }
}

fn shade(upper: [u8; 3], lower: [u8; 3]) -> &'static str {
    let light = |[r, g, b]: [u8; 3]| 299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b);
    let share = (light(upper) + light(lower)) as usize * SHADES.len() / (2 * 255_000 + 1);
    SHADES.get(share).copied().unwrap_or(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks() -> Image {
        let bytes = (0..8 * 8)
            .map(|i| if (i % 8 + i / 8) % 2 == 0 { 255 } else { 0 })
            .collect();
        Image {
            width: 8,
            height: 8,
            channels: 1,
            bytes,
        }
    }

    #[test]
    fn images_are_enlarged_by_whole_numbers_and_shrunk_to_fit() {
        let image = checks();
        assert_eq!(fitted(&image, (30, 20)), (16, 16));
        assert_eq!(fitted(&image, (8, 100)), (8, 8));
        assert_eq!(fitted(&image, (4, 100)), (4, 4));
        assert_eq!(fitted(&Image::filled(200, 10, &[0]), (20, 20)), (20, 1));
    }

    #[test]
    fn scaling_keeps_what_can_be_kept() {
        let image = checks();
        let large = scaled(&image, (16, 16));
        assert_eq!((pixel(&large, 1, 1), pixel(&large, 2, 1)), ([255; 3], [0; 3]));
        let small = scaled(&image, (4, 4));
        assert!(small.bytes.iter().all(|&byte| byte == 128));
        assert_eq!(
            pixel(&scaled(&Image::filled(3, 5, &[1, 2, 3]), (2, 2)), 1, 1),
            [1, 2, 3]
        );
    }

    #[test]
    fn half_blocks_show_two_pixels_each() {
        let image = Image {
            width: 2,
            height: 2,
            channels: 3,
            bytes: vec![255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9],
        };
        let area = Rect::new(0, 0, 4, 1);
        let mut buffer = Buffer::empty(area);
        draw(&image, area, &mut buffer, Colours::True);
        let cell = &buffer[(1, 0)];
        assert_eq!((cell.symbol(), cell.fg), ("▀", Color::Rgb(255, 0, 0)));
        assert_eq!(cell.bg, Color::Rgb(0, 0, 255));
        assert_eq!(buffer[(0, 0)].symbol(), " ", "it stands in the middle");
        draw(&image, area, &mut buffer, Colours::Few);
        assert_eq!(
            (buffer[(1, 0)].fg, buffer[(2, 0)].fg),
            (Color::Indexed(196), Color::Indexed(46))
        );
    }

    #[test]
    fn without_colours_there_are_shades() {
        let area = Rect::new(0, 0, 2, 1);
        let mut buffer = Buffer::empty(area);
        let image = Image {
            width: 2,
            height: 2,
            channels: 1,
            bytes: vec![255, 0, 255, 0],
        };
        draw(&image, area, &mut buffer, Colours::None);
        assert_eq!((buffer[(0, 0)].symbol(), buffer[(1, 0)].symbol()), ("█", " "));
        assert_eq!(buffer[(0, 0)].fg, Color::Reset);
    }

    #[test]
    fn images_that_lie_about_their_size_are_drawn_as_far_as_they_go() {
        let area = Rect::new(0, 0, 5, 3);
        let mut buffer = Buffer::empty(area);
        for image in [
            Image::filled(0, 4, &[1]),
            Image::filled(4, 4, &[]),
            Image {
                bytes: vec![7; 5],
                ..Image::filled(4, 4, &[0; 3])
            },
            Image::filled(1, 1_000, &[1, 2, 3, 4]),
        ] {
            draw(&image, area, &mut buffer, Colours::True);
        }
        draw(&checks(), Rect::ZERO, &mut buffer, Colours::True);
    }
}
