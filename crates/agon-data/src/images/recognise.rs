use std::path::{Path, PathBuf};

use super::{Cifar, Split};
use crate::array::{is_idx, is_npy, is_safetensors, is_zip};
use crate::error::{Error, Result};
use crate::file::{Bytes, Gunzip, is_gzip};

/// What is at a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Idx(PathBuf),
    Cifar(Cifar, Vec<PathBuf>),
    Npy,
    Arrays,
    Folder,
}

/// What there may be, for those who gave something else.
const UNDERSTOOD: &str = "a folder of images, an IDX file (plain or gzip), CIFAR-10 or CIFAR-100 (a binary file or the \
                          folder), .npy, .npz or safetensors";

/// Finds out what is at a path: by names in a folder, by content of a file.
pub(super) fn recognise(path: &Path, split: Split) -> Result<Found> {
    if path.is_dir() {
        return Ok(folder(path, split));
    }
    let bytes = Bytes::open(path)?;
    let start = bytes.read(0, bytes.len().min(16))?;
    if is_idx(&start) || is_packed_idx(&bytes)? {
        Ok(Found::Idx(path.to_owned()))
    } else if is_npy(&start) {
        Ok(Found::Npy)
    } else if is_zip(&start) || is_safetensors(&start, bytes.len()) {
        Ok(Found::Arrays)
    } else if let Some(cifar) = cifar(&bytes)? {
        Ok(Found::Cifar(cifar, vec![path.to_owned()]))
    } else {
        Err(Error::file(
            path,
            UNDERSTOOD,
            format!("a file that begins with {start:02x?}"),
        ))
    }
}

fn is_packed_idx(bytes: &Bytes) -> Result<bool> {
    Ok(is_gzip(bytes)? && Gunzip::new(bytes)?.take(4).is_ok_and(|start| is_idx(&start)))
}

/// CIFAR files have no mark: their size is a number of records, and the labels of the first fit.
fn cifar(bytes: &Bytes) -> Result<Option<Cifar>> {
    for cifar in [Cifar::Ten, Cifar::Hundred] {
        let record = cifar.record();
        let records = bytes.len() / record;
        if records == 0 || bytes.len() % record != 0 {
            continue;
        }
        let mut fits = true;
        for item in 0..records.min(16) {
            fits &= match (cifar, bytes.read(item * record, 2)?.as_slice()) {
                (Cifar::Ten, [label, _]) => *label < 10,
                (_, [coarse, fine]) => *coarse < 20 && *fine < 100,
                _ => false,
            };
        }
        if fits {
            return Ok(Some(cifar));
        }
    }
    Ok(None)
}

/// A folder may be one that the archives of MNIST or CIFAR unpack into.
fn folder(path: &Path, split: Split) -> Found {
    let mnist = match split {
        Split::Train => "train-images-idx3-ubyte",
        Split::Test => "t10k-images-idx3-ubyte",
    };
    for name in [mnist.to_owned(), format!("{mnist}.gz")] {
        let file = path.join(name);
        if file.is_file() {
            return Found::Idx(file);
        }
    }
    for cifar in [Cifar::Ten, Cifar::Hundred] {
        for folder in [path.to_owned(), path.join(cifar.folder())] {
            let files: Vec<_> = cifar.files(split).iter().map(|name| folder.join(name)).collect();
            if files.iter().all(|file| file.is_file()) {
                return Found::Cifar(cifar, files);
            }
        }
    }
    Found::Folder
}
