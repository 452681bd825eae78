//! Any bytes as an `.npz` or a safetensors file.
#![no_main]

use agon_data::Arrays;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(arrays) = Arrays::open(bytes) {
        for (name, _) in arrays.shapes() {
            let _ = arrays.get(name).and_then(|array| array.in_memory());
        }
    }
});
