//! Headers that claim far more than there is: each is an error before there is memory for it.

use std::io::Write;

use crate::{Array, Arrays};

/// The most memory this process has ever asked for, in KiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmPeak"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn npy(shape: &str) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': True, 'shape': {shape}, }}");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend([0; 64]);
    file
}

fn idx(axis: u32) -> Vec<u8> {
    let mut file = vec![0, 0, 8, 2];
    file.extend(axis.to_be_bytes());
    file.extend((1_u32 << 10).to_be_bytes());
    file.extend([0; 64]);
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn npz(member: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    writer.start_file("a.npy", options).unwrap();
    writer.write_all(member).unwrap();
    writer.finish().unwrap().into_inner()
}

fn safetensors(shape: &str, end: u64) -> Vec<u8> {
    let header = format!(r#"{{"a":{{"dtype":"U8","shape":{shape},"data_offsets":[0,{end}]}}}}"#);
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend([0; 64]);
    file
}

#[test]
fn no_memory_for_what_is_only_claimed() {
    let before = peak();
    // From 2^35 bytes, which a machine might have, to 2^63, which none has.
    for power in [32_u32, 37, 40, 50, 60] {
        let member = npy(&format!("({}, 1)", 1_u64 << power));
        assert!(Array::npy(member.clone()).is_err());
        let packed = npz(&member);
        assert!(Arrays::open(packed).and_then(|arrays| arrays.get("a")).is_err());
        let claim = 1_u64 << power;
        let file = safetensors(&format!("[{claim}]"), claim);
        assert!(Arrays::open(file).and_then(|arrays| arrays.get("a")).is_err());
    }
    for axis in [1 << 25, 1 << 30, u32::MAX] {
        assert!(Array::idx(idx(axis)).is_err());
        assert!(Array::idx(gzip(&idx(axis))).is_err());
    }
    if let (Some(before), Some(after)) = (before, peak()) {
        assert!(after - before < 16 << 20, "{} MiB more", (after - before) >> 10);
    }
}
