use std::ops::Range;

use agon_core::prior::Prior;
use agon_core::{Error, Generator, Result, random};
use burn::prelude::{Device, Tensor};

use super::codes::{Walk, analogy, between, matrix, mean, rows, same_shape};
use crate::{Image, image_grid};

/// The codes of a generator of images, to walk through.
///
/// Each picture is a grid of images; which codes it begins with follows from the seed. Images are made 64 at
/// a time, so that large grids take no more memory than small ones.
///
/// # Example
/// ```
/// use agon_observe::{Latent, latent::Walk};
/// # use agon_core::{Generator, prior::{Normal, Prior}};
/// # use burn::{module::{Module, Param}, prelude::{Device, Tensor}};
/// # #[derive(Module, Debug)]
/// # struct Stripes { scale: Param<Tensor<1>> }
/// # impl Generator for Stripes {
/// #     type Input = Tensor<2>;
/// #     type Output = Tensor<4>;
/// #     fn generate(&self, codes: Tensor<2>) -> Tensor<4> {
/// #         let [n, width] = codes.dims();
/// #         codes.reshape([n, 1, 1, width]).repeat_dim(2, 4).tanh()
/// #     }
/// #     fn prior(&self) -> Box<dyn Prior<Code = Tensor<2>>> {
/// #         Box::new(Normal::new(4))
/// #     }
/// # }
/// # let generator = Stripes { scale: Param::from_tensor(Tensor::ones([1], &Device::default())) };
/// let latent = Latent::of(&generator).seed(7);
/// let picture = latent.interpolation(3, 8, Walk::Spherical)?;
/// assert_eq!((picture.width, picture.height), (2 + 8 * (4 + 2), 2 + 3 * (4 + 2)));
/// # Ok::<(), agon_core::Error>(())
/// ```
pub struct Latent {
    generate: Box<dyn Fn(Tensor<2>) -> Tensor<4> + Send>,
    prior: Box<dyn Prior<Code = Tensor<2>>>,
    device: Device,
    seed: u64,
}

/// How codes are kept from going far out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truncation {
    /// `m + psi (z - m)`, `m` the mean of the prior: all samples drift towards the mean one.
    ///
    /// # References
    /// Karras, Laine and Aila 2019, arXiv:1812.04948 (there in the space of styles).
    Shrunk,
    /// Numbers further than the bound from zero are drawn again: for normal codes.
    ///
    /// # References
    /// Brock, Donahue and Simonyan 2019, arXiv:1809.11096.
    Redrawn,
}

/// Images that are made at once.
const BLOCK: usize = 64;
/// Codes that the mean of a prior is taken of.
const MEAN_OF: usize = 10_000;

impl Latent {
    /// The codes of this generator, as after training: no gradients, running statistics.
    pub fn of<G>(generator: &G) -> Self
    where
        G: Generator<Input = Tensor<2>, Output = Tensor<4>>,
    {
        let device = generator.devices().into_iter().next().unwrap_or_default().inner();
        let prior = generator.prior();
        let generator = generator.valid();
        Self::new(prior, &device, move |codes| generator.generate(codes))
    }

    /// Codes of this prior and what is made of them: for generators that take conditions too, with those held
    /// fast, or for codes which parts of a product are held fast in.
    pub fn new(
        prior: impl Prior<Code = Tensor<2>>,
        device: &Device,
        generate: impl Fn(Tensor<2>) -> Tensor<4> + Send + 'static,
    ) -> Self {
        Self {
            generate: Box::new(generate),
            prior: Box::new(prior),
            device: device.clone(),
            seed: 0,
        }
    }

    /// Draws other codes.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The first `n` codes.
    ///
    /// # Shapes
    /// `[n, width]`
    pub fn codes(&self, n: usize) -> Tensor<2> {
        self.prior.draw(n, &mut random::stream(self.seed, 0), &self.device)
    }

    /// The images of codes.
    ///
    /// # Errors
    /// If there are no codes.
    pub fn images(&self, codes: &Tensor<2>) -> Result<Tensor<4>> {
        let [n, _] = codes.dims();
        positive("the codes of a picture", n)?;
        let blocks = (0..n).step_by(BLOCK);
        let images = blocks.map(|from| (self.generate)(codes.clone().narrow(0, from, BLOCK.min(n - from))));
        Ok(Tensor::cat(images.collect(), 0))
    }

