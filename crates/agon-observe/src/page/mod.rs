//! Web pages that need nothing but themselves: no network, no other files.

mod base64;
mod html;

pub(crate) use base64::{base64, data_uri};
pub(crate) use html::{Page, data_of};
