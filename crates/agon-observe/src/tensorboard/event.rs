use agon_core::Result;

use super::histogram::Histogram;
use super::message::Message;
use crate::Image;
use crate::image::encode;

/// The fields of TensorFlow's `Event`, `Summary` and `SessionLog` that are written here.
mod field {
    pub const WALL_TIME: u64 = 1;
    pub const STEP: u64 = 2;
    pub const FILE_VERSION: u64 = 3;
    pub const SUMMARY: u64 = 5;
    pub const SESSION_LOG: u64 = 7;

    pub const VALUE: u64 = 1;
    pub const TAG: u64 = 1;
    pub const SIMPLE_VALUE: u64 = 2;
    pub const IMAGE: u64 = 4;
    pub const HISTOGRAM: u64 = 5;

    pub const STATUS: u64 = 1;
}

/// `SessionLog.START`.
const START: u64 = 1;

/// One event of a run, at a time in seconds since 1970.
fn event(time: f64) -> Message {
    Message::new().double(field::WALL_TIME, time)
}

/// What every file begins with.
pub(super) fn version(time: f64) -> Vec<u8> {
    event(time).bytes(field::FILE_VERSION, "brain.Event:2").into_bytes()
}

/// Says that the run goes on with round `step`: what earlier files have of it and later ones no longer counts.
pub(super) fn restart(time: f64, step: u64) -> Vec<u8> {
    let log = Message::new().integer(field::STATUS, START);
    event(time)
        .integer(field::STEP, step)
        .message(field::SESSION_LOG, log)
        .into_bytes()
}

/// What was seen in one round.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary(Message);

impl Summary {
    pub fn is_empty(&self) -> bool {
        self.0 == Message::new()
    }

    pub fn scalar(&mut self, tag: &str, value: f64) {
        self.add(
            Message::new()
                .bytes(field::TAG, tag)
                .float(field::SIMPLE_VALUE, value as f32),
        );
    }

    pub fn image(&mut self, tag: &str, image: &Image) -> Result<()> {
        let picture = Message::new()
            .integer(1, image.height as u64)
            .integer(2, image.width as u64)
            .integer(3, image.channels as u64)
            .bytes(4, encode(image)?);
        self.add(Message::new().bytes(field::TAG, tag).message(field::IMAGE, picture));
        Ok(())
    }

    pub fn histogram(&mut self, tag: &str, values: &[f32]) {
        let histogram = Histogram::of(values).message();
        self.add(
            Message::new()
                .bytes(field::TAG, tag)
                .message(field::HISTOGRAM, histogram),
        );
    }

    /// The event of round `step` which holds it all.
    pub fn event(self, time: f64, step: u64) -> Vec<u8> {
        event(time)
            .integer(field::STEP, step)
            .message(field::SUMMARY, self.0)
            .into_bytes()
    }

    fn add(&mut self, value: Message) {
        self.0 = std::mem::take(&mut self.0).message(field::VALUE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_the_bytes_that_protobuf_writes() {
        let time = [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f];
        let expect = |bytes: &[u8]| [&time, bytes].concat();
        assert_eq!(version(1.5), expect(b"\x1a\x0dbrain.Event:2"));
        assert_eq!(restart(1.5, 7), expect(b"\x10\x07\x3a\x02\x08\x01"));
        let mut summary = Summary::default();
        assert!(summary.is_empty());
        summary.scalar("loss", 0.5);
        let value = b"\x10\x03\x2a\x0d\x0a\x0b\x0a\x04loss\x15\x00\x00\x00\x3f";
        assert_eq!(summary.event(1.5, 3), expect(value));
    }

    #[test]
    fn an_image_is_a_png_with_its_size() {
        let mut summary = Summary::default();
        summary.image("samples", &Image::filled(3, 2, &[9])).unwrap();
        let bytes = summary.event(0.0, 0);
        let sizes = b"\x08\x02\x10\x03\x18\x01\x22";
        let at = bytes.windows(sizes.len()).position(|window| window == sizes).unwrap();
        assert_eq!(&bytes[at + sizes.len() + 1..][..4], b"\x89PNG");
        assert!(Summary::default().image("empty", &Image::filled(0, 2, &[9])).is_err());
    }
}
