//! What the tests of readers share: a folder of their own, and ways to spoil files.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rand::{Rng, RngExt};

use crate::random::stream;

/// A folder that is there as long as this is.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("agon-data-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file, in folders of its own if its name has them.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How much of a file's beginning has every bit flipped.
pub(crate) const HEADER: usize = 256;

/// Hands a file to `read` in every way it may be spoilt: cut at every length, with every bit of its first
/// bytes flipped, and so many times with a few random wounds. How often that was, and how often `read` was
/// content.
///
/// That there is no panic is for `read` to show, by returning.
pub(crate) fn spoil(file: &[u8], wounds: usize, mut read: impl FnMut(Vec<u8>) -> bool) -> (usize, usize) {
    let (mut tried, mut content) = (0, 0);
    let mut attempt = |bytes: Vec<u8>| {
        tried += 1;
        content += usize::from(read(bytes));
    };
    for length in 0..file.len() {
        attempt(file[..length].to_vec());
    }
    for bit in 0..8 * file.len().min(HEADER) {
        let mut bytes = file.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        attempt(bytes);
    }
    for wound in 0..wounds {
        attempt(wounded(file, wound as u64));
    }
    (tried, content)
}

/// Numbers that lying headers like.
const EXTREMES: [u64; 8] = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, u64::MAX];

fn wounded(file: &[u8], seed: u64) -> Vec<u8> {
    let mut random = stream(0xbad, seed);
    let mut bytes = file.to_vec();
    for _ in 0..random.random_range(1..=6) {
        if bytes.is_empty() {
            break;
        }
        // More often near the beginning, where the headers are.
        let end = if random.random_bool(0.6) {
            bytes.len().min(HEADER)
        } else {
            bytes.len()
        };
        let at = random.random_range(0..end);
        match random.random_range(0..6) {
            0 => bytes[at] = random.next_u32() as u8,
            1 => bytes[at] = b"0123456789-,.'\"(){}[]<>|:\n eL"[random.random_range(0..29)],
            2 => {
                let number = EXTREMES[random.random_range(0..EXTREMES.len())];
                let number = if random.random() {
                    number.to_le_bytes()
                } else {
                    number.to_be_bytes()
                };
                let width = [1, 2, 4, 8][random.random_range(0..4)].min(bytes.len() - at);
                bytes[at..at + width].copy_from_slice(&number[..width]);
            }
            3 => drop(bytes.drain(at..(at + random.random_range(1..16)).min(bytes.len()))),
            4 => {
                let end = (at + random.random_range(1..16)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}
