use burn::prelude::{Int, Tensor};

/// A batch of what is judged: images, points, sequences, or tuples of them.
///
/// The engine sees it as a matrix with one row per member, which is all that interpolation, noise and
/// gradient penalties need. Parts that are not differentiable (labels, say) ride along.
///
/// # Shapes
/// `rows`: `[batch, features]`.
pub trait Sample: Clone + Send + 'static {
    /// The differentiable content, one row per member of the batch.
    fn rows(&self) -> Tensor<2>;

    /// The same batch with other content.
    fn with_rows(&self, rows: Tensor<2>) -> Self;

    /// The same values, cut off from whatever produced them.
    fn detached(&self) -> Self {
        self.with_rows(self.rows().detach())
    }

    /// How many members the batch has.
    fn size(&self) -> usize {
        self.rows().dims()[0]
    }

    /// The shape of each member, as far as it is content.
    fn member_shape(&self) -> Vec<usize> {
        self.rows().dims()[1..].to_vec()
    }
}

impl<const D: usize> Sample for Tensor<D> {
    fn rows(&self) -> Tensor<2> {
        let batch = self.dims()[0];
        self.clone().reshape([batch as i64, -1])
    }

    fn with_rows(&self, rows: Tensor<2>) -> Self {
        rows.reshape(self.dims())
    }

    fn detached(&self) -> Self {
        self.clone().detach()
    }

    fn size(&self) -> usize {
        self.dims()[0]
    }

    fn member_shape(&self) -> Vec<usize> {
        self.dims()[1..].to_vec()
    }
}

/// Whole numbers (tokens, labels): their rows are their values, and nothing can be differentiated.
impl<const D: usize> Sample for Tensor<D, Int> {
    fn rows(&self) -> Tensor<2> {
        let batch = self.dims()[0];
        self.clone().float().reshape([batch as i64, -1])
    }

    fn with_rows(&self, rows: Tensor<2>) -> Self {
        rows.int().reshape(self.dims())
    }

    fn detached(&self) -> Self {
        self.clone()
    }

    fn size(&self) -> usize {
        self.dims()[0]
    }

    fn member_shape(&self) -> Vec<usize> {
        self.dims()[1..].to_vec()
    }
}

impl<A: Sample, B: Sample> Sample for (A, B) {
    fn rows(&self) -> Tensor<2> {
        Tensor::cat(vec![self.0.rows(), self.1.rows()], 1)
    }

    fn with_rows(&self, rows: Tensor<2>) -> Self {
        let width = self.0.rows().dims()[1];
        let whole = rows.dims()[1];
        let left = rows.clone().narrow(1, 0, width);
        let right = rows.narrow(1, width, whole - width);
        (self.0.with_rows(left), self.1.with_rows(right))
    }

    fn detached(&self) -> Self {
        (self.0.detached(), self.1.detached())
    }

    fn size(&self) -> usize {
        self.0.size()
    }

    fn member_shape(&self) -> Vec<usize> {
        [self.0.member_shape(), self.1.member_shape()].concat()
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;

    #[test]
    fn whole_numbers_come_back_from_their_rows() {
        let tokens = Tensor::<2, Int>::from_data([[4999, 0, 3], [7, 65_535, 1]], &Device::default());
        let again = tokens.with_rows(tokens.rows());
        again.into_data().assert_eq(&tokens.detached().into_data(), true);
        assert_eq!(tokens.size(), 2);
    }
}
