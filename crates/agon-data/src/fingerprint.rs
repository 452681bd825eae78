use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// So much of the beginning and of the end of a file is what [`fingerprint_quick`] looks at.
const EDGE: u64 = 64 << 10;

/// What data is, in one line: a SHA-256 of all of it.
///
/// Of a file it is that of its content, as `sha256sum` prints it, wherever the file is and whatever it is
/// called. Of a folder it is over the names (as they are below it, in order), sizes and contents of all files
/// in it; hidden files and linked folders are left out. Equal data gives equal lines on every machine. It reads
/// everything once, so it takes as long as reading the data does; for folders which that is too long for there
/// is [`fingerprint_quick`].
///
/// # Errors
/// If something cannot be read.
///
/// # Example
/// ```
/// # let path = std::env::temp_dir().join(format!("agon-fingerprint-{}", std::process::id()));
/// std::fs::write(&path, "abc").unwrap();
/// let line = agon_data::fingerprint(&path)?;
/// assert_eq!(line, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), agon_data::Error>(())
/// ```
pub fn fingerprint(path: impl AsRef<Path>) -> Result<String> {
    let path = path.as_ref();
    if !path.is_dir() {
        let digest = content(path, u64::MAX)?;
        return Ok(format!("sha256:{}", hex(&digest)));
    }
    Ok(format!("sha256-folder:{}", folder(path, u64::MAX)?))
}

/// As [`fingerprint`], but of each file only the size, the first 64 KiB and the last: for large folders. A change
/// in the middle of a large file that keeps its size escapes it.
///
/// # Errors
/// If something cannot be read.
pub fn fingerprint_quick(path: impl AsRef<Path>) -> Result<String> {
    Ok(format!("sha256-quick:{}", folder(path.as_ref(), EDGE)?))
}

/// Over the names, sizes and contents of the files in a folder; of a file alone without its name.
fn folder(path: &Path, edge: u64) -> Result<String> {
    let mut files = Vec::new();
    if path.is_dir() {
        walk(path, "", &mut files)?;
    } else {
        files.push((String::new(), path.to_owned()));
    }
    files.sort();
    let mut hash = Sha256::new();
    for (name, path) in files {
        let size = fs::metadata(&path).map_err(|error| Error::io(&path, error))?.len();
        // Lengths first, so that no two folders give the same bytes.
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(&name);
        hash.update(size.to_le_bytes());
        hash.update(content(&path, edge)?);
    }
    Ok(hex(&hash.finalize()))
}

/// The files below a folder, with their names from there, parts divided by `/`.
fn walk(folder: &Path, above: &str, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(|error| Error::io(folder, error))? {
        let entry = entry.map_err(|error| Error::io(folder, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let (path, name) = (entry.path(), format!("{above}{name}"));
        let kind = entry.file_type().map_err(|error| Error::io(&path, error))?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            walk(&path, &format!("{name}/"), files)?;
        } else if path.is_file() {
            files.push((name, path));
        }
    }
    Ok(())
}

/// The hash of a file's content, or of its first and last bytes if it is longer than both together.
fn content(path: &Path, edge: u64) -> Result<Vec<u8>> {
    let hash = || {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut hash = Sha256::new();
        if size <= edge.saturating_mul(2) {
            copy(&mut file, &mut hash)?;
        } else {
            copy(&mut file.by_ref().take(edge), &mut hash)?;
            file.seek(SeekFrom::Start(size - edge))?;
            copy(&mut file, &mut hash)?;
        }
        Ok(hash.finalize().to_vec())
    };
    hash().map_err(|error| Error::io(path, error))
}

fn copy(from: &mut impl Read, hash: &mut Sha256) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            read => hash.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

/// Bytes as people write them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn a_folder_is_what_its_files_are_called_and_hold() {
        let make = |files: &[(&str, &[u8])]| {
            let folder = Folder::new();
            for (name, content) in files {
                folder.write(name, content);
            }
            (
                fingerprint(folder.path()).unwrap(),
                fingerprint_quick(folder.path()).unwrap(),
            )
        };
        let first = make(&[("a/x.png", b"one"), ("b.png", b"two"), (".hidden", b"?")]);
        assert_eq!(first, make(&[("b.png", b"two"), ("a/x.png", b"one")]));
        for other in [
            make(&[("b.png", b"one"), ("a/x.png", b"two")]),
            make(&[("a/x.png", b"one"), ("b.png", b"twO")]),
            make(&[("a/x.png", b"one")]),
            make(&[("a/x.png", b"one"), ("c.png", b"two")]),
            make(&[("a/x.png", b"onetwo"), ("b.png", b"")]),
        ] {
            assert!(first.0 != other.0 && first.1 != other.1);
        }
    }

    #[test]
    fn the_quick_one_sees_both_ends_of_large_files() {
        let folder = Folder::new();
        let of = |at: usize| {
            let mut content = vec![0; 3 * EDGE as usize];
            content[at] = 1;
            let path = folder.write("a", &content);
            (fingerprint(&path).unwrap(), fingerprint_quick(&path).unwrap())
        };
        let (first, middle, last) = (of(0), of(3 * EDGE as usize / 2), of(3 * EDGE as usize - 1));
        let other = of(3 * EDGE as usize / 2 + 1);
        assert!(first.1 != middle.1 && last.1 != middle.1 && first.1 != last.1);
        assert!(middle.0 != other.0 && middle.1 == other.1);
        assert!(fingerprint(folder.path().join("missing")).is_err());
    }
}
