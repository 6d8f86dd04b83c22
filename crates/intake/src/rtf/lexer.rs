//! The tokens of RTF (specification 1.9.1, "RTF Syntax").

/// One token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Open,
    Close,
    /// A control word and its number.
    Word(&'a [u8], Option<i32>),
    /// A control symbol.
    Symbol(u8),
    /// One byte written in hexadecimal digits.
    Byte(u8),
    /// Plain bytes; line ends between them mean nothing and are left out.
    Text(&'a [u8]),
}

/// Reads token after token.
pub(super) struct Lexer<'a> {
    rest: &'a [u8],
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Passes over bytes that are no RTF: what `\bin` announces.
    pub(super) fn pass(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// Goes to where these bytes stand next, if they do.
    pub(super) fn find(&mut self, wanted: &[u8]) -> bool {
        let found = memchr::memmem::find(self.rest, wanted);
        if let Some(at) = found {
            self.take(at);
        }
        found.is_some()
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        taken
    }

    fn word(&mut self) -> Token<'a> {
        let letters = self
            .rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let word = self.take(letters);
        let sign =
            usize::from(self.rest.first() == Some(&b'-') && self.rest.get(1).is_some_and(u8::is_ascii_digit));
        let digits = self.rest[sign..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let number = self.take(if digits > 0 { sign + digits } else { 0 });
        // One space ends the word and belongs to it.
        if self.rest.first() == Some(&b' ') {
            self.take(1);
        }
        let number = std::str::from_utf8(number)
            .ok()
            .and_then(|number| number.parse().ok());
        Token::Word(word, number)
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let ends = |byte: &u8| matches!(byte, b'{' | b'}' | b'\\' | b'\r' | b'\n');
        loop {
            return Some(match *self.rest.first()? {
                b'{' => {
                    self.take(1);
                    Token::Open
                }
                b'}' => {
                    self.take(1);
                    Token::Close
                }
                b'\r' | b'\n' => {
                    self.take(1);
                    continue;
                }
                b'\\' => match *self.rest.get(1)? {
                    letter if letter.is_ascii_alphabetic() => {
                        self.take(1);
                        self.word()
                    }
                    b'\'' => {
                        let digit = |at: usize| {
                            let digit = self.rest.get(at).map(|byte| char::from(*byte))?;
                            digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
                        };
                        match (digit(2), digit(3)) {
                            (Some(high), Some(low)) => {
                                self.take(4);
                                Token::Byte(high * 16 + low)
                            }
                            _ => {
                                self.take(2);
                                continue;
                            }
                        }
                    }
                    symbol => {
                        self.take(2);
                        Token::Symbol(symbol)
                    }
                },
                _ => {
                    let end = self.rest.iter().position(ends).unwrap_or(self.rest.len());
                    Token::Text(self.take(end))
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_symbols_and_text() {
        let tokens: Vec<Token<'_>> = Lexer::new(b"{\\rtf1 a\r\nb\\u-10179 ?\\'e9\\~\\'zz\\par}\\").collect();
        assert_eq!(
            tokens,
            [
                Token::Open,
                Token::Word(b"rtf", Some(1)),
                Token::Text(b"a"),
                Token::Text(b"b"),
                Token::Word(b"u", Some(-10179)),
                Token::Text(b"?"),
                Token::Byte(0xe9),
                Token::Symbol(b'~'),
                Token::Text(b"zz"),
                Token::Word(b"par", None),
                Token::Close,
            ]
        );
    }
}
