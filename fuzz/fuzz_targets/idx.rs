//! Any bytes as an IDX file, plain or packed.
#![no_main]

use agon_data::Array;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(array) = Array::idx(bytes) {
        let _ = array.in_memory();
        let _ = array.images(&Default::default());
        let _ = array.labels();
    }
});
