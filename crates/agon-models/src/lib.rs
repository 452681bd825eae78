//! Published adversarial networks, one file each.
