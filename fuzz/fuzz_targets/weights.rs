//! Any bytes as the weights in a checkpoint whose checksum is right.
#![no_main]

use burn::store::ModuleRecord;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = ModuleRecord::from_bytes(burn::tensor::Bytes::from_bytes_vec(bytes.to_vec()));
});
