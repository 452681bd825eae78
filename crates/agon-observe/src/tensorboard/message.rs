/// A protocol buffer being written, field by field.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Message(Vec<u8>);

/// How the value of a field is laid out.
#[derive(Debug, Clone, Copy)]
enum Wire {
    Varint = 0,
    Eight = 1,
    Bytes = 2,
    Four = 5,
}

impl Message {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn integer(mut self, field: u64, value: u64) -> Self {
        self.key(field, Wire::Varint);
        self.varint(value);
        self
    }

    pub fn float(mut self, field: u64, value: f32) -> Self {
        self.key(field, Wire::Four);
        self.0.extend(value.to_le_bytes());
        self
    }

    pub fn double(mut self, field: u64, value: f64) -> Self {
        self.key(field, Wire::Eight);
        self.0.extend(value.to_le_bytes());
        self
    }

    pub fn bytes(mut self, field: u64, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        self.key(field, Wire::Bytes);
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }

    pub fn message(self, field: u64, value: Self) -> Self {
        self.bytes(field, value.0)
    }

    /// Several numbers under one key.
    pub fn doubles(self, field: u64, values: &[f64]) -> Self {
        let packed: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.bytes(field, packed)
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn key(&mut self, field: u64, wire: Wire) {
        self.varint(field << 3 | wire as u64);
    }

    /// Seven bits a byte, the lowest first; the eighth says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varint(value: u64) -> Vec<u8> {
        let mut message = Message::new();
        message.varint(value);
        message.into_bytes()
    }

    #[test]
    fn integers_take_the_bytes_they_need() {
        assert_eq!(varint(0), [0]);
        assert_eq!(varint(127), [127]);
        assert_eq!(varint(128), [0x80, 1]);
        assert_eq!(varint(300), [0xac, 0x02]);
        assert_eq!(varint(u64::MAX), [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
    }

    #[test]
    fn fields_are_the_key_and_the_value() {
        // The examples of the protocol's own description.
        assert_eq!(Message::new().integer(1, 150).into_bytes(), [0x08, 0x96, 0x01]);
        let testing = [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67];
        assert_eq!(Message::new().bytes(2, "testing").into_bytes(), testing);
        let inner = Message::new().integer(1, 150);
        assert_eq!(
            Message::new().message(3, inner).into_bytes(),
            [0x1a, 0x03, 0x08, 0x96, 0x01]
        );
        assert_eq!(Message::new().float(2, 1.0).into_bytes(), [0x15, 0, 0, 0x80, 0x3f]);
        assert_eq!(
            Message::new().double(1, 1.0).into_bytes(),
            [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
        );
        assert_eq!(
            Message::new().doubles(6, &[0.0]).into_bytes(),
            [0x32, 8, 0, 0, 0, 0, 0, 0, 0, 0]
        );
        assert_eq!(Message::new().integer(16, 1).into_bytes(), [0x80, 0x01, 0x01]);
    }
}
