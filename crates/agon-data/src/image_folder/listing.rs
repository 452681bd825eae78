use std::collections::HashSet;
use std::fs::{File, Metadata, canonicalize, metadata, read_dir};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{Error, Result};

/// The endings of the names of images, in any case.
const ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "jfif", "webp", "bmp"];

/// The images of a folder, by path, and which class each is of.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) root: PathBuf,
    pub(crate) images: Vec<Listed>,
    pub(crate) classes: Vec<String>,
    /// The first of the images that are in none.
    pub(crate) loose: Option<usize>,
    /// How many other files, hidden files and folders, and folders seen before there are.
    pub(crate) ignored: u64,
}

/// One of its images.
#[derive(Debug)]
pub(crate) struct Listed {
    /// The path below the root.
    path: Box<Path>,
    /// The folder below the root that it is in, if it is in any.
    pub(crate) class: Option<u32>,
    pub(crate) stamp: Stamp,
}

/// What tells a file from what it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) bytes: u64,
    modified: Option<SystemTime>,
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        Self {
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }
}

impl Listing {
    pub(crate) fn new(root: &Path) -> Result<Self> {
        let mut listing = Self {
            root: root.to_owned(),
            ..Self::default()
        };
        let here = canonicalize(root).map_err(|error| Error::io(root, error))?;
        for (path, kind) in listing.entries(Path::new(""))? {
            match kind {
                Kind::Image(stamp) => {
                    listing.loose.get_or_insert(listing.images.len());
                    listing.add(path, None, stamp);
                }
                Kind::Folder => {
                    let class = listing.classes.len() as u32;
                    let before = listing.images.len();
                    // What is found twice in a class is found by a link, and so is what goes round in circles.
                    listing.walk(&path, class, &mut HashSet::from([here.clone()]))?;
                    if listing.images.len() > before {
                        listing.classes.push(path.to_string_lossy().into_owned());
                    }
                }
            }
        }
        if listing.images.is_empty() {
            let expected = format!("at least one image ({})", ENDINGS.join(", "));
            return Err(Error::file(
                root,
                expected,
                format!("none, and {} other files", listing.ignored),
            ));
        }
        Ok(listing)
    }

    /// Where an image is.
    pub(crate) fn path(&self, image: &Listed) -> PathBuf {
        self.root.join(&image.path)
    }

    fn add(&mut self, path: PathBuf, class: Option<u32>, stamp: Stamp) {
        self.images.push(Listed {
            path: path.into_boxed_path(),
            class,
            stamp,
        });
    }

    fn walk(&mut self, folder: &Path, class: u32, seen: &mut HashSet<PathBuf>) -> Result<()> {
        let path = self.root.join(folder);
        if !seen.insert(canonicalize(&path).map_err(|error| Error::io(&path, error))?) {
            self.ignored += 1;
            return Ok(());
        }
        for (path, kind) in self.entries(folder)? {
            match kind {
                Kind::Image(stamp) => self.add(path, Some(class), stamp),
                Kind::Folder => self.walk(&path, class, seen)?,
            }
        }
        Ok(())
    }

    /// The images and folders in a folder, by name; what else there is, is counted.
    fn entries(&mut self, folder: &Path) -> Result<Vec<(PathBuf, Kind)>> {
        let place = self.root.join(folder);
        let mut entries = Vec::new();
        for entry in read_dir(&place).map_err(|error| Error::io(&place, error))? {
            let name = entry.map_err(|error| Error::io(&place, error))?.file_name();
            let kind = match name.as_encoded_bytes().first() {
                Some(b'.') => None,
                _ => Kind::of(&place.join(&name))?,
            };
            match kind {
                Some(kind) => entries.push((folder.join(name), kind)),
                None => self.ignored += 1,
            }
        }
        entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(entries)
    }
}

enum Kind {
    Image(Stamp),
    Folder,
}

impl Kind {
    /// What is at a path, links followed; `None`: nothing of interest.
    fn of(path: &Path) -> Result<Option<Self>> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let named = ending.is_some_and(|ending| ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)));
        match metadata(path) {
            Ok(metadata) if metadata.is_dir() => Ok(Some(Self::Folder)),
            Ok(metadata) if metadata.is_file() && named => Ok(Some(Self::Image((&metadata).into()))),
            Err(error) if named => Err(Error::io(path, error)),
            _ => Ok(None),
        }
    }
}

