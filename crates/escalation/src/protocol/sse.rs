//! Server-sent events (WHATWG HTML, 9.2): as much of them as both protocols use, within bounds.

/// One line may be so long; the longest real ones hold a few kilobytes.
const MOST_LINE: usize = 1 << 20;

/// The stream does not keep to the format or to the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Takes a stream apart into the data of its events.
#[derive(Default)]
pub(crate) struct Events {
    line: Vec<u8>,
    data: String,
    after_return: bool,
}

impl Events {
    /// Takes some bytes and gives the data of each event that they complete, in order.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<Vec<String>, Malformed> {
        let mut events = Vec::new();
        for &byte in bytes {
            let second_half = std::mem::replace(&mut self.after_return, byte == b'\r') && byte == b'\n';
            match byte {
                _ if second_half => {}
                b'\n' | b'\r' => events.extend(self.end_line()?),
                _ if self.line.len() == MOST_LINE => return Err(Malformed),
                _ => self.line.push(byte),
            }
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Result<Option<String>, Malformed> {
        let line = std::mem::take(&mut self.line);
        let line = str::from_utf8(&line).map_err(|_| Malformed)?;
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            return Ok((!data.is_empty()).then_some(data));
        }
        // Names of events, identifiers and comments say nothing that the data does not.
        if let Some(data) = line.strip_prefix("data:") {
            if self.data.len() + data.len() > MOST_LINE {
                return Err(Malformed);
            }
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STREAM: &str =
        ": comment\r\nevent: message\r\ndata: {\"a\":1}\r\n\r\ndata: one\ndata: two\n\ndata: cut";

    #[test]
    fn events_are_taken_apart_wherever_the_network_cuts() {
        for step in 1..STREAM.len() {
            let mut events = Events::default();
            let mut all = Vec::new();
            for bytes in STREAM.as_bytes().chunks(step) {
                all.extend(events.take(bytes).unwrap());
            }
            assert_eq!(all, ["{\"a\":1}", "one\ntwo"], "in steps of {step}");
        }
    }

    #[test]
    fn rejects_an_endless_line() {
        let mut events = Events::default();
        let endless = vec![b'x'; 64 << 10];
        assert!((0..40).any(|_| events.take(&endless).is_err()));
    }

    #[test]
    fn rejects_what_is_not_utf8() {
        assert_eq!(Events::default().take(b"data: \xff\n"), Err(Malformed));
    }

    proptest! {
        #[test]
        fn any_bytes_end_cleanly(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
            let _ = Events::default().take(&bytes);
        }
    }
}
