use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use super::facts::Remote;
use super::md5::Checked;
use crate::file::Partial;

/// Fetches a file and puts it in its place, if it is whole. What went wrong otherwise.
///
/// A server that neither answers nor sends anything for as long as `patience` is given up.
pub(super) fn download(url: &str, remote: &Remote, to: &Path, patience: Duration) -> Result<(), String> {
    let body = request(url, patience).map_err(|error| error.to_string())?;
    if let Some(length) = body.content_length()
        && length != remote.bytes
    {
        return Err(format!("it has {length} bytes instead of {}", remote.bytes));
    }
    let partial = Partial::create(to).map_err(|error| error.to_string())?;
    let mut checked = Checked::new(partial);
    let mut content = body.into_reader().take(remote.bytes.saturating_add(1));
    io::copy(&mut content, &mut checked).map_err(|error| format!("after {} bytes: {error}", checked.bytes))?;
    if checked.bytes != remote.bytes {
        return Err(format!("{} bytes came instead of {}", checked.bytes, remote.bytes));
    }
    let (partial, md5) = checked.finish();
    if md5 != remote.md5 {
        return Err(format!("its MD5 is {md5} instead of {}", remote.md5));
    }
    partial.commit().map_err(|error| error.to_string())
}

fn request(url: &str, patience: Duration) -> Result<ureq::Body, ureq::Error> {
    let mut config = ureq::Agent::config_builder()
        .user_agent(concat!("agon/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(patience))
        .timeout_connect(Some(patience))
        .timeout_recv_response(Some(patience))
        .timeout_per_read(Some(patience));
    // No proxy knows the way to this machine.
    if url.starts_with("http://127.0.0.1") {
        config = config.proxy(None);
    }
    let agent: ureq::Agent = config.build().into();
    Ok(agent.get(url).call()?.into_body())
}
