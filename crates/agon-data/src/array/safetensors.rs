use std::collections::BTreeMap;

use safetensors::Dtype;
use safetensors::tensor::Metadata;

use super::archive::{At, Entry};
use super::{Array, ByteOrder, Element};
use crate::error::Result;
use crate::file::Bytes;

/// Longer headers are refused, as other readers of the format do.
const LONGEST_HEADER: u64 = 100_000_000;

/// Whether a file begins like one of safetensors: the length of a header that fits it, and the header's brace.
pub(crate) fn is_safetensors(start: &[u8], length: u64) -> bool {
    start
        .split_first_chunk()
        .is_some_and(|(&n, rest)| rest.first() == Some(&b'{') && u64::from_le_bytes(n) <= length.saturating_sub(8))
}

/// The arrays of a safetensors file. All stream.
///
/// The header is JSON; that the parts lie close together, fill the file and have the sizes of their shapes is
/// checked before any is read.
pub(super) fn entries(bytes: &Bytes) -> Result<BTreeMap<String, Entry>> {
    let start = bytes.read(0, bytes.len().min(9))?;
    let header = match start.split_first_chunk() {
        Some((&n, _)) if is_safetensors(&start, bytes.len()) => u64::from_le_bytes(n),
        _ => return Err(bytes.error("an .npz or a safetensors file", "neither")),
    };
    if header > LONGEST_HEADER {
        return Err(bytes.error(format!("a header of at most {LONGEST_HEADER} bytes"), header));
    }
    let text = bytes.read(8, header)?;
    let metadata: Metadata =
        serde_json::from_slice(&text).map_err(|error| bytes.error("the header of a safetensors file", error))?;
    let first = 8 + header;
    let content = metadata.data_len() as u64;
    if first.checked_add(content) != Some(bytes.len()) {
        return Err(bytes.error(format!("{content} bytes after the header"), bytes.len() - first));
    }
    let mut entries = BTreeMap::new();
    for (name, info) in metadata.tensors() {
        let offset = first + info.data_offsets.0 as u64;
        let at = match element(info.dtype) {
            Some(element) if !info.shape.is_empty() && info.shape.iter().skip(1).all(|&axis| axis > 0) => {
                let shape = info.shape.clone();
                At::Open(Array::dense(bytes.clone(), element, ByteOrder::Little, shape, offset)?)
            }
            Some(_) => At::Foreign(format!("the shape {:?}", info.shape)),
            None => At::Foreign(format!("the type {}", info.dtype)),
        };
        let shape = info.shape.clone();
        entries.insert(name, Entry { shape, at });
    }
    Ok(entries)
}

fn element(dtype: Dtype) -> Option<Element> {
    Some(match dtype {
        Dtype::BOOL => Element::Bool,
        Dtype::U8 => Element::U8,
        Dtype::I8 => Element::I8,
        Dtype::U16 => Element::U16,
        Dtype::I16 => Element::I16,
        Dtype::U32 => Element::U32,
        Dtype::I32 => Element::I32,
        Dtype::U64 => Element::U64,
        Dtype::I64 => Element::I64,
        Dtype::F16 => Element::F16,
        Dtype::BF16 => Element::BF16,
        Dtype::F32 => Element::F32,
        Dtype::F64 => Element::F64,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::TensorView;

    use super::*;
    use crate::Arrays;
    use crate::testing::{Folder, spoil};

    fn file() -> Vec<u8> {
        let numbers: Vec<u8> = (0..6).flat_map(|i| (i as f32).to_le_bytes()).collect();
        let labels: Vec<u8> = [4_i64, 9].map(i64::to_le_bytes).concat();
        let tensors = [
            ("images", TensorView::new(Dtype::F32, vec![2, 3], &numbers).unwrap()),
            ("labels", TensorView::new(Dtype::I64, vec![2], &labels).unwrap()),
            ("small", TensorView::new(Dtype::F8_E4M3, vec![2], &[1, 2]).unwrap()),
            ("single", TensorView::new(Dtype::U8, vec![], &[1]).unwrap()),
        ];
        safetensors::serialize(tensors, None).unwrap()
    }

    fn claims(header: &str, content: usize) -> Vec<u8> {
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header.as_bytes());
        file.resize(file.len() + content, 0);
        file
    }

    #[test]
    fn arrays_are_found_by_name_and_stream() {
        let folder = Folder::new();
        let path = folder.write("a.safetensors", &file());
        let arrays = Arrays::open(&path).unwrap();
        let images = arrays.get("images").unwrap();
        assert_eq!(images.floats(&[1]).unwrap(), [3.0, 4.0, 5.0]);
        assert_eq!(images.streams_from(), [path]);
        assert_eq!(
            arrays.get("labels").unwrap().labels().unwrap().of(&[1, 0]).unwrap(),
            [9, 4]
        );
        assert!(arrays.get("small").unwrap_err().to_string().contains("F8_E4M3"));
        assert!(arrays.get("single").is_err());
    }

    #[test]
    fn lies_are_errors_at_once() {
        let part =
            |shape: &str, end: &str| format!(r#"{{"a":{{"dtype":"U8","shape":{shape},"data_offsets":[0,{end}]}}}}"#);
        assert!(Arrays::open(claims(&part("[4]", "4"), 4)).is_ok());
        for (shape, end, content) in [
            ("[1152921504606846976]", "1152921504606846976", 4),
            ("[4294967296,4294967296,4294967296]", "0", 0),
            ("[1152921504606846976,0]", "0", 0),
            ("[4]", "3", 4),
            ("[4]", "4", 5),
            ("[4]", "4", 3),
        ] {
            let arrays = Arrays::open(claims(&part(shape, end), content));
            assert!(arrays.and_then(|arrays| arrays.get("a")).is_err(), "{shape}");
        }
        let mut long = (1_u64 << 60).to_le_bytes().to_vec();
        long.push(b'{');
        assert!(Arrays::open(long).is_err());
    }

    #[test]
    fn damage_is_an_error_or_other_numbers() {
        let read = |bytes: Vec<u8>| {
            let Ok(arrays) = Arrays::open(bytes) else { return false };
            let read = |name| arrays.get(name).is_ok_and(|array: Array| array.in_memory().is_ok());
            read("images") && read("labels")
        };
        let (tried, content) = spoil(&file(), 3_000, read);
        assert!(tried > 3_000 && content < tried / 2, "{content} of {tried}");
    }
}
