use agon_core::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Nothing may be loaded, not even by mistake; what the page shows it has in itself.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
const DATA: &str = "<script type=\"application/json\" id=\"data\">";
const END: &str = "</script>";
/// What all pages look like.
const STYLE: &str = include_str!("base.css");
/// What all scripts use.
const SCRIPT: &str = include_str!("base.js");

/// One page: what it shows lies in it as JSON, which its script draws.
///
/// `style`, `body` and `script` are the library's own; the title and all strings in the data may be
/// anybody's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    pub title: &'a str,
    pub style: &'a str,
    pub body: &'a str,
    pub script: &'a str,
}

impl Page<'_> {
    /// The text of the file.
    pub fn with(&self, data: &impl Serialize) -> Result<String> {
        let data = inert(&serde_json::to_string(data).map_err(Error::other)?);
        let (title, version) = (escaped(self.title), env!("CARGO_PKG_VERSION"));
        let Self {
            style, body, script, ..
        } = self;
        Ok(format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"generator\" content=\"agon {version}\">\n\
             <title>{title}</title>\n<style>\n{STYLE}{style}</style>\n</head>\n<body>\n{body}\n\
             <noscript>This page draws its data by a script of its own, which is switched off.</noscript>\n\
             {DATA}{data}{END}\n<script>\n{SCRIPT}{script}</script>\n</body>\n</html>\n"
        ))
    }
}

/// The data of a page that [`Page::with`] made; `None` if there are none of this kind.
pub(crate) fn data_of<T: DeserializeOwned>(html: &str) -> Option<T> {
    let (_, rest) = html.split_once(DATA)?;
    let (data, _) = rest.split_once(END)?;
    serde_json::from_str(data).ok()
}

/// The same JSON without a character that could end its element or begin another. They occur in strings
/// only, where escapes mean the same.
fn inert(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + json.len() / 64);
    for part in json.split_inclusive(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        let mut letters = part.chars();
        let escape = match letters.next_back() {
            Some('<') => "\\u003c",
            Some('>') => "\\u003e",
            Some('&') => "\\u0026",
            Some('\u{2028}') => "\\u2028",
            Some('\u{2029}') => "\\u2029",
            _ => {
                text.push_str(part);
                continue;
            }
        };
        text.push_str(letters.as_str());
        text.push_str(escape);
    }
    text
}

/// Text as it stands between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_a_page() {
        let nasty = "</script><!-- <b onclick='x'>&\u{2028}\u{2029} \"quoted\" \\u003c größer".to_owned();
        let page = Page {
            title: "</title><script>alert(1)</script>",
            style: "",
            body: "",
            script: "",
        };
        let html = page.with(&vec![nasty.clone()]).unwrap();
        assert_eq!(html.matches("</script>").count(), 2);
        assert_eq!(html.matches("<script").count(), 2);
        assert!(!html.contains("<b ") && !html.contains("<!-- "));
        assert_eq!(data_of::<Vec<String>>(&html), Some(vec![nasty]));
    }

    #[test]
    fn what_is_no_page_has_no_data() {
        assert_eq!(data_of::<Vec<String>>("<html></html>"), None);
        assert_eq!(data_of::<Vec<String>>(&format!("{DATA}[\"cut")), None);
        assert_eq!(data_of::<Vec<String>>(&format!("{DATA}{{}}{END}")), None);
    }
}
