use std::fs;

use burn::prelude::{Device, Int, Tensor};

use super::ImageFolder;
use super::testing::Scratch;
use crate::error::{Error, Result};
use crate::{Batched, Dataset};

fn floats(images: Tensor<4>) -> Vec<f32> {
    images.into_data().try_into_vec::<f32>().unwrap()
}

fn numbers(labels: Tensor<1, Int>) -> Vec<i64> {
    labels.try_into_vec_as::<i64>().unwrap()
}

/// The first pixel of each image, as the byte it was.
fn bytes(images: Tensor<4>) -> Vec<u8> {
    let area: usize = images.dims()[1..].iter().product();
    let firsts = floats(images);
    firsts
        .chunks(area)
        .map(|image| (image[0] * 127.5 + 127.5).round() as u8)
        .collect()
}

fn all<D: Dataset>(batches: &mut Batched<D>, indices: std::ops::Range<u64>) -> Vec<Result<D::Batch>> {
    indices
        .map(|index| batches.batch(index, 7, &Device::default()))
        .collect()
}

/// Eight images of different sizes and brightness in two classes.
fn pets(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    for i in 0..8_u8 {
        let class = if i < 3 { "cat" } else { "dog" };
        let size = (16 + 5 * u32::from(i), 40 - 3 * u32::from(i));
        scratch.image(&format!("{class}/{i}.png"), size, 20 * i);
    }
    scratch
}

#[test]
fn a_batch_has_images_of_one_size_and_their_labels() {
    let scratch = pets("labels");
    let set = ImageFolder::open(scratch.path()).unwrap().size(12).labelled();
    assert_eq!(set.images().classes(), ["cat", "dog"]);
    assert_eq!(set.items(), Some(8));
    let (images, labels) = set.gather(&[7, 0, 3], 1, &Device::default()).unwrap();
    assert_eq!(images.dims(), [3, 3, 12, 12]);
    assert_eq!(numbers(labels), [1, 0, 1]);
    assert_eq!(bytes(images), [140, 0, 60]);
    let grey = ImageFolder::open(scratch.path()).unwrap().channels(1).size(5);
    assert_eq!(grey.gather(&[1], 1, &Device::default()).unwrap().dims(), [1, 1, 5, 5]);
}

#[test]
fn values_are_within_one() {
    let scratch = Scratch::new("values");
    scratch.image("a.png", (8, 8), 0);
    scratch.image("b.bmp", (8, 8), 245);
    let images = ImageFolder::open(scratch.path()).unwrap().size(8);
    let values = floats(images.gather(&[0, 1], 1, &Device::default()).unwrap());
    assert_eq!((values[0], values[values.len() - 1]), (-1.0, 1.0));
}

#[test]
fn an_image_tells_its_own_size() {
    let scratch = Scratch::new("size");
    scratch.image("a.png", (9, 5), 0);
    let folder = ImageFolder::open(scratch.path()).unwrap().size(4);
    assert_eq!(folder.original_size(0).unwrap(), [9, 5]);
    assert!(folder.original_size(1).is_err());
}

#[test]
fn workers_see_the_same() {
    let scratch = pets("workers");
    let set = || {
        let images = ImageFolder::open(scratch.path()).unwrap();
        images.size(12).shorter_side(14).random_crop().flip()
    };
    let take = |set: ImageFolder, workers| {
        let mut batches = set.batches(3).workers(workers);
        all(&mut batches, 0..9)
            .into_iter()
            .map(|batch| floats(batch.unwrap()))
            .collect::<Vec<_>>()
    };
    let alone = take(set(), 0);
    assert_ne!(alone[0], alone[3]);
    for workers in [1, 4] {
        assert_eq!(alone, take(set(), workers), "{workers} workers");
        assert_eq!(
            alone,
            take(set().cache(usize::MAX), workers),
            "{workers} workers, cached"
        );
        assert_eq!(
            alone,
            take(set().cache(1_000), workers),
            "{workers} workers, small cache"
        );
    }
}

