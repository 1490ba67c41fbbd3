//! Splits streams of lines without copies.

use bytes::{Bytes, BytesMut};

/// What went wrong.
#[derive(Debug, PartialEq, Eq)]
pub enum Error {
    /// A line is longer than allowed.
    TooLong(usize),
}

/// Collects bytes and gives lines.
pub struct Lines {
    room: BytesMut,
    max: usize,
}

impl Lines {
    /// Lines of at most `max` bytes.
    pub fn new(max: usize) -> Self {
        Self { room: BytesMut::new(), max }
    }

    /// Adds what was read.
    pub fn push(&mut self, some: &[u8]) {
        self.room.extend_from_slice(some);
    }

    /// The next whole line, without its end.
    pub fn next_line(&mut self) -> Result<Option<Bytes>, Error> {
        match memchr::memchr(b'\n', &self.room) {
            Some(at) if at > self.max => Err(Error::TooLong(at)),
            Some(at) => {
                let line = self.room.split_to(at + 1).freeze();
                Ok(Some(line.slice(..at)))
            }
            None if self.room.len() > self.max => Err(Error::TooLong(self.room.len())),
            None => Ok(None),
        }
    }
}
