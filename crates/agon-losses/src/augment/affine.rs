//! Affine maps of the plane, from places in a changed image to places in the image itself.

/// `(x, y) -> (a x + b y + c, d x + e y + f)`, in pixels, around the middle of the image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Affine(pub(super) [[f64; 3]; 2]);

impl Affine {
    pub(super) const IDENTITY: Self = Self([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);

    /// The image changed in this way, and what came of it in another.
    ///
    /// What lands somewhere comes from where `next` takes it from, and there from where `self` does.
    pub(super) fn then(self, next: Self) -> Self {
        let [x, y] = next.0;
        Self(self.0.map(|[a, b, c]| {
            let [p, q, r]: [f64; 3] = std::array::from_fn(|k| a * x[k] + b * y[k]);
            [p, q, r + c]
        }))
    }

    pub(super) fn mirrored() -> Self {
        Self([[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    }

    /// So many quarter turns.
    pub(super) fn quarters(turns: u8) -> Self {
        let [cos, sin] = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]][usize::from(turns % 4)];
        Self([[cos, -sin, 0.0], [sin, cos, 0.0]])
    }

    pub(super) fn rotated(angle: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        Self([[cos, -sin, 0.0], [sin, cos, 0.0]])
    }

    /// The image becomes so many times wider and higher.
    pub(super) fn scaled(x: f64, y: f64) -> Self {
        Self([[1.0 / x, 0.0, 0.0], [0.0, 1.0 / y, 0.0]])
    }

    /// The image moves by so many pixels.
    pub(super) fn moved(x: f64, y: f64) -> Self {
        Self([[1.0, 0.0, -x], [0.0, 1.0, -y]])
    }

    /// Whether pixels come from pixels, and not from between them.
    pub(super) fn is_whole(&self) -> bool {
        self.0.iter().flatten().all(|value| value.fract() == 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Affine;

    #[test]
    fn changes_follow_one_another() {
        // Moved by one to the right, then turned by a quarter: what is at (0, 1) came from (1, 0), then (0, 0).
        let both = Affine::moved(1.0, 0.0).then(Affine::quarters(3));
        let Affine([[a, b, c], [d, e, f]]) = both;
        let at = |x: f64, y: f64| (a * x + b * y + c, d * x + e * y + f);
        assert_eq!(at(0.0, 1.0), (0.0, 0.0));
        assert!(both.is_whole() && !Affine::rotated(0.3).is_whole());
        assert_eq!(Affine::mirrored().then(Affine::mirrored()), Affine::IDENTITY);
    }
}
