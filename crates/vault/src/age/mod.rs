//! The age format, version 1 (<https://c2sp.org/age>): what backups are written in, so that the `age` tool opens them.
//!
//! Own code, because the format is small and its one crate would bring seventy more, a pre-release of a post-quantum
//! scheme among them, and slower ciphers than those that are here already. Only what backups need: X25519 recipients
//! and the binary form. Each file carries, in a stanza that other programs pass over, the text of `vault.json`, so
//! that the passphrase or the recovery code of the day leads to the file's key without anything else at hand.

mod stream;

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::VaultError;
use crate::keys::{self, Key};

pub(crate) use stream::{Opener, Sealer};

const INTRO: &str = "age-encryption.org/v1";
const X25519: &str = "X25519";
/// Names the stanza that holds the text of `vault.json`.
const VAULT: &str = "cabinet.vault/1";
const WRAP_LABEL: &[u8] = b"age-encryption.org/v1/X25519";
const COLUMNS: usize = 64;
const FILE_KEY: usize = 16;
/// Bytes of a wrapped file key: the key and its tag.
const WRAPPED: usize = FILE_KEY + 16;
/// Longer than any header that holds a `vault.json`.
const MOST_HEADER: u64 = 192 * 1024;

type FileKey = SecretBox<[u8; FILE_KEY]>;

/// The key pair that a cabinet's backups are sealed for. It is derived from the master key, so it never changes.
pub(crate) struct Identity {
    secret: StaticSecret,
    public: PublicKey,
}

impl Identity {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let secret = StaticSecret::from(*key);
        let public = PublicKey::from(&secret);
        Self { secret, public }
    }

    /// As the `age` tool reads it from a file of identities.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new(self.secret.to_bytes());
        let prefix = bech32::Hrp::parse("AGE-SECRET-KEY-").expect("it is a valid prefix");
        bech32::encode_upper::<bech32::Bech32>(prefix, bytes.as_slice())
            .map(Zeroizing::new)
            .expect("32 bytes are within the code's length")
    }

    fn wrap(&self, file_key: &FileKey) -> Result<(String, Vec<u8>), VaultError> {
        let mut random = Key::default();
        keys::fill_random(random.expose_secret_mut())?;
        let ephemeral = StaticSecret::from(*random.expose_secret());
        let share = PublicKey::from(&ephemeral);
        let key = self.wrap_key(&share, ephemeral.diffie_hellman(&self.public).as_bytes());
        let mut body = file_key.expose_secret().to_vec();
        cipher(&key)
            .seal_in_place_append_tag(no_nonce(), Aad::empty(), &mut body)
            .expect("a file key is within the cipher's limits");
        Ok((BASE64.encode(share.as_bytes()), body))
    }

    fn unwrap(&self, share: &str, body: &[u8]) -> Option<FileKey> {
        let share: [u8; 32] = BASE64.decode(share).ok()?.try_into().ok()?;
        let share = PublicKey::from(share);
        let shared = self.secret.diffie_hellman(&share);
        if !shared.was_contributory() || body.len() != WRAPPED {
            return None;
        }
        let key = self.wrap_key(&share, shared.as_bytes());
        let mut body = Zeroizing::new(body.to_vec());
        let opened = cipher(&key)
            .open_in_place(no_nonce(), Aad::empty(), &mut body)
            .ok()?;
        let mut file_key = FileKey::default();
        file_key.expose_secret_mut().copy_from_slice(opened);
        Some(file_key)
    }

    fn wrap_key(&self, share: &PublicKey, shared: &[u8; 32]) -> Key {
        let salt = [share.as_bytes().as_slice(), self.public.as_bytes()].concat();
        keys::hkdf(shared, &salt, &[WRAP_LABEL])
    }
}

/// Begins a file for `identity` and gives what seals its content into `sink`.
pub(crate) fn seal<W: Write>(mut sink: W, identity: &Identity, vault: &str) -> Result<Sealer<W>, VaultError> {
    let mut file_key = FileKey::default();
    keys::fill_random(file_key.expose_secret_mut())?;
    let (share, wrapped) = identity.wrap(&file_key)?;
    let mut header = format!("{INTRO}\n");
    push_stanza(&mut header, &format!("{X25519} {share}"), &wrapped);
    push_stanza(&mut header, VAULT, vault.as_bytes());
    header.push_str("---");
    let mac = hmac::sign(&mac_key(&file_key), header.as_bytes());
    header.push_str(&format!(" {}\n", BASE64.encode(mac.as_ref())));
    sink.write_all(header.as_bytes())
        .map_err(VaultError::io("writing a backup"))?;
    Sealer::begin(sink, &file_key)
}