    /// A grid of the images of codes.
    ///
    /// # Errors
    /// If there are no codes or no columns, or the images cannot be drawn.
    pub fn grid(&self, codes: &Tensor<2>, columns: usize) -> Result<Image> {
        image_grid(self.images(codes)?, columns)
    }

    /// Rows of `columns` images on the way from one code to another.
    ///
    /// # Errors
    /// If there are no rows or fewer than two columns, or the images cannot be drawn.
    pub fn interpolation(&self, rows: usize, columns: usize, walk: Walk) -> Result<Image> {
        positive("the rows of an interpolation", rows)?;
        let codes = self.codes(2 * rows);
        let (from, to) = (codes.clone().narrow(0, 0, rows), codes.narrow(0, rows, rows));
        self.grid(&between(&from, &to, columns, walk)?, columns)
    }

    /// What [`analogy`] makes of three groups of codes: `a - b + c`.
    ///
    /// Three rows show the codes of `a`, `b` and `c`, each with its mean at the right. The fourth shows what the
    /// difference does to each code of `c` by itself, `mean(a) - mean(b) + c`, and the result at the right.
    ///
    /// # Errors
    /// If the groups are not equally large, or the images cannot be drawn.
    pub fn arithmetic(&self, a: &Tensor<2>, b: &Tensor<2>, c: &Tensor<2>) -> Result<Image> {
        same_shape(a, b)?;
        same_shape(a, c)?;
        let [n, _] = a.dims();
        positive("the codes of each group", n)?;
        let each = mean(a) - mean(b) + c.clone();
        let rows = [a, b, c].map(|group| [group.clone(), mean(group)]);
        let codes = rows.into_iter().flatten().chain([each, analogy(a, b, c)]).collect();
        self.grid(&Tensor::cat(codes, 0), n + 1)
    }

    /// The same `rows` codes under ever weaker truncation, one column for each of `bounds`.
    ///
    /// # Errors
    /// If there are no rows, no bounds, or a bound that is negative or no number, or the images cannot be
    /// drawn.
    pub fn truncation(&self, rows: usize, bounds: &[f32], truncation: Truncation) -> Result<Image> {
        if let Some(bound) = bounds.iter().find(|bound| !bound.is_finite() || **bound < 0.0) {
            return Err(Error::config("the bound of a truncation", "a number from 0 on", bound));
        }
        let all = self.codes(rows);
        let codes = match truncation {
            Truncation::Shrunk => self.shrunk(&all, bounds)?,
            Truncation::Redrawn => self.redrawn(&all, bounds)?,
        };
        self.grid(&codes, bounds.len())
    }

    /// `rows` codes, in which one number takes these values: one column for each.
    ///
    /// # Errors
    /// If codes have no such coordinate, there are no rows or no values, or the images cannot be drawn.
    pub fn traversal(&self, rows: usize, coordinate: usize, values: &[f32]) -> Result<Image> {
        let codes = self.varied(
            rows,
            coordinate..coordinate.saturating_add(1),
            values.len(),
            |part, column| {
                part.fill(values[column]);
            },
        )?;
        self.grid(&codes, values.len())
    }

    /// The first code, in which one number takes these values: one row for each of the coordinates.
    ///
    /// # Errors
    /// As [`traversal`](Self::traversal).
    pub fn traversals(&self, coordinates: &[usize], values: &[f32]) -> Result<Image> {
        let row = |&coordinate: &usize| {
            self.varied(
                1,
                coordinate..coordinate.saturating_add(1),
                values.len(),
                |part, column| {
                    part.fill(values[column]);
                },
            )
        };
        let codes = coordinates.iter().map(row).collect::<Result<Vec<_>>>()?;
        positive("the coordinates of a traversal", codes.len())?;
        self.grid(&Tensor::cat(codes, 0), values.len())
    }

