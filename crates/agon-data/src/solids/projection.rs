use burn::prelude::Tensor;

/// From where solids are looked at. From every side, what is higher is higher in the picture; from above, what
/// is farther from the front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// The grid as it lies in memory: away along the depth, rows downwards, columns to the right.
    Front,
    /// From the other side.
    Back,
    /// From the left of who looks from the front.
    Left,
    /// From the right.
    Right,
    /// From above.
    Top,
    /// From below.
    Bottom,
}

impl View {
    /// Every view.
    pub const ALL: [Self; 6] = [
        Self::Front,
        Self::Back,
        Self::Left,
        Self::Right,
        Self::Top,
        Self::Bottom,
    ];

    /// The grid turned so that this view becomes the one from the front.
    ///
    /// # Shapes
    /// `[size, channels, depth, height, width]`.
    pub fn turn(self, voxels: Tensor<5>) -> Tensor<5> {
        match self {
            Self::Front => voxels,
            Self::Back => voxels.flip([2, 4]),
            Self::Left => voxels.swap_dims(2, 4).flip([4]),
            Self::Right => voxels.swap_dims(2, 4).flip([2]),
            Self::Top => voxels.swap_dims(2, 3).flip([3]),
            Self::Bottom => voxels.swap_dims(2, 3).flip([2]),
        }
    }
}

/// A picture of voxels from one side, along parallel rays.
///
/// With `o_k` the occupancy of the k-th of `n` voxels along a ray, each stopping it with that probability, the
/// ray comes as far as voxel `k` with probability `c_k = prod_(j<k) (1 - o_j)`, and
///
/// ```text
/// silhouette = 1 - c_n,    depth = sum_k (k / n) o_k c_k + c_n
/// ```
///
/// Both are differentiable, so that they can stand between a generator of voxels and a discriminator of
/// pictures.
///
/// # Shapes
/// `[size, 1, depth, height, width]` of occupancies in `[0, 1]` to `[size, 1, rows, columns]` of values in
/// `[0, 1]`.
///
/// # Example
/// ```
/// use agon_data::{Projection, Solids, View};
/// use burn::prelude::Device;
///
/// let voxels = Solids::new().size(16).voxels(2, 7, &Device::default())?;
/// let shadow = Projection::Silhouette.of(voxels, View::Top);
/// assert_eq!(shadow.dims(), [2, 1, 16, 16]);
/// # Ok::<(), agon_data::Error>(())
/// ```
///
/// # References
/// Gadelha, Maji and Wang 2017, "3D Shape Induction from 2D Views of Multiple Objects", arXiv:1612.05872, has
/// `1 - exp(-sum o)` for the silhouette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Projection {
    /// Where rays are stopped: 1 is solid, 0 is empty.
    Silhouette,
    /// How far rays come: 0 is the near side of the cube, 1 its far side and all that is empty.
    Depth,
}

impl Projection {
    /// The picture of these voxels.
    pub fn of(self, voxels: Tensor<5>, view: View) -> Tensor<4> {
        let voxels = view.turn(voxels);
        let [size, channels, depth, height, width] = voxels.dims();
        let device = voxels.device();
        let mut clear = Tensor::<5>::ones([size, channels, 1, height, width], &device).cast(voxels.dtype());
        let mut far = clear.zeros_like();
        for k in 0..depth {
            let solid = voxels.clone().narrow(2, k, 1);
            let passed = clear.clone() * (solid.neg() + 1.0);
            far = far + (clear - passed.clone()) * (k as f64 / depth as f64);
            clear = passed;
        }
        let picture = match self {
            Self::Silhouette => clear.neg() + 1.0,
            Self::Depth => far + clear,
        };
        picture.reshape([size, channels, height, width])
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;
    use burn::tensor::TensorData;

    use super::*;

    /// A cube of side 3 with one full voxel on the left, on top, in front, and half a one behind the middle.
    fn corner() -> Tensor<5> {
        let mut values = vec![0.0; 27];
        values[0] = 1.0;
        values[2 * 9 + 3 + 1] = 0.5;
        Tensor::from_data(TensorData::new(values, [1, 1, 3, 3, 3]), &Device::default())
    }

    fn pixels(picture: Tensor<4>) -> Vec<f32> {
        picture.try_into_vec_as().unwrap()
    }

    #[test]
    fn views_look_from_where_they_say() {
        // Where the full voxel appears, row and column, and at which depth.
        for (view, at, depth) in [
            (View::Front, 0, 0.0),
            (View::Back, 2, 2.0 / 3.0),
            (View::Left, 2, 0.0),
            (View::Right, 0, 2.0 / 3.0),
            (View::Top, 6, 0.0),
            (View::Bottom, 0, 2.0 / 3.0),
        ] {
            let seen = pixels(Projection::Silhouette.of(corner(), view));
            let full = seen.iter().position(|&v| v == 1.0);
            assert_eq!(full, Some(at), "{view:?}: {seen:?}");
            let depths = pixels(Projection::Depth.of(corner(), view));
            assert!((depths[at] - depth).abs() < 1e-6, "{view:?}: {depths:?}");
            assert!((seen.iter().sum::<f32>() - 1.5).abs() < 1e-6);
        }
    }

    #[test]
    fn half_a_voxel_stops_half_of_the_rays() {
        let depths = pixels(Projection::Depth.of(corner(), View::Front));
        assert!((depths[4] - (0.5 * 2.0 / 3.0 + 0.5)).abs() < 1e-6);
        assert_eq!(depths[8], 1.0);
    }

    #[test]
    fn projections_have_gradients() {
        let device = Device::default().autodiff();
        let voxels = Tensor::<5>::full([1, 1, 3, 2, 2], 0.25, &device).require_grad();
        let gradients = Projection::Silhouette.of(voxels.clone(), View::Left).sum().backward();
        let found = voxels.grad(&gradients).unwrap().try_into_vec_as::<f32>().unwrap();
        // Two voxels on each ray along the width: the derivative is what the other one lets pass.
        assert!(found.iter().all(|&value| (value - 0.75).abs() < 1e-6), "{found:?}");
    }
}
