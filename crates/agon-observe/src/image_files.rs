use std::fs;
use std::path::{Path, PathBuf};

use agon_core::{Error, Result};
use burn::prelude::Tensor;

use crate::image::encode;
use crate::image_grid::single_images;

/// Writes images one by one as PNG files, `000000.png` and so on, into a folder which appears when it is whole, or
/// not at all.
///
/// They come some at a time, so that there are never more of them in memory. Gives how many there were. What reads
/// folders of images reads them: `open_images`, and the example `evaluate`.
///
/// # Shapes
/// A batch: `[n, 1, height, width]` (grey) or `[n, 3, height, width]` (red, green, blue), values in `[-1, 1]`; what
/// lies outside is clamped.
///
/// # Errors
/// If something is in the folder already, there are no images, they cannot be drawn, or cannot be written.
///
/// # Example
/// ```
/// use agon_observe::write_images;
/// use burn::prelude::{Device, Tensor};
///
/// # let place = std::env::temp_dir().join(format!("agon-doc-images-{}", std::process::id()));
/// let device = Device::default();
/// let batches = (0..3).map(|_| Tensor::<4>::zeros([8, 1, 28, 28], &device));
/// assert_eq!(write_images(place.join("generated"), batches)?, 24);
/// assert!(place.join("generated/000023.png").exists());
/// # std::fs::remove_dir_all(place).ok();
/// # Ok::<(), agon_core::Error>(())
/// ```
pub fn write_images(folder: impl AsRef<Path>, batches: impl IntoIterator<Item = Tensor<4>>) -> Result<usize> {
    let folder = folder.as_ref();
    refuse_what_is_there(folder)?;
    let partial = Partial::beside(folder)?;
    let mut written = 0;
    for batch in batches {
        for image in single_images(batch)? {
            let path = partial.0.join(format!("{written:06}.png"));
            fs::write(&path, encode(&image)?).map_err(|error| Error::io(&path, error))?;
            written += 1;
        }
    }
    if written == 0 {
        return Err(Error::config("the images to write", "at least one", 0));
    }
    // Where it is not allowed to take the place of an empty folder, that one has to go first.
    let _ = fs::remove_dir(folder);
    fs::rename(&partial.0, folder).map_err(|error| Error::io(folder, error))?;
    Ok(written)
}

/// Images of another run would be taken for some of this one.
fn refuse_what_is_there(folder: &Path) -> Result<()> {
    let expected = "none, or an empty one";
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::config(
            folder.display(),
            expected,
            "a folder with something in it",
        )),
        Err(_) if !folder.exists() => Ok(()),
        Err(error) => Err(Error::io(folder, error)),
    }
}

/// A hidden folder which goes unless it was given its name.
struct Partial(PathBuf);

impl Partial {
    fn beside(folder: &Path) -> Result<Self> {
        let Some(name) = folder.file_name() else {
            let got = folder.display();
            return Err(Error::config("the folder of images", "a path that ends in a name", got));
        };
        let name = format!(".{}.partial.{}", name.to_string_lossy(), std::process::id());
        let path = folder.with_file_name(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).map_err(|error| Error::io(&path, error))?;
        Ok(Self(path))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use burn::prelude::Device;

    use super::*;
    use crate::testing::Folder;

    fn grey(n: usize, value: f32) -> Tensor<4> {
        Tensor::full([n, 1, 3, 5], value, &Device::default())
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn images_are_numbered_over_all_batches_and_have_no_frame() {
        let folder = Folder::new("image-files");
        let to = folder.path().join("new/samples");
        assert_eq!(write_images(&to, [grey(2, -1.0), grey(1, 1.0)]).unwrap(), 3);
        assert_eq!(names(&to), ["000000.png", "000001.png", "000002.png"]);
        let reader = png::Decoder::new(std::io::BufReader::new(fs::File::open(to.join("000002.png")).unwrap()));
        let mut reader = reader.read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        assert_eq!((info.width, info.height), (5, 3));
        assert_eq!(bytes, [255; 15]);
    }

    #[test]
    fn what_is_there_already_is_neither_replaced_nor_mixed_with() {
        let folder = Folder::new("image-files-there");
        let to = folder.path().join("samples");
        fs::create_dir(&to).unwrap();
        write_images(&to, [grey(2, 0.0)]).unwrap();
        let error = write_images(&to, [grey(1, 0.0)]).unwrap_err().to_string();
        assert!(error.contains("samples") && error.contains("an empty one"), "{error}");
        assert_eq!(names(&to).len(), 2);
    }

    #[test]
    fn nothing_is_left_of_images_that_cannot_be_written() {
        let folder = Folder::new("image-files-failed");
        let to = folder.path().join("samples");
        let two_channels = grey(1, 0.0).repeat_dim(1, 2);
        assert!(write_images(&to, [grey(2, 0.0), two_channels]).is_err());
        assert!(write_images(&to, []).is_err());
        assert!(write_images(folder.path().join(".."), [grey(1, 0.0)]).is_err());
        assert!(names(folder.path()).is_empty());
    }
}