fn push_stanza(header: &mut String, arguments: &str, body: &[u8]) {
    header.push_str(&format!("-> {arguments}\n"));
    let text = BASE64.encode(body);
    let mut rest = text.as_str();
    // A body ends with a line that is not full, empty if need be.
    while rest.len() >= COLUMNS {
        let (line, after) = rest.split_at(COLUMNS);
        header.push_str(line);
        header.push('\n');
        rest = after;
    }
    header.push_str(rest);
    header.push('\n');
}

/// A file's header as read; nothing in it is authenticated yet.
pub(crate) struct Header {
    stanzas: Vec<Stanza>,
    /// What the MAC covers.
    text: String,
    mac: Vec<u8>,
}

struct Stanza {
    arguments: String,
    body: Vec<u8>,
}

impl Header {
    /// Reads a header and not a byte further.
    pub(crate) fn read(source: &mut impl Read) -> Result<Self, VaultError> {
        let mut lines = Lines { source, read: 0 };
        if lines.next()? != INTRO {
            return Err(damaged("it is not a file in the age format"));
        }
        let mut text = format!("{INTRO}\n");
        let mut stanzas = Vec::new();
        let mut line = lines.next()?;
        loop {
            if let Some(mac) = line.strip_prefix("--- ") {
                text.push_str("---");
                let mac = BASE64
                    .decode(mac)
                    .map_err(|_| damaged("its header is unreadable"))?;
                return Ok(Self { stanzas, text, mac });
            }
            let arguments = line
                .strip_prefix("-> ")
                .ok_or_else(|| damaged("its header is unreadable"))?
                .to_owned();
            text.push_str(&format!("{line}\n"));
            let mut body = String::new();
            loop {
                line = lines.next()?;
                text.push_str(&format!("{line}\n"));
                body.push_str(&line);
                if line.len() < COLUMNS {
                    break;
                }
            }
            let body = BASE64
                .decode(body)
                .map_err(|_| damaged("its header is unreadable"))?;
            stanzas.push(Stanza { arguments, body });
            line = lines.next()?;
        }
    }

    /// The text of `vault.json` that it carries.
    pub(crate) fn vault(&self) -> Result<&[u8], VaultError> {
        self.stanzas
            .iter()
            .find(|stanza| stanza.arguments == VAULT)
            .map(|stanza| stanza.body.as_slice())
            .ok_or_else(|| damaged("it is not a backup of a cabinet"))
    }

    /// Authenticates the header and gives what opens the content that follows in `source`.
    pub(crate) fn open<R: Read>(&self, identity: &Identity, source: R) -> Result<Opener<R>, VaultError> {
        let file_key = self
            .stanzas
            .iter()
            .find_map(|stanza| {
                let share = stanza.arguments.strip_prefix(X25519)?.strip_prefix(' ')?;
                identity.unwrap(share, &stanza.body)
            })
            .ok_or_else(|| damaged("it is sealed for another cabinet, or its header was altered"))?;
        hmac::verify(&mac_key(&file_key), self.text.as_bytes(), &self.mac)
            .map_err(|_| damaged("its header was altered"))?;
        Opener::begin(source, &file_key)
    }
}

/// Lines of a header, read byte by byte, because what follows is not text.
struct Lines<'s, R> {
    source: &'s mut R,
    read: u64,
}

impl<R: Read> Lines<'_, R> {
    fn next(&mut self) -> Result<String, VaultError> {
        let mut line = Vec::new();
        loop {
            let mut byte = [0];
            self.source.read_exact(&mut byte).map_err(cut_off)?;
            self.read += 1;
            match byte {
                [b'\n'] => break,
                [printable @ b' '..=b'~'] if self.read < MOST_HEADER => line.push(printable),
                _ => return Err(damaged("it is not a file in the age format")),
            }
        }
        String::from_utf8(line).map_err(|_| damaged("it is not a file in the age format"))
    }
}

fn cipher(key: &Key) -> LessSafeKey {
    let key = UnboundKey::new(&CHACHA20_POLY1305, key.expose_secret()).expect("the cipher takes 32 bytes");
    LessSafeKey::new(key)
}

/// A wrapping key is used once, so its nonce is nothing.
fn no_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

fn mac_key(file_key: &FileKey) -> hmac::Key {
    let key: Key = keys::hkdf(file_key.expose_secret(), b"", &[b"header"]);
    hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret())
}

fn damaged(what: &'static str) -> VaultError {
    VaultError::BackupDamaged { what }
}

/// A file that ends too early is damaged, not unreadable.
fn cut_off(e: std::io::Error) -> VaultError {
    match e.kind() {
        std::io::ErrorKind::UnexpectedEof => damaged("its end is missing"),
        _ => VaultError::io("reading a backup")(e),
    }
}

#[cfg(test)]
mod tests;
