//! Any bytes as a table.
#![no_main]

use agon_data::{Table, TableOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(table) = Table::open(bytes) {
        // What was read fits the schema that was made of it.
        let again = TableOptions::new().schema(table.schema().clone()).open(bytes);
        assert!(again.is_ok_and(|again| again.len() == table.len()));
    }
});
