//! Any records as files of CIFAR. The images are repeated from a few bytes, so that inputs stay small.
#![no_main]

use agon_data::Cifar;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let whole: Vec<u8> = bytes.chunks(4).flat_map(|few| few.iter().cycle().take(3074)).copied().collect();
    for cifar in [Cifar::Ten, Cifar::Hundred, Cifar::HundredCoarse] {
        for file in [bytes, &whole] {
            if let Ok((images, labels)) = cifar.open([file], &Default::default()) {
                assert_eq!(images.len(), labels.len());
                let last = labels.len() as u64 - 1;
                assert!(labels.of(&[0, last]).is_ok_and(|labels| labels.iter().all(|&label| label < 100)));
            }
        }
    }
});
