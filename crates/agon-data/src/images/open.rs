use std::path::{Path, PathBuf};

use super::recognise::{Found, recognise};
use super::{ImageOptions, Images};
use crate::array::{Array, Arrays, Labels};
use crate::error::{Error, Result};

/// The images at a path, whatever is there: a folder of images, an IDX file (plain or packed by gzip), a
/// binary file or the folder of CIFAR-10 or CIFAR-100, a folder with the files of MNIST, `.npy`, `.npz` or
/// safetensors. It is recognised by its content, not by its name.
///
/// # Errors
/// If there is nothing, nothing that is understood, or something damaged.
///
/// # Example
/// ```
/// use agon_data::{Dataset, ImageOptions, open_images};
/// use burn::prelude::Device;
///
/// # let path = std::env::temp_dir().join(format!("agon-open-{}.idx", std::process::id()));
/// // Two images of 2 by 2 pixels, as IDX has them.
/// std::fs::write(&path, [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 85, 170, 255, 9, 9, 9, 9]).unwrap();
/// let images = open_images(&path, &ImageOptions::new().channels(3).size(4))?;
/// assert_eq!((images.len(), images.shape()), (2, [3, 4, 4]));
/// assert_eq!(images.gather(&[0], 7, &Device::default())?.dims(), [1, 3, 4, 4]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), agon_data::Error>(())
/// ```
pub fn open_images(path: impl AsRef<Path>, options: &ImageOptions) -> Result<Images> {
    let path = path.as_ref();
    options.check()?;
    match recognise(path, options.split)? {
        Found::Idx(file) => Array::idx(file)?.images(options),
        Found::Npy => Array::npy(path)?.images(options),
        Found::Cifar(cifar, files) => Ok(cifar.open(files, options)?.0),
        Found::Arrays => {
            let arrays = Arrays::open(path)?;
            arrays.get(&images_in(&arrays, options)?)?.images(options)
        }
        Found::Folder => Err(Error::file(path, "a file", "a folder")),
    }
}

/// As [`open_images`], with a label for each: of an IDX file those of the file beside it (`labels` for
/// `images` in its name, `idx1` for `idx3`), of an `.npz` or a safetensors file the array of whole numbers
/// that is as long, of CIFAR-100 the fine ones.
///
/// # Errors
/// As [`open_images`], and if there are no labels.
pub fn open_labelled_images(path: impl AsRef<Path>, options: &ImageOptions) -> Result<(Images, Labels)> {
    let path = path.as_ref();
    options.check()?;
    let (images, labels) = match recognise(path, options.split)? {
        Found::Idx(file) => {
            let labels = Array::idx(labels_beside(&file)?)?.labels()?;
            (Array::idx(file)?.images(options)?, labels)
        }
        Found::Cifar(cifar, files) => cifar.open(files, options)?,
        Found::Arrays => {
            let arrays = Arrays::open(path)?;
            let name = images_in(&arrays, options)?;
            let labels = arrays.get(&labels_in(&arrays, &name, options)?)?.labels()?;
            (arrays.get(&name)?.images(options)?, labels)
        }
        Found::Npy => {
            return Err(Error::file(
                path,
                "images with labels",
                "one array: open the labels by themselves",
            ));
        }
        Found::Folder => return Err(Error::file(path, "a file", "a folder")),
    };
    if images.len() == labels.len() {
        return Ok((images, labels));
    }
    Err(Error::file(path, format!("{} labels", images.len()), labels.len()))
}

/// `train-labels-idx1-ubyte` for `train-images-idx3-ubyte`, packed or not.
fn labels_beside(images: &Path) -> Result<PathBuf> {
    let name = images.file_name().unwrap_or_default().to_string_lossy();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let labels = plain
        .replace("images", "labels")
        .replace("idx3", "idx1")
        .replace("idx4", "idx1");
    let beside = [labels.clone(), format!("{labels}.gz")].map(|name| images.with_file_name(name));
    let found = beside.iter().find(|path| labels != plain && path.is_file());
    found.cloned().ok_or_else(|| {
        let expected = format!("its labels beside it, in a file named like `{labels}`");
        Error::file(images, expected, "none")
    })
}

/// The only array that has the shape of images, or the one that was named.
fn images_in(arrays: &Arrays, options: &ImageOptions) -> Result<String> {
    let fits = |shape: &[usize]| matches!(shape.len(), 3 | 4);
    only(arrays, options.array.as_ref(), fits).ok_or_else(|| {
        arrays.error(
            "one array of images, or its name by `ImageOptions::array`",
            arrays.list(),
        )
    })
}

/// The only array of as many single numbers, or the one that was named.
fn labels_in(arrays: &Arrays, images: &str, options: &ImageOptions) -> Result<String> {
    let items = arrays.shapes().find(|(name, _)| *name == images);
    let items = items.and_then(|(_, shape)| shape.first().copied());
    let fits = |shape: &[usize]| {
        shape.first().copied() == items && shape.iter().skip(1).product::<usize>() == 1 && shape.len() <= 2
    };
    only(arrays, options.labels.as_ref(), fits).ok_or_else(|| {
        arrays.error(
            "one array of labels, or its name by `ImageOptions::labels`",
            arrays.list(),
        )
    })
}

