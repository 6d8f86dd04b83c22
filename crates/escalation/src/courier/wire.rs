//! What goes over the socket pair: frames of a JSON head and raw bytes, both within bounds.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

use super::{Failure, Limits};
use crate::Endpoint;

/// Heads hold an endpoint with a certificate at most, or a piece of an answer.
const MOST_HEAD: u32 = 4 << 20;

/// What the application says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// The one endpoint, and what a sending may take. Said once.
    Pin { endpoint: Endpoint, limits: Limits },
    /// Carry the bytes that follow.
    Send {
        endpoint: Endpoint,
        /// Of the bytes, in hexadecimal.
        sha256: String,
        key: Option<String>,
    },
    /// Stop.
    Cancel,
}

/// What the courier says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Report {
    /// It is locked in.
    Ready,
    /// It knows its endpoint; false where it knew another.
    Pinned(bool),
    /// It is connected.
    Connected(String),
    /// The request is being handed to the network.
    Sending,
    /// More of the answer.
    Text(String),
    /// That was all.
    End {
        whole: bool,
        bytes_received: u64,
        failure: Option<Failure>,
    },
}

/// Writes one frame.
pub(super) async fn write<T: Serialize>(
    to: &mut (impl AsyncWrite + Unpin),
    head: &T,
    body: &[u8],
) -> std::io::Result<()> {
    let head = Zeroizing::new(serde_json::to_vec(head)?);
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| std::io::ErrorKind::InvalidInput);
    let mut lengths = [0; 8];
    lengths[..4].copy_from_slice(&length(&head)?.to_le_bytes());
    lengths[4..].copy_from_slice(&length(body)?.to_le_bytes());
    to.write_all(&lengths).await?;
    to.write_all(&head).await?;
    to.write_all(body).await?;
    to.flush().await
}

/// Reads one frame whose body is at most so long. What does not keep to the format is an error, after which nothing
/// more can be read.
pub(super) async fn read<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
    most_body: usize,
) -> std::io::Result<(T, Vec<u8>)> {
    let nonsense = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let head_bytes = from.read_u32_le().await?;
    let body_bytes = from.read_u32_le().await?;
    let body_bytes = usize::try_from(body_bytes).map_err(|_| nonsense())?;
    if head_bytes > MOST_HEAD || body_bytes > most_body {
        return Err(nonsense());
    }
    let mut head = Zeroizing::new(vec![0; usize::try_from(head_bytes).map_err(|_| nonsense())?]);
    from.read_exact(&mut head).await?;
    let mut body = vec![0; body_bytes];
    from.read_exact(&mut body).await?;
    Ok((serde_json::from_slice(&head).map_err(|_| nonsense())?, body))
}
