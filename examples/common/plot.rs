//! Curves in a frame, drawn into an image.

use agon::observe::Image;

/// Ink.
pub mod colours {
    /// Axes.
    pub const LIGHT: [u8; 3] = [205, 205, 205];
    /// What is given.
    pub const GREY: [u8; 3] = [110, 110, 110];
    /// What was learned.
    pub const RED: [u8; 3] = [214, 64, 38];
    /// What would be best.
    pub const BLUE: [u8; 3] = [40, 90, 190];
}

/// A part of an image that shows a part of the plane.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    /// Its upper left corner, in pixels.
    pub corner: [usize; 2],
    /// Its width and height, in pixels.
    pub size: [usize; 2],
    /// From which x to which.
    pub x: [f64; 2],
    /// From which y to which, upwards.
    pub y: [f64; 2],
}

impl Panel {
    /// Draws a frame and the axes, where they can be seen.
    pub fn axes(&self, image: &mut Image) {
        let ([left, right], [low, high]) = (self.x, self.y);
        let frame = [[left, low], [right, low], [right, high], [left, high], [left, low]];
        self.curve(image, &frame, colours::LIGHT);
        self.curve(image, &[[left, 0.0], [right, 0.0]], colours::LIGHT);
        self.curve(image, &[[0.0, low], [0.0, high]], colours::LIGHT);
    }

    /// Joins the points by straight lines; what lies outside is left out.
    pub fn curve(&self, image: &mut Image, points: &[[f64; 2]], colour: [u8; 3]) {
        for pair in points.windows(2) {
            let (a, b) = (self.place(pair[0]), self.place(pair[1]));
            let length = (b[0] - a[0]).hypot(b[1] - a[1]);
            if !length.is_finite() {
                continue;
            }
            let steps = (2.0 * length).clamp(1.0, 1e4).ceil();
            for i in 0..=steps as usize {
                let t = i as f64 / steps;
                self.ink(image, [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])], colour);
            }
        }
    }

    /// In pixels, from the panel's corner.
    fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let share = |v: f64, [low, high]: [f64; 2]| (v - low) / (high - low);
        let [width, height] = self.size.map(|side| side as f64 - 1.0);
        [share(x, self.x) * width, (1.0 - share(y, self.y)) * height]
    }

    fn ink(&self, image: &mut Image, place: [f64; 2], colour: [u8; 3]) {
        let [x, y] = place.map(f64::round);
        let inside = |v: f64, side: usize| v >= 0.0 && v < side as f64;
        if inside(x, self.size[0]) && inside(y, self.size[1]) {
            let (column, row) = (self.corner[0] + x as usize, self.corner[1] + y as usize);
            let start = (row * image.width + column) * 3;
            if let Some(pixel) = image.bytes.get_mut(start..start + 3) {
                pixel.copy_from_slice(&colour);
            }
        }
    }
}
