//! Adversarial training in pure Rust.