#[test]
fn flips_mirror_and_change_with_the_seed() {
    let scratch = Scratch::new("flips");
    scratch.image("a.png", (8, 8), 40);
    let images = ImageFolder::open(scratch.path()).unwrap().size(8);
    let plain = bytes(images.gather(&[0], 1, &Device::default()).unwrap());
    assert_eq!(plain, [40]);
    let images = images.flip();
    let seen = |seed| bytes(images.gather(&[0], seed, &Device::default()).unwrap())[0];
    let firsts: Vec<u8> = (0..100).map(seen).collect();
    assert!(firsts.iter().all(|first| [40, 50].contains(first)));
    let mirrored = firsts.iter().filter(|&&first| first == 50).count();
    assert!((30..70).contains(&mirrored), "{mirrored}");
    assert_eq!(firsts, (0..100).map(seen).collect::<Vec<_>>());
}

#[test]
fn damage_is_an_error_at_its_place_that_names_the_file() {
    let scratch = pets("damage");
    let path = scratch.write("cat/1.png", b"\x89PNG\r\n\x1a\nnothing more");
    let set = || ImageFolder::open(scratch.path()).unwrap().size(8);
    let messages = |workers| {
        let mut batches = set().batches(1).workers(workers);
        let batches = all(&mut batches, 0..24);
        batches
            .into_iter()
            .map(|batch| batch.map(bytes).map_err(|error| error.to_string()))
            .collect::<Vec<_>>()
    };
    let alone = messages(0);
    let errors: Vec<&String> = alone.iter().filter_map(|batch| batch.as_ref().err()).collect();
    assert_eq!(errors.len(), 3, "once an epoch");
    assert!(
        errors[0].starts_with(&format!("{}: expected a whole Png, got ", path.display())),
        "{}",
        errors[0]
    );
    for workers in [1, 3] {
        assert_eq!(alone, messages(workers));
    }
}

#[test]
fn damage_can_be_skipped_and_is_counted() {
    let scratch = pets("skipped");
    for name in ["cat/2.png", "dog/3.png", "dog/7.png"] {
        let path = scratch.path().join(name);
        let file = fs::read(&path).unwrap();
        fs::write(&path, &file[..file.len() / 2]).unwrap();
    }
    let set = || ImageFolder::open(scratch.path()).unwrap().size(8).skip_corrupt();
    // In the place of 2 and 3 there is 4, the first dog, and after the last image comes the first.
    let (images, labels) = set().labelled().gather(&[2, 3, 7, 5], 1, &Device::default()).unwrap();
    assert_eq!(bytes(images), [80, 80, 0, 100]);
    assert_eq!(numbers(labels), [1, 1, 0, 1]);
    let run = |workers| {
        let mut batches = set().batches(3).workers(workers);
        let seen: Vec<_> = all(&mut batches, 0..6)
            .into_iter()
            .map(|batch| bytes(batch.unwrap()))
            .collect();
        (seen, batches.dataset().skipped())
    };
    let (seen, skipped) = run(0);
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 2, 3, 3, 2]);
    let names: Vec<_> = skipped
        .iter()
        .map(|skipped| skipped.path.strip_prefix(scratch.path()).unwrap())
        .collect();
    assert_eq!(names, ["cat/2.png", "dog/3.png", "dog/7.png"].map(std::path::Path::new));
    assert!(
        skipped[0].to_string().contains("expected a whole Png"),
        "{}",
        skipped[0]
    );
    for workers in [1, 4] {
        assert_eq!(run(workers), (seen.clone(), skipped.clone()));
    }
}

#[test]
fn nothing_but_damage_is_an_error() {
    let scratch = Scratch::new("all-damaged");
    scratch.write("a.png", b"");
    scratch.write("b.jpg", b"\xff\xd8\xff\xe0");
    let images = ImageFolder::open(scratch.path()).unwrap().skip_corrupt();
    let error = images.gather(&[1], 1, &Device::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("expected at least one image that can be used, got 2 that cannot")
    );
    assert_eq!(images.skipped().len(), 2);
}

