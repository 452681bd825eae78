//! The Rust in README and docs compiles: what stands there stands below too, in functions that nobody calls.
//!
//! A page shows what matters and leaves out where `gan` and `device` come from; here that is said. README's program is the
//! example of the crate's front page, which is compiled as such.

mod snippets;

use std::path::{Path, PathBuf};

#[test]
fn every_snippet_of_the_pages_is_compiled() {
    let compiled = squeezed(include_str!("pages/snippets.rs"));
    let front = squeezed(&include_str!("../../src/lib.rs").replace("//!", ""));
    let mut snippets = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for snippet in rust(&text) {
            let wanted = squeezed(&snippet);
            let known = compiled.contains(&wanted) || front.contains(&wanted);
            assert!(
                known,
                "{} has this, tests/suite/pages/snippets.rs has not:\n{snippet}",
                page.display()
            );
            snippets += 1;
        }
    }
    assert!(snippets > 15, "only {snippets} found");
}

/// README and everything in docs.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).unwrap();
    let docs = docs.map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = docs
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    pages.push(root.join("README.md"));
    pages
}

/// What stands between "```rust" and "```".
fn rust(text: &str) -> Vec<String> {
    let blocks = text.split("```rust\n").skip(1);
    blocks
        .map(|rest| rest.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

/// Without what rustfmt is free to change: white space, and commas before a bracket that closes.
fn squeezed(code: &str) -> String {
    let dense: String = code.chars().filter(|char| !char.is_whitespace()).collect();
    [")", "]", "}"]
        .iter()
        .fold(dense, |code, end| code.replace(&format!(",{end}"), end))
}
