//! Downloads from a server of the test's own.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::Published;
use super::facts::{Archive, Facts, Remote};
use super::tar::tests::{gzip, tar};
use crate::Error;
use crate::testing::Folder;

const IMAGES: [u8; 24] = [
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 85, 170, 255, 9, 9, 9, 9,
];
const LABELS: [u8; 10] = [0, 0, 8, 1, 0, 0, 0, 2, 4, 7];

/// Serves files; the first part of an address says how: `/good/name`, `/wrong/name` and so on.
struct Server {
    address: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    fn new(files: Vec<(&'static str, Vec<u8>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let (files, counter) = (Arc::new(files), requests.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::SeqCst);
                let files = files.clone();
                std::thread::spawn(move || answer(stream, &files));
            }
        });
        Self { address, requests }
    }

    fn mirrors(&self, manners: &[&str]) -> Vec<String> {
        manners
            .iter()
            .map(|manner| format!("{}/{manner}/", self.address))
            .collect()
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream, files: &[(&'static str, Vec<u8>)]) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    while lines.next()?.ok()? != "" {}
    let mut parts = request.split(' ').nth(1)?.trim_start_matches('/').split('/');
    let (manner, name) = (parts.next()?, parts.next()?);
    let mut content = files.iter().find(|(file, _)| *file == name)?.1.clone();
    let whole = content.len();
    match manner {
        "missing" => {
            return stream
                .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
                .ok();
        }
        "wrong" => *content.last_mut()? ^= 1,
        "long" => content.push(0),
        "cut" | "stalling" => content.truncate(whole / 2),
        _ => {}
    }
    if manner == "silent" {
        return Some(std::thread::sleep(Duration::from_secs(20)));
    }
    let length = if manner == "long" { content.len() } else { whole };
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    )
    .ok()?;
    stream.write_all(&content).ok()?;
    if manner == "stalling" {
        std::thread::sleep(Duration::from_secs(20));
    }
    Some(())
}

fn remote(name: &'static str, content: &[u8], archive: Option<Archive>) -> Remote {
    use md5::{Digest, Md5};
    Remote {
        name,
        bytes: content.len() as u64,
        md5: crate::fingerprint::hex(&Md5::digest(content)).leak(),
        archive,
    }
}

fn facts(train: Vec<Remote>) -> &'static Facts {
    Box::leak(Box::new(Facts {
        name: "Test",
        folder: "test",
        mirrors: &["http://example.invalid/"],
        train: train.leak(),
        test: &[],
        classes: &[],
    }))
}

fn digits() -> (&'static Facts, Server) {
    let files = vec![
        ("train-images-idx3-ubyte.gz", gzip(&IMAGES)),
        ("train-labels-idx1-ubyte.gz", gzip(&LABELS)),
    ];
    let train = files
        .iter()
        .map(|(name, content)| remote(name, content, None))
        .collect();
    (facts(train), Server::new(files))
}

fn published(facts: &'static Facts, folder: &Folder, mirrors: Vec<String>) -> Published {
    let patience = Duration::from_millis(500);
    Published::new(facts)
        .folder(folder.path())
        .mirrors(mirrors)
        .patience(patience)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().collect())
        .unwrap_or(vec![]);
    let mut names: Vec<_> = entries
        .iter()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn what_was_fetched_is_kept() {
    let (facts, server) = digits();
    let folder = Folder::new();
    let set = published(facts, &folder, server.mirrors(&["good"]));
    let (images, labels) = set.train().unwrap();
    assert_eq!((images.shape(), labels.of(&[0, 1]).unwrap()), ([1, 2, 2], vec![4, 7]));
    assert_eq!(server.requests(), 2);
    assert_eq!(names(folder.path()).len(), 2);
    set.train().unwrap();
    set.clone().offline().train().unwrap();
    assert_eq!(server.requests(), 2, "the cached files were fetched again");
}

#[test]
fn a_bad_mirror_is_passed_over_and_leaves_nothing() {
    for manner in ["wrong", "cut", "long", "missing", "silent", "stalling"] {
        let (facts, server) = digits();
        let folder = Folder::new();
        let error = published(facts, &folder, server.mirrors(&[manner]))
            .train()
            .unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{manner}: {error}");
        let error = error.to_string();
        let said = [
            server.address.as_str(),
            "train-labels-idx1-ubyte.gz",
            facts.train[0].md5,
        ];
        assert!(said.iter().all(|part| error.contains(part)), "{manner}: {error}");
        assert!(
            error.contains(&folder.path().display().to_string()),
            "{manner}: {error}"
        );
        assert!(names(folder.path()).is_empty(), "{manner}: {:?}", names(folder.path()));
        let both = server.mirrors(&[manner, "good"]);
        assert!(published(facts, &folder, both).train().is_ok(), "{manner}");
    }
}

#[test]
fn without_a_network_it_says_what_to_put_where() {
    let (facts, server) = digits();
    let folder = Folder::new();
    let set = published(facts, &folder, server.mirrors(&["good"])).offline();
    let error = set.train().unwrap_err().to_string();
    assert!(
        error.contains("train-images-idx3-ubyte.gz") && error.contains("MD5"),
        "{error}"
    );
    assert_eq!(server.requests(), 0);
    // Nobody listens at a port that was given back.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = published(facts, &folder, vec![format!("http://{port}/")])
        .train()
        .unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
    // By hand, one of them unpacked.
    folder.write("train-images-idx3-ubyte", &IMAGES);
    folder.write("train-labels-idx1-ubyte.gz", &gzip(&LABELS));
    assert!(set.train().is_ok());
}

#[test]
fn a_damaged_file_is_fetched_again() {
    let (facts, server) = digits();
    let folder = Folder::new();
    folder.write("train-images-idx3-ubyte.gz", b"damaged");
    let set = published(facts, &folder, server.mirrors(&["good"]));
    let error = set.clone().offline().train().unwrap_err().to_string();
    assert!(error.contains("there, but damaged"), "{error}");
    assert!(set.train().is_ok());
}

#[test]
fn archives_are_unpacked() {
    let batch = vec![3_u8; 3073];
    let names_in = super::facts::CIFAR10.train[0].archive.as_ref().unwrap().members;
    let members: Vec<_> = names_in
        .iter()
        .map(|(name, _)| (format!("cifar-10-batches-bin/{name}"), &batch))
        .collect();
    let members: Vec<_> = members
        .iter()
        .map(|(name, batch)| (name.as_str(), batch.as_slice()))
        .collect();
    let content = gzip(&tar(&members));
    let archive = Archive {
        folder: "cifar-10-batches-bin",
        members: names_in
            .iter()
            .map(|(name, _)| (*name, 3073))
            .collect::<Vec<_>>()
            .leak(),
    };
    let facts = facts(vec![remote("cifar.tar.gz", &content, Some(archive))]);
    let server = Server::new(vec![("cifar.tar.gz", content.clone())]);
    let folder = Folder::new();
    let set = published(facts, &folder, server.mirrors(&["good"]));
    assert_eq!(set.train().unwrap().0.len(), 5);
    assert_eq!(names(folder.path()), ["cifar-10-batches-bin"]);
    assert_eq!((set.offline().train().unwrap().1.len(), server.requests()), (5, 1));
    // The archive put there by hand stays.
    let folder = Folder::new();
    folder.write("cifar.tar.gz", &content);
    assert_eq!(
        published(facts, &folder, vec![]).offline().train().unwrap().0.shape(),
        [3, 32, 32]
    );
    assert_eq!(names(folder.path()), ["cifar-10-batches-bin", "cifar.tar.gz"]);
}
