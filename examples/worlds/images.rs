//! Sheets of worlds that are pictures already.

use agon::data::{Figure, Form, Projection, Solid, View};
use agon::observe::Image;
use agon::prelude::*;
use burn::tensor::TensorData;

/// Grey glyphs above coloured ones.
pub fn glyphs(seed: u64, device: &Device) -> Result<Image> {
    let grey = Glyphs::new().images(20, seed, device)?.repeat_dim(1, 3);
    let coloured = Glyphs::new().coloured().images(20, seed, device)?;
    image_grid(Tensor::cat(vec![grey, coloured], 0), 10)
}

/// The same ten scenes, two of each figure, in every look: filled and outlined by day, filled and outlined by
/// night, and in grey.
pub fn shapes(seed: u64, device: &Device) -> Result<Image> {
    let looks: [fn(Shapes) -> Shapes; 5] = [
        |shapes| shapes,
        Shapes::outlined,
        Shapes::by_night,
        |shapes| shapes.outlined().by_night(),
        Shapes::grey,
    ];
    let mut pictures = Vec::new();
    for look in looks {
        for (column, figure) in Figure::ALL.into_iter().enumerate() {
            let shapes = look(Shapes::new().size(48).figures(&[figure]));
            let images = shapes.images(2, seed + column as u64, device)?;
            let channels = images.dims()[1];
            pictures.push(images.repeat_dim(1, 3 / channels));
        }
    }
    image_grid(Tensor::cat(pictures, 0), 10)
}

/// A video of each figure in each row, every second frame.
pub fn moving(seed: u64, device: &Device) -> Result<Image> {
    let (videos, frames, size) = (Figure::ALL.len(), 24, 48);
    let mut all = Vec::new();
    for (row, figure) in Figure::ALL.into_iter().enumerate() {
        let moving = MovingShapes::new().size(size).frames(frames).figures(&[figure]);
        all.push(moving.videos(1, seed + row as u64, device)?);
    }
    // [videos, channels, frames, ..] to a row of frames for each video.
    let frames_first = Tensor::cat(all, 0)
        .swap_dims(1, 2)
        .reshape([videos, frames / 2, 2, 3, size, size]);
    let every_second = frames_first.narrow(2, 0, 1);
    image_grid(every_second.reshape([videos * frames / 2, 3, size, size]), frames / 2)
}

/// Two solids of each form in each row: lit from the left above, its silhouettes from the front, the left and
/// above, and its depth, the nearer the lighter.
pub fn solids(seed: u64, device: &Device) -> Result<Image> {
    let mut pictures = Vec::new();
    for (row, form) in Form::ALL.into_iter().enumerate() {
        let (world, seed) = (Solids::new().size(SIDE).forms(&[form]), seed + row as u64);
        let grids = world.voxels(2, seed, device)?.split(1, 0);
        for (solid, voxels) in world.solids(2, seed)?.iter().zip(grids) {
            pictures.push(lit(solid, device));
            for view in [View::Front, View::Left, View::Top] {
                pictures.push(Projection::Silhouette.of(voxels.clone(), view) * 2.0 - 1.0);
            }
            pictures.push(Projection::Depth.of(voxels, View::Front) * -2.0 + 1.0);
        }
    }
    image_grid(Tensor::cat(pictures, 0), 10)
}

/// Voxels and pixels along a side.
const SIDE: usize = 64;

/// The solid itself, under a lamp: rays go on by their distance to it until they are there.
fn lit(solid: &Solid, device: &Device) -> Tensor<4> {
    let lamp = [-0.48, -0.6, -0.64];
    let bright = |i: usize| {
        let place = |k: usize| (k as f32 + 0.5) / SIDE as f32;
        let mut at = [place(i % SIDE), place(i / SIDE), 0.0];
        let mut distance = solid.distance(at);
        while distance > 1e-4 && at[2] < 1.0 {
            at[2] += distance;
            distance = solid.distance(at);
        }
        if at[2] >= 1.0 {
            return -1.0;
        }
        // What faces the lamp is light: the slope of the distance points away from the surface.
        let toward = [0, 1, 2].map(|k| at[k] + 1e-3 * lamp[k]);
        let cosine = (solid.distance(toward) - distance) / 1e-3;
        2.0 * (0.2 + 0.8 * cosine.clamp(0.0, 1.0)) - 1.0
    };
    let values: Vec<f32> = (0..SIDE * SIDE).map(bright).collect();
    Tensor::from_data(TensorData::new(values, [1, 1, SIDE, SIDE]), device)
}