fn only(arrays: &Arrays, named: Option<&String>, fits: impl Fn(&[usize]) -> bool) -> Option<String> {
    if let Some(name) = named {
        return Some(name.clone());
    }
    let mut fitting = arrays.shapes().filter(|(_, shape)| fits(shape));
    match (fitting.next(), fitting.next()) {
        (Some((name, _)), None) => Some(name.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::testing::Folder;
    use crate::{Cifar, Split};

    const IMAGES: [u8; 24] = [
        0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 85, 170, 255, 9, 9, 9, 9,
    ];
    const LABELS: [u8; 10] = [0, 0, 8, 1, 0, 0, 0, 2, 4, 7];

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn labels_of(path: &Path, options: &ImageOptions) -> Vec<i64> {
        let (images, labels) = open_labelled_images(path, options).unwrap();
        assert_eq!(images.len(), labels.len());
        labels.of(&(0..labels.len() as u64).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn idx_finds_its_labels_packed_or_not() {
        let folder = Folder::new();
        let options = ImageOptions::new();
        let path = folder.write("train-images-idx3-ubyte", &IMAGES);
        let error = open_labelled_images(&path, &options).unwrap_err().to_string();
        assert!(error.contains("train-labels-idx1-ubyte"), "{error}");
        folder.write("train-labels-idx1-ubyte.gz", &gzip(&LABELS));
        assert_eq!(labels_of(&path, &options), [4, 7]);
        // The folder will do as well, and so will another name.
        assert_eq!(labels_of(folder.path(), &options), [4, 7]);
        let other = folder.write("other", &gzip(&IMAGES));
        assert_eq!(open_images(other, &options).unwrap().shape(), [1, 2, 2]);
    }

    #[test]
    fn the_folders_of_cifar_are_known() {
        let folder = Folder::new();
        for name in Cifar::Ten.files(Split::Train) {
            folder.write(&format!("cifar-10-batches-bin/{name}"), &vec![3; 3073]);
        }
        folder.write("cifar-10-batches-bin/test_batch.bin", &vec![5; 2 * 3073]);
        assert_eq!(labels_of(folder.path(), &ImageOptions::new()), [3; 5]);
        let test = ImageOptions::new().split(Split::Test);
        assert_eq!(labels_of(&folder.path().join("cifar-10-batches-bin"), &test), [5; 2]);
        let alone = folder.path().join("cifar-10-batches-bin/test_batch.bin");
        assert_eq!(labels_of(&alone, &ImageOptions::new()), [5; 2]);
        let hundred = folder.write("train.bin", &vec![15; 3 * 3074]);
        assert_eq!(labels_of(&hundred, &ImageOptions::new()), [15; 3]);
    }

    #[test]
    fn arrays_are_chosen_by_shape_or_name() {
        let folder = Folder::new();
        let path = folder.write("a.npz", include_bytes!("../../fixtures/stored.npz"));
        let error = open_images(&path, &ImageOptions::new()).unwrap_err().to_string();
        assert!(
            error.contains("ImageOptions::array") && error.contains("u1 [2, 3, 4]"),
            "{error}"
        );
        let named = ImageOptions::new().array("u1").size(8).channels(3);
        assert_eq!(open_images(&path, &named).unwrap().shape(), [3, 8, 8]);
        let path = folder.write("a.npy", include_bytes!("../../fixtures/version2.npy"));
        assert_eq!(open_images(&path, &ImageOptions::new()).unwrap().shape(), [1, 3, 4]);
        assert!(open_labelled_images(&path, &ImageOptions::new()).is_err());
    }

    #[test]
    fn pairs_in_one_file() {
        use safetensors::{Dtype, tensor::TensorView};
        let folder = Folder::new();
        let images = TensorView::new(Dtype::U8, vec![2, 2, 2], &IMAGES[16..]).unwrap();
        let labels = TensorView::new(Dtype::U8, vec![2, 1], &[4, 7]).unwrap();
        let other = TensorView::new(Dtype::U8, vec![3], &[1, 2, 3]).unwrap();
        let tensors = [("x", images), ("y", labels), ("z", other)];
        let path = folder.write("a.bin", &safetensors::serialize(tensors, None).unwrap());
        assert_eq!(labels_of(&path, &ImageOptions::new()), [4, 7]);
        assert!(open_labelled_images(&path, &ImageOptions::new().labels("z")).is_err());
    }

    #[test]
    fn what_is_not_understood_is_told_what_is() {
        let folder = Folder::new();
        for (name, content) in [("a.txt", &b"hello"[..]), ("empty", b""), ("b.gz", &gzip(b"hello"))] {
            let path = folder.write(name, content);
            let error = open_images(&path, &ImageOptions::new()).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(".npz"), "{error}");
        }
        let missing = folder.path().join("missing");
        assert!(matches!(
            open_images(missing, &ImageOptions::new()),
            Err(Error::Io { .. })
        ));
    }
}
