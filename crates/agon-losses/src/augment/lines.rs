//! Whole rows and columns of images, each image's own.

use burn::prelude::{Int, Tensor};
use burn::tensor::TensorData;

/// Images whose columns are taken from elsewhere: `[batch * width]` numbers of columns, image by image.
pub(super) fn columns(images: Tensor<4>, sources: Vec<i64>) -> Tensor<4> {
    let [batch, _, _, width] = images.dims();
    look_up(images, 3, sources, [batch, 1, 1, width])
}

/// Images whose rows are taken from elsewhere: `[batch * height]` numbers of rows, image by image.
pub(super) fn rows(images: Tensor<4>, sources: Vec<i64>) -> Tensor<4> {
    let [batch, _, height, _] = images.dims();
    look_up(images, 2, sources, [batch, 1, height, 1])
}

fn look_up(images: Tensor<4>, dim: usize, sources: Vec<i64>, shape: [usize; 4]) -> Tensor<4> {
    let sources = Tensor::<4, Int>::from_data(TensorData::new(sources, shape), &images.device());
    let sources = sources.expand(images.dims());
    images.gather(dim, sources)
}

/// One number for each column of each image, in a shape that multiplies with them.
pub(super) fn by_column(values: Vec<f32>, images: &Tensor<4>) -> Tensor<4> {
    let [batch, _, _, width] = images.dims();
    beside(values, [batch, 1, 1, width], images)
}

/// One number for each row of each image.
pub(super) fn by_row(values: Vec<f32>, images: &Tensor<4>) -> Tensor<4> {
    let [batch, _, height, _] = images.dims();
    beside(values, [batch, 1, height, 1], images)
}

/// One number for each image.
pub(super) fn by_image(values: Vec<f32>, images: &Tensor<4>) -> Tensor<4> {
    beside(values, [images.dims()[0], 1, 1, 1], images)
}

/// Values of the images' kind, on the images' device.
pub(super) fn beside<const D: usize>(values: Vec<f32>, shape: [usize; D], images: &Tensor<4>) -> Tensor<D> {
    let values: Tensor<D> = Tensor::from_data(TensorData::new(values, shape), &images.device());
    values.cast(images.dtype())
}