#[test]
fn files_that_vanish_or_change_are_errors_even_when_damage_is_skipped() {
    let scratch = pets("vanish");
    let device = Device::default();
    for skip in [false, true] {
        let mut set = ImageFolder::open(scratch.path()).unwrap().size(8);
        if skip {
            set = set.skip_corrupt();
        }
        assert!(set.gather(&[0, 1], 1, &device).is_ok());
        let gone = set.path(0).unwrap();
        let content = fs::read(&gone).unwrap();
        fs::remove_file(&gone).unwrap();
        let error = set.gather(&[1, 0], 1, &device).unwrap_err();
        assert!(matches!(&error, Error::Io { path, .. } if *path == gone), "{error}");
        let changed = scratch.image("cat/1.png", (9, 9), 1);
        let error = set.gather(&[1], 1, &device).unwrap_err();
        assert!(
            matches!(&error, Error::File { path, .. } if *path == changed),
            "{error}"
        );
        // A file of the same length that was written since.
        fs::write(&gone, &content).unwrap();
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
        fs::File::options()
            .append(true)
            .open(&gone)
            .unwrap()
            .set_modified(later)
            .unwrap();
        let error = set.gather(&[0], 1, &device).unwrap_err();
        assert!(error.to_string().contains("written since"), "{error}");
        assert!(set.gather(&[2], 1, &device).is_ok() && set.skipped().is_empty());
    }
}

#[test]
fn a_cached_image_is_not_read_again() {
    let scratch = pets("cached");
    let set = ImageFolder::open(scratch.path())
        .unwrap()
        .cache(usize::MAX)
        .size(8)
        .random_crop();
    let view = |seed| floats(set.gather(&[0, 1], seed, &Device::default()).unwrap());
    let views = [view(1), view(2)];
    fs::remove_dir_all(scratch.path()).unwrap();
    assert_eq!(views, [view(1), view(2)]);
    // What was kept has the wrong size for another recipe.
    assert!(set.clone().size(9).gather(&[0], 1, &Device::default()).is_err());
}

#[test]
fn too_many_pixels_are_an_error_or_skipped() {
    let scratch = pets("largest");
    let set = ImageFolder::open(scratch.path()).unwrap().size(8).largest(16 * 40);
    assert!(set.gather(&[0], 1, &Device::default()).is_ok());
    let error = set.gather(&[1], 1, &Device::default()).unwrap_err().to_string();
    assert!(
        error.ends_with("1.png: expected at most 640 pixels (`largest` allows more), got 21 by 37"),
        "{error}"
    );
    let set = set.skip_corrupt();
    assert_eq!(bytes(set.gather(&[1], 1, &Device::default()).unwrap()), [0]);
    assert_eq!(set.skipped().len(), 7);
}

#[test]
fn images_that_are_not_resized_must_be_large_enough() {
    let scratch = pets("unscaled");
    let set = ImageFolder::open(scratch.path()).unwrap().size(16).unscaled();
    assert!(set.gather(&[0], 1, &Device::default()).is_ok());
    let error = set
        .size(17)
        .gather(&[0], 1, &Device::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("at least 17 by 17 pixels") && error.ends_with("got 16 by 40"),
        "{error}"
    );
}

#[test]
fn settings_that_cannot_work_are_errors() {
    let scratch = pets("settings");
    let set = || ImageFolder::open(scratch.path()).unwrap();
    for wrong in [
        set().size(0),
        set().size(9000),
        set().channels(2),
        set().size(32).shorter_side(31),
    ] {
        assert!(matches!(
            wrong.gather(&[0], 1, &Device::default()),
            Err(Error::Config { .. })
        ));
    }
    assert!(set().gather(&[8], 1, &Device::default()).is_err());
    let loose = scratch.image("loose.png", (8, 8), 1);
    let error = set()
        .labelled()
        .gather(&[0], 1, &Device::default())
        .unwrap_err()
        .to_string();
    assert!(error.starts_with(&loose.display().to_string()), "{error}");
    assert!(set().gather(&[0], 1, &Device::default()).is_ok());
}
