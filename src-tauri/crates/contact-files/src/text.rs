//! Decodes a stream of bytes into UTF-8, a piece at a time.
//!
//! Bytes that mean nothing in the encoding become U+FFFD; the row they are in is refused where it is read, so that one
//! broken name does not cost the file.

use std::io::{self, ErrorKind, Read};

use encoding_rs::{CoderResult, Decoder, Encoding};

const RAW_BYTES: usize = 64 * 1024;

/// The decoded text that is not used up yet, and where more comes from.
pub(crate) struct DecodedText<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: String,
    start: usize,
    bytes_read: u64,
    complete: bool,
}

impl<R: Read> DecodedText<R> {
    /// Reads from `input`, which stands behind the byte order mark where there is one.
    pub(crate) fn new(input: R, encoding: &'static Encoding) -> Self {
        Self {
            input,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; RAW_BYTES],
            text: String::new(),
            start: 0,
            bytes_read: 0,
            complete: false,
        }
    }

    /// The text at hand.
    pub(crate) fn rest(&self) -> &str {
        self.text.get(self.start..).unwrap_or_default()
    }

    /// Whether nothing comes behind [`Self::rest`].
    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    /// How many bytes were taken from the input.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// How much memory the buffers take.
    #[cfg(test)]
    pub(crate) fn held_bytes(&self) -> usize {
        self.text.capacity() + self.raw.capacity()
    }

    /// Drops the first `len` bytes of the text at hand.
    pub(crate) fn consume(&mut self, len: usize) {
        self.start = (self.start + len).min(self.text.len());
    }

    /// Gets more text: at least as much again as is at hand, so that reading a long record stays linear.
    pub(crate) fn fill(&mut self) -> io::Result<()> {
        self.text.drain(..self.start);
        self.start = 0;
        let wanted = (self.text.len() * 2).max(RAW_BYTES);
        while self.text.len() < wanted && !self.complete {
            let len = match self.input.read(&mut self.raw) {
                Ok(len) => len,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.bytes_read += len as u64;
            self.complete = len == 0;
            self.decode(len);
        }
        Ok(())
    }

    fn decode(&mut self, len: usize) {
        let mut raw = self.raw.get(..len).unwrap_or_default();
        loop {
            self.text.reserve(self.decoder.max_utf8_buffer_length(raw.len()).unwrap_or(RAW_BYTES));
            let (result, read, _) = self.decoder.decode_to_string(raw, &mut self.text, self.complete);
            raw = raw.get(read..).unwrap_or_default();
            if result == CoderResult::InputEmpty {
                return;
            }
        }
    }
}