    /// `rows` codes, in which a one-hot part (of a product of priors) takes each of its categories: one
    /// column for each.
    ///
    /// # Errors
    /// If codes have no such part, there are no rows, or the images cannot be drawn.
    ///
    /// # Example
    /// ```no_run
    /// # fn example(latent: agon_observe::Latent) -> agon_core::Result<()> {
    /// // InfoGAN's code for digits: 62 of noise, then ten categories, then two continuous factors.
    /// let by_category = latent.categories(8, 62..72)?;
    /// let by_slant = latent.traversal(8, 72, &[-2.0, -1.0, 0.0, 1.0, 2.0])?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn categories(&self, rows: usize, part: Range<usize>) -> Result<Image> {
        let columns = part.len();
        let codes = self.varied(rows, part, columns, |part, column| {
            part.fill(0.0);
            part[column] = 1.0;
        })?;
        self.grid(&codes, columns)
    }

    /// The first codes, each repeated with a part of it changed: once per column.
    fn varied(
        &self,
        n: usize,
        part: Range<usize>,
        columns: usize,
        change: impl Fn(&mut [f32], usize),
    ) -> Result<Tensor<2>> {
        let codes = self.codes(n);
        let [_, width] = codes.dims();
        if part.is_empty() || part.end > width {
            let expected = format!("one within 0..{width}");
            return Err(Error::config("the part of a code", expected, format!("{part:?}")));
        }
        let mut all = Vec::with_capacity(n * columns);
        for code in rows(&codes)? {
            for column in 0..columns {
                let mut code = code.clone();
                change(&mut code[part.clone()], column);
                all.push(code);
            }
        }
        Ok(matrix(all, &codes))
    }

    fn shrunk(&self, codes: &Tensor<2>, bounds: &[f32]) -> Result<Tensor<2>> {
        let drawn = self
            .prior
            .draw(MEAN_OF, &mut random::stream(self.seed, 2), &self.device);
        let centre = rows(&mean(&drawn))?.concat();
        let codes_on_host = rows(codes)?;
        let columns = codes_on_host
            .iter()
            .flat_map(|code| bounds.iter().map(|&psi| super::linear(&centre, code, f64::from(psi))));
        Ok(matrix(columns.collect(), codes))
    }

    fn redrawn(&self, codes: &Tensor<2>, bounds: &[f32]) -> Result<Tensor<2>> {
        let [_, width] = codes.dims();
        let mut all = Vec::new();
        for (row, code) in rows(codes)?.into_iter().enumerate() {
            for &bound in bounds {
                let mut random = random::stream(self.seed, 3 + row as u64);
                let prior = agon_core::prior::TruncatedNormal::new(width, bound);
                let fresh = rows(&prior.draw(1, &mut random, &self.device))?.concat();
                let kept = code.iter().zip(fresh);
                all.push(
                    kept.map(|(&old, new)| if old.abs() > bound { new } else { old })
                        .collect(),
                );
            }
        }
        Ok(matrix(all, codes))
    }
}

/// Samples by class: one row for each code, one column for each class.
///
/// `generate` makes one image per code, all of the class that it is given by number.
///
/// # Shapes
/// `codes`: `[rows, width]`; what is made of them: `[rows, channels, height, width]`.
///
/// # Errors
/// If there are no codes or no classes, or the images cannot be drawn.
///
/// # Example
/// ```
/// use agon_observe::latent::class_grid;
/// use burn::prelude::{Device, Tensor};
///
/// let codes = Tensor::<2>::zeros([2, 4], &Device::default());
/// let image = class_grid(&codes, 3, |codes, class| {
///     Tensor::full([codes.dims()[0], 1, 5, 5], class as f32, &codes.device())
/// })?;
/// assert_eq!((image.width, image.height), (2 + 3 * 7, 2 + 2 * 7));
/// # Ok::<(), agon_core::Error>(())
/// ```
pub fn class_grid(
    codes: &Tensor<2>,
    classes: usize,
    generate: impl Fn(Tensor<2>, usize) -> Tensor<4>,
) -> Result<Image> {
    let [n, _] = codes.dims();
    if n == 0 || classes == 0 {
        let got = format!("{n} codes, {classes} classes");
        return Err(Error::config(
            "samples by class",
            "at least one code and one class",
            got,
        ));
    }
    let columns: Vec<_> = (0..classes).map(|class| generate(codes.clone(), class)).collect();
    let rows = (0..n).flat_map(|row| columns.iter().map(move |images| images.clone().narrow(0, row, 1)));
    image_grid(Tensor::cat(rows.collect(), 0), classes)
}

fn positive(what: &str, n: usize) -> Result<()> {
    match n {
        0 => Err(Error::config(what, "at least one", 0)),
        _ => Ok(()),
    }
}

