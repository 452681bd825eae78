use std::path::{Path, PathBuf};
use std::time::Duration;

use super::facts::{self, Facts, Remote};
use super::{md5, tar};
use crate::array::Labels;
use crate::error::{Error, Result};
use crate::images::{ImageOptions, Images, Split, open_labelled_images};

/// A published data set of labelled images: MNIST, Fashion-MNIST, CIFAR-10 or CIFAR-100.
///
/// Its files are looked for in a folder: `$AGON_DATA/mnist` (or `fashion-mnist`, `cifar-10`, `cifar-100`),
/// without that variable `agon/mnist` in `$XDG_CACHE_HOME` or `~/.cache`. What is missing there is fetched from
/// one of several mirrors, if the crate is built with the feature `download`; it is checked by its size and
/// MD5 and appears under its name only when it is whole. What is there is not fetched again.
///
/// # Errors
/// [`Error::Unavailable`] if a file is neither there nor to be had. It names each with its checksum, and the folder
/// to put it into by hand.
///
/// # Example
/// ```no_run
/// use agon_data::{Dataset, ImageOptions, Published};
///
/// let (images, labels) = Published::mnist().images(ImageOptions::new().size(32)).train()?;
/// assert_eq!((images.len(), images.shape()), (60_000, [1, 32, 32]));
/// let batches = (images, labels).batches(64);
/// # Ok::<(), agon_data::Error>(())
/// ```
///
/// # References
/// LeCun, Cortes, Burges: The MNIST database of handwritten digits. Xiao, Rasul, Vollgraf 2017,
/// arXiv:1708.07747. Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images.
#[derive(Debug, Clone)]
pub struct Published {
    facts: &'static Facts,
    folder: Option<PathBuf>,
    mirrors: Vec<String>,
    patience: Duration,
    offline: bool,
    images: ImageOptions,
}

impl Published {
    /// 60,000 and 10,000 handwritten digits, 28 by 28 pixels, grey.
    pub fn mnist() -> Self {
        Self::new(&facts::MNIST)
    }

    /// 60,000 and 10,000 pieces of clothing, 28 by 28 pixels, grey.
    pub fn fashion_mnist() -> Self {
        Self::new(&facts::FASHION_MNIST)
    }

    /// 50,000 and 10,000 photographs of ten classes, 32 by 32 pixels, in colour.
    pub fn cifar10() -> Self {
        Self::new(&facts::CIFAR10)
    }

    /// 50,000 and 10,000 photographs of a hundred classes, 32 by 32 pixels, in colour.
    pub fn cifar100() -> Self {
        Self::new(&facts::CIFAR100)
    }

    pub(super) fn new(facts: &'static Facts) -> Self {
        Self {
            facts,
            folder: None,
            mirrors: facts.mirrors.iter().map(ToString::to_string).collect(),
            patience: Duration::from_secs(15),
            offline: false,
            images: ImageOptions::new(),
        }
    }

    /// The folder of its files, instead of the one for all programs.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// The addresses to fetch its files from, instead of the known ones: what comes before their names.
    pub fn mirrors<S: Into<String>>(mut self, mirrors: impl IntoIterator<Item = S>) -> Self {
        self.mirrors = mirrors.into_iter().map(Into::into).collect();
        self
    }

    /// How long a server may be silent before the next one is asked; 15 seconds unless told.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Never goes to the network.
    pub fn offline(mut self) -> Self {
        self.offline = true;
        self
    }

    /// The size and channels of the images, if they are to be others.
    pub fn images(mut self, options: ImageOptions) -> Self {
        self.images = options;
        self
    }