/// Reads a file that must still be the one that was listed.
pub(crate) fn read(path: &Path, stamp: Stamp, bytes: &mut Vec<u8>) -> Result<()> {
    let failed = |error| Error::io(path, error);
    bytes.clear();
    let room = usize::try_from(stamp.bytes).unwrap_or(usize::MAX).saturating_add(1);
    bytes.try_reserve(room).map_err(|error| failed(error.into()))?;
    let file = File::open(path).map_err(failed)?;
    // One byte more than there should be, so that a file which grows is noticed, and not read for ever.
    (&file)
        .take(stamp.bytes.saturating_add(1))
        .read_to_end(bytes)
        .map_err(failed)?;
    let now = Stamp::from(&file.metadata().map_err(failed)?);
    if now == stamp && bytes.len() as u64 == stamp.bytes {
        return Ok(());
    }
    let expected = format!("the {} bytes that were there when the folder was opened", stamp.bytes);
    Err(Error::file(
        path,
        expected,
        format!("{} bytes written since", now.bytes),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scratch;
    use super::*;

    fn names(listing: &Listing) -> Vec<(String, Option<u32>)> {
        let name = |image: &Listed| (image.path.to_string_lossy().into_owned(), image.class);
        listing.images.iter().map(name).collect()
    }

    #[test]
    fn images_are_found_by_name_and_sorted_by_path() {
        let scratch = Scratch::new("listing");
        let names_of_files = [
            "b/2.PNG",
            "b/10.jpeg",
            "b/deep/er/1.WebP",
            "b/.hidden.png",
            "b/notes.txt",
            "a/x.JpG",
            "a/.git/y.png",
            "empty/readme",
            "c.png/1.bmp",
            "Z.bmp",
        ];
        for name in names_of_files {
            scratch.write(name, b"x");
        }
        let listing = Listing::new(scratch.path()).unwrap();
        let expected = [
            ("Z.bmp", None),
            ("a/x.JpG", Some(0)),
            ("b/10.jpeg", Some(1)),
            ("b/2.PNG", Some(1)),
            ("b/deep/er/1.WebP", Some(1)),
            ("c.png/1.bmp", Some(2)),
        ];
        assert_eq!(names(&listing), expected.map(|(name, class)| (name.to_owned(), class)));
        assert_eq!(listing.classes, ["a", "b", "c.png"]);
        assert_eq!((listing.ignored, listing.loose), (4, Some(0)));
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_named() {
        let scratch = Scratch::new("listing-wrong");
        let missing = scratch.path().join("missing");
        let error = Listing::new(&missing).unwrap_err();
        assert!(matches!(&error, Error::Io { path, .. } if *path == missing), "{error}");
        let file = scratch.write("file.txt", b"x");
        assert!(matches!(Listing::new(&file), Err(Error::Io { path, .. }) if path == file));
        let error = Listing::new(scratch.path()).unwrap_err().to_string();
        assert!(error.ends_with("got none, and 1 other files"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_but_not_in_circles() {
        use std::os::unix::fs::symlink;

        let scratch = Scratch::new("listing-links");
        let other = Scratch::new("listing-links-other");
        other.write("deep/1.png", b"x");
        scratch.write("a/1.png", b"x");
        scratch.write("b/1.png", b"x");
        let link = |to: &Path, name: &str| symlink(to, scratch.path().join(name)).unwrap();
        link(other.path(), "a/other");
        link(other.path(), "b/other");
        link(&scratch.path().join("b"), "a/b");
        link(&scratch.path().join("a"), "b/a");
        link(scratch.path(), "a/root");
        link(scratch.path(), "self");
        link(Path::new("1.png"), "a/2.png");
        link(Path::new("nowhere.txt"), "a/3.txt");
        let listing = Listing::new(scratch.path()).unwrap();
        let names: Vec<String> = names(&listing).into_iter().map(|(name, _)| name).collect();
        let expected = [
            "a/1.png",
            "a/2.png",
            "a/b/1.png",
            "a/b/other/deep/1.png",
            "b/1.png",
            "b/a/1.png",
            "b/a/2.png",
            "b/a/other/deep/1.png",
        ];
        assert_eq!(names, expected);
        assert_eq!(listing.classes, ["a", "b"]);
        link(Path::new("nowhere.png"), "a/4.png");
        assert!(matches!(Listing::new(scratch.path()), Err(Error::Io { path, .. }) if path.ends_with("a/4.png")));
    }
}