impl std::fmt::Debug for Latent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Latent")
            .field("prior", &self.prior)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use agon_core::prior::{Categorical, Normal, Product};

    use super::*;

    /// Each image is its code: one grey pixel per number, which stands as it is.
    fn mirror(prior: impl Prior<Code = Tensor<2>>) -> Latent {
        Latent::new(prior, &Device::default(), |codes| {
            let [n, width] = codes.dims();
            codes.reshape([n, 1, 1, width])
        })
    }

    /// The pixel in the middle of an image of one row of `width` numbers.
    fn pixel(image: &Image, row: usize, column: usize, at: usize, width: usize) -> u8 {
        image.bytes[(2 + row * 3) * image.width + 2 + column * (width + 2) + at]
    }

    #[test]
    fn one_number_changes_and_the_others_stay() {
        let latent = mirror(Normal::new(3)).seed(4);
        let image = latent.traversal(2, 1, &[-1.0, 0.0, 1.0]).unwrap();
        for row in 0..2 {
            assert_eq!([0, 1, 2].map(|column| pixel(&image, row, column, 1, 3)), [0, 128, 255]);
            for at in [0, 2] {
                let others = [0, 1, 2].map(|column| pixel(&image, row, column, at, 3));
                assert!(others.iter().all(|&other| other == others[0]));
            }
        }
        let image = latent.traversals(&[0, 2], &[-1.0, 1.0]).unwrap();
        assert_eq!([pixel(&image, 0, 0, 0, 3), pixel(&image, 0, 1, 0, 3)], [0, 255]);
        assert_eq!([pixel(&image, 1, 0, 2, 3), pixel(&image, 1, 1, 2, 3)], [0, 255]);
        assert!(latent.traversal(2, 3, &[0.0]).is_err());
        assert!(latent.traversal(0, 1, &[0.0]).is_err());
        assert!(latent.traversals(&[], &[0.0]).is_err());
    }

    #[test]
    fn every_category_has_a_column() {
        let latent = mirror(Product::of(Normal::new(2)).and(Categorical::new(3)));
        let image = latent.categories(2, 2..5).unwrap();
        for (row, column) in (0..2).flat_map(|row| (0..3).map(move |column| (row, column))) {
            let hot = [2, 3, 4].map(|at| pixel(&image, row, column, at, 5));
            let mut expected = [128; 3];
            expected[column] = 255;
            assert_eq!(hot, expected);
        }
        assert!(latent.categories(2, 3..6).is_err() && latent.categories(2, 2..2).is_err());
    }

    #[test]
    fn truncated_codes_stay_inside() {
        let latent = mirror(Normal::new(16)).seed(1);
        let codes = latent.codes(5);
        let largest = |codes: &Tensor<2>, column: usize| {
            let rows = rows(codes).unwrap();
            let own = rows.iter().skip(column).step_by(3).flatten();
            own.fold(0.0f32, |most, x| most.max(x.abs()))
        };
        let redrawn = latent.redrawn(&codes, &[0.1, 0.5, 9.0]).unwrap();
        assert!(largest(&redrawn, 0) <= 0.1 && largest(&redrawn, 1) <= 0.5);
        let shrunk = latent.shrunk(&codes, &[0.0, 0.5, 1.0]).unwrap();
        assert!(largest(&shrunk, 0) < 0.05, "the mean of a normal code is zero");
        for codes_of in [&redrawn, &shrunk] {
            let last: Vec<_> = rows(codes_of).unwrap().into_iter().skip(2).step_by(3).collect();
            assert_eq!(
                last,
                rows(&codes).unwrap(),
                "the last column is the code as it was drawn"
            );
        }
        assert!(latent.truncation(2, &[-1.0], Truncation::Shrunk).is_err());
        assert!(latent.truncation(2, &[], Truncation::Redrawn).is_err());
    }

    #[test]
    fn sums_and_their_parts_stand_in_rows() {
        let latent = mirror(Normal::new(2));
        let code = |value: f32| Tensor::<2>::full([2, 2], value, &Device::default());
        let image = latent.arithmetic(&code(0.5), &code(0.25), &code(-0.25)).unwrap();
        for column in 0..3 {
            let grey = [0, 1, 2, 3].map(|row| pixel(&image, row, column, 0, 2));
            assert_eq!(grey, [191, 159, 96, 128]);
        }
        assert!(
            latent
                .arithmetic(&code(0.0), &code(0.0), &code(0.0).narrow(0, 0, 1))
                .is_err()
        );
    }

    #[test]
    fn large_grids_are_made_in_blocks() {
        let latent = Latent::new(Normal::new(2), &Device::default(), |codes| {
            assert!(codes.dims()[0] <= BLOCK);
            codes.reshape([-1, 1, 1, 2])
        });
        let (codes, whole) = (latent.codes(150), latent.images(&latent.codes(150)).unwrap());
        assert_eq!(whole.reshape([150, 2]).into_data(), codes.into_data());
        assert!(latent.interpolation(0, 4, Walk::Linear).is_err());
    }
}
