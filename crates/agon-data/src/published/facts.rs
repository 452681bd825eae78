//! Where the data sets are and how one knows that they are whole.
//!
//! Checksums: of MNIST and CIFAR as their authors and torchvision list them, of Fashion-MNIST as its authors do.

/// What is known of a data set.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) name: &'static str,
    /// The folder of its files within that of all data.
    pub(super) folder: &'static str,
    pub(super) mirrors: &'static [&'static str],
    pub(super) train: &'static [Remote],
    pub(super) test: &'static [Remote],
    pub(super) classes: &'static [&'static str],
}

/// A file as it is published.
#[derive(Debug)]
pub(super) struct Remote {
    pub(super) name: &'static str,
    pub(super) bytes: u64,
    pub(super) md5: &'static str,
    /// What is wanted of it, if it is an archive.
    pub(super) archive: Option<Archive>,
}

/// What is wanted of an archive.
#[derive(Debug)]
pub(super) struct Archive {
    /// The folder it unpacks into.
    pub(super) folder: &'static str,
    /// Its files, with their sizes.
    pub(super) members: &'static [(&'static str, u64)],
}

const fn file(name: &'static str, bytes: u64, md5: &'static str) -> Remote {
    Remote {
        name,
        bytes,
        md5,
        archive: None,
    }
}

pub(super) static MNIST: Facts = Facts {
    name: "MNIST",
    folder: "mnist",
    mirrors: &[
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ],
    train: &[
        file(
            "train-images-idx3-ubyte.gz",
            9_912_422,
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        ),
        file("train-labels-idx1-ubyte.gz", 28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
    ],
    test: &[
        file(
            "t10k-images-idx3-ubyte.gz",
            1_648_877,
            "9fb629c4189551a2d022fa330f9573f3",
        ),
        file("t10k-labels-idx1-ubyte.gz", 4_542, "ec29112dd5afa0611ce80d1b7f02629c"),
    ],
    classes: &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
};

pub(super) static FASHION_MNIST: Facts = Facts {
    name: "Fashion-MNIST",
    folder: "fashion-mnist",
    mirrors: &[
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ],
    train: &[
        file(
            "train-images-idx3-ubyte.gz",
            26_421_880,
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        ),
        file("train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
    ],
    test: &[
        file(
            "t10k-images-idx3-ubyte.gz",
            4_422_102,
            "bef4ecab320f06d8554ea6380940ec79",
        ),
        file("t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
    ],
    classes: &[
        "t-shirt",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ],
};

const CIFAR10_ARCHIVE: [Remote; 1] = [Remote {
    name: "cifar-10-binary.tar.gz",
    bytes: 170_052_171,
    md5: "c32a1d4ab5d03f1284b67883e8d87530",
    archive: Some(Archive {
        folder: "cifar-10-batches-bin",
        members: &[
            ("data_batch_1.bin", 10_000 * 3073),
            ("data_batch_2.bin", 10_000 * 3073),
            ("data_batch_3.bin", 10_000 * 3073),
            ("data_batch_4.bin", 10_000 * 3073),
            ("data_batch_5.bin", 10_000 * 3073),
            ("test_batch.bin", 10_000 * 3073),
        ],
    }),
}];

pub(super) static CIFAR10: Facts = Facts {
    name: "CIFAR-10",
    folder: "cifar-10",
    mirrors: &[
        "https://www.cs.toronto.edu/~kriz/",
        "https://cave.cs.toronto.edu/kriz/",
        "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/",
    ],
    train: &CIFAR10_ARCHIVE,
    test: &CIFAR10_ARCHIVE,
    classes: &[
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ],
};

const CIFAR100_ARCHIVE: [Remote; 1] = [Remote {
    name: "cifar-100-binary.tar.gz",
    bytes: 168_513_733,
    md5: "03b5dce01913d631647c71ecec9e9cb8",
    archive: Some(Archive {
        folder: "cifar-100-binary",
        members: &[("train.bin", 50_000 * 3074), ("test.bin", 10_000 * 3074)],
    }),
}];

pub(super) static CIFAR100: Facts = Facts {
    name: "CIFAR-100",
    folder: "cifar-100",
    mirrors: &["https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/"],
    train: &CIFAR100_ARCHIVE,
    test: &CIFAR100_ARCHIVE,
    // As its file `fine_label_names.txt` has them.
    classes: &[
        "apple",
        "aquarium_fish",
        "baby",
        "bear",
        "beaver",
        "bed",
        "bee",
        "beetle",
        "bicycle",
        "bottle",
        "bowl",
        "boy",
        "bridge",
        "bus",
        "butterfly",
        "camel",
        "can",
        "castle",
        "caterpillar",
        "cattle",
        "chair",
        "chimpanzee",
        "clock",
        "cloud",
        "cockroach",
        "couch",
        "crab",
        "crocodile",
        "cup",
        "dinosaur",
        "dolphin",
        "elephant",
        "flatfish",
        "forest",
        "fox",
        "girl",
        "hamster",
        "house",
        "kangaroo",
        "keyboard",
        "lamp",
        "lawn_mower",
        "leopard",
        "lion",
        "lizard",
        "lobster",
        "man",
        "maple_tree",
        "motorcycle",
        "mountain",
        "mouse",
        "mushroom",
        "oak_tree",
        "orange",
        "orchid",
        "otter",
        "palm_tree",
        "pear",
        "pickup_truck",
        "pine_tree",
        "plain",
        "plate",
        "poppy",
        "porcupine",
        "possum",
        "rabbit",
        "raccoon",
        "ray",
        "road",
        "rocket",
        "rose",
        "sea",
        "seal",
        "shark",
        "shrew",
        "skunk",
        "skyscraper",
        "snail",
        "snake",
        "spider",
        "squirrel",
        "streetcar",
        "sunflower",
        "sweet_pepper",
        "table",
        "tank",
        "telephone",
        "television",
        "tiger",
        "tractor",
        "train",
        "trout",
        "tulip",
        "turtle",
        "wardrobe",
        "whale",
        "willow_tree",
        "wolf",
        "woman",
        "worm",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_are_complete() {
        for (facts, classes) in [(&MNIST, 10), (&FASHION_MNIST, 10), (&CIFAR10, 10), (&CIFAR100, 100)] {
            assert_eq!(facts.classes.len(), classes);
            assert!(facts.mirrors.iter().all(|mirror| mirror.ends_with('/')));
            for remote in facts.train.iter().chain(facts.test) {
                assert!(remote.md5.len() == 32 && remote.md5.chars().all(|c| c.is_ascii_hexdigit()));
            }
        }
    }
}
