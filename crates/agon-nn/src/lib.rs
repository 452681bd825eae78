//! Layers that adversarial networks need.
