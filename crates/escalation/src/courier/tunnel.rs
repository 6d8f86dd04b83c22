//! The way through a proxy: it is told the host to connect to and nothing else (RFC 9110, section 9.3.6).

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::Endpoint;

/// No proxy says more before it lets one through.
const MOST_HEAD: usize = 8 << 10;

/// Asks the proxy at the other end of `stream` for the endpoint's host. None where it does not let one through; what it
/// says about that is not looked at.
pub(super) async fn through<S>(stream: &mut S, endpoint: &Endpoint) -> Option<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let host = endpoint.host_and_port();
    let request = format!("CONNECT {host} HTTP/1.1\r\nhost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    stream.flush().await.ok()?;
    let mut head = Vec::new();
    // Byte by byte: what comes after the empty line is the host's.
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MOST_HEAD {
            return None;
        }
        head.push(stream.read_u8().await.ok()?);
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let spoken = words.next().is_some_and(|version| version.starts_with("HTTP/1."));
    (spoken && words.next()? == "200").then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Protocol;

    async fn answered(answer: &[u8]) -> (Option<()>, String) {
        let endpoint = Endpoint::parse("https://models.example.org", Protocol::OpenAi, "m", None)
            .and_then(|endpoint| endpoint.through("http://10.0.0.7:3128"))
            .expect("an address");
        let (mut near, mut far) = tokio::io::duplex(64 << 10);
        far.write_all(answer).await.expect("it fits");
        let through = through(&mut near, &endpoint).await;
        drop(near);
        let mut asked = String::new();
        far.read_to_string(&mut asked).await.expect("text");
        (through, asked)
    }

    #[tokio::test]
    async fn only_a_plain_yes_lets_one_through() {
        let (through, asked) = answered(b"HTTP/1.1 200 Connection established\r\nx: y\r\n\r\n").await;
        assert_eq!(through, Some(()));
        assert_eq!(
            asked,
            "CONNECT models.example.org:443 HTTP/1.1\r\nhost: models.example.org:443\r\n\r\n"
        );
        let endless = [b"HTTP/1.1 200 ".as_slice(), &[b'x'; MOST_HEAD]].concat();
        for no in [
            b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n".as_slice(),
            b"HTTP/1.1 302 Found\r\nlocation: http://10.0.0.8\r\n\r\n",
            b"SSH-2.0-x 200\r\n\r\n",
            b"\xff\xfe 200\r\n\r\n",
            &endless,
        ] {
            assert_eq!(answered(no).await.0, None);
        }
    }
}