    /// The names of its classes, by label.
    pub fn classes(&self) -> &'static [&'static str] {
        self.facts.classes
    }

    /// What one trains on, with labels.
    pub fn train(&self) -> Result<(Images, Labels)> {
        self.open(Split::Train)
    }

    /// What one tests on, with labels.
    pub fn test(&self) -> Result<(Images, Labels)> {
        self.open(Split::Test)
    }

    /// One half or the other.
    pub fn open(&self, split: Split) -> Result<(Images, Labels)> {
        let folder = self.fetch(split)?;
        open_labelled_images(folder, &self.images.clone().split(split))
    }

    /// Makes sure that the files are there. The folder they are in.
    pub fn fetch(&self, split: Split) -> Result<PathBuf> {
        let folder = self.home()?;
        let remotes = match split {
            Split::Train => self.facts.train,
            Split::Test => self.facts.test,
        };
        let mut missing = Vec::new();
        for remote in remotes {
            match at_hand(remote, &folder)? {
                None => {}
                Some(why) => missing.push((remote, why)),
            }
        }
        if let Err(reason) = missing.iter().try_for_each(|(remote, _)| self.obtain(remote, &folder)) {
            let files = missing.iter().map(|(remote, why)| self.describe(remote, why)).collect();
            return Err(Error::Unavailable {
                name: self.facts.name,
                reason,
                folder,
                files,
            });
        }
        Ok(folder)
    }

    fn home(&self) -> Result<PathBuf> {
        let variable = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let cache = || variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
        let all = || variable("AGON_DATA").or_else(|| Some(cache()?.join("agon")));
        let found = self.folder.clone().or_else(|| Some(all()?.join(self.facts.folder)));
        found.ok_or_else(|| Error::config("the folder of data", "one set by AGON_DATA", "no home"))
    }

    /// A line that tells a person what to get.
    fn describe(&self, remote: &Remote, why: &str) -> String {
        let Remote { name, bytes, md5, .. } = remote;
        let from = self.facts.mirrors.first().copied().unwrap_or_default();
        format!("\n  {name} ({bytes} bytes, MD5 {md5}, from {from}{name}): {why}")
    }

    #[cfg(feature = "download")]
    fn obtain(&self, remote: &Remote, folder: &Path) -> Result<(), String> {
        if self.offline {
            return Err("told to stay off the network".to_owned());
        }
        let to = folder.join(remote.name);
        let mut reasons = Vec::new();
        for mirror in &self.mirrors {
            let url = format!("{mirror}{}", remote.name);
            match super::download::download(&url, remote, &to, self.patience) {
                Ok(()) => return keep(remote, folder).map_err(|error| error.to_string()),
                Err(reason) => reasons.push(format!("{url}: {reason}")),
            }
        }
        if reasons.is_empty() {
            reasons.push("no mirror is known".to_owned());
        }
        Err(reasons.join("; "))
    }

    #[cfg(not(feature = "download"))]
    fn obtain(&self, _remote: &Remote, _folder: &Path) -> Result<(), String> {
        let Self {
            offline,
            patience: _,
            mirrors: _,
            ..
        } = self;
        Err(match offline {
            true => "told to stay off the network".to_owned(),
            false => "built without the feature `download`".to_owned(),
        })
    }
}

/// Why a file is not at hand, if it is not. An archive that is there is unpacked.
fn at_hand(remote: &Remote, folder: &Path) -> Result<Option<&'static str>> {
    let path = folder.join(remote.name);
    match &remote.archive {
        Some(archive) => {
            let into = folder.join(archive.folder);
            let whole = |(name, size): &(&str, u64)| into.join(name).metadata().is_ok_and(|file| file.len() == *size);
            if archive.members.iter().all(whole) {
                return Ok(None);
            }
        }
        None => {
            // Unpacked by hand: its reader will see whether it is whole.
            let plain = path.with_extension("");
            if path != plain && plain.is_file() {
                return Ok(None);
            }
        }
    }
    if !path.is_file() {
        return Ok(Some("missing"));
    }
    if md5::of_file(&path)? != remote.md5 {
        return Ok(Some("there, but damaged"));
    }
    if let Some(archive) = &remote.archive {
        tar::unpack(&path, archive, &folder.join(archive.folder))?;
    }
    Ok(None)
}

/// Takes what is wanted out of an archive that was fetched, and lets go of the rest.
#[cfg(feature = "download")]
fn keep(remote: &Remote, folder: &Path) -> Result<()> {
    let Some(archive) = &remote.archive else {
        return Ok(());
    };
    let path = folder.join(remote.name);
    tar::unpack(&path, archive, &folder.join(archive.folder))?;
    std::fs::remove_file(&path).map_err(|error| Error::io(&path, error))
}
