//! The switch: kept in the vault, with a mark beside the key file that asks for a courier at the next start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cabinet_escalation::routing::Rule;
use cabinet_escalation::{Courier, CourierError, CourierProcess, Endpoint, EndpointKey};
use cabinet_library::{Action, FolderId, LibraryError};
use cabinet_vault::Passphrase;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::EscalationError;
use crate::Desk;

const SETTINGS: &str = "escalation";
const KEY: &str = "escalation_key";
/// What the mark says to whoever opens it. It opens nothing and switches nothing on.
const MARK: &str = "This cabinet asks for a courier process when Cabinet is started. Whether anything may be sent, and \
                    where to, stands in the vault; if the vault says no, the courier is ended at once.\n";

/// What the user chose; kept in the vault.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EscalationSettings {
    /// Whether anything may be sent at all.
    pub on: bool,
    /// Where to.
    pub endpoint: Option<Endpoint>,
    /// From which folders; from all where none are named.
    pub folders: Option<Vec<FolderId>>,
    /// What happens when the small model's own checks find it wanting.
    pub rule: Rule,
    /// Price of a million tokens sent, in whatever the user counts.
    pub price_in: Option<f64>,
    /// Price of a million tokens of answer.
    pub price_out: Option<f64>,
}

/// What switching on takes.
pub struct Switch {
    /// Where to.
    pub endpoint: Endpoint,
    /// From which folders; from all where none are named.
    pub folders: Option<Vec<FolderId>>,
    /// What happens when the small model's own checks find it wanting.
    pub rule: Rule,
    /// The key the endpoint asks for; none keeps the one there is for the same address.
    pub key: Option<EndpointKey>,
    /// Prices of a million tokens, sent and answered.
    pub prices: (Option<f64>, Option<f64>),
}

/// Whether there is somebody to carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourierState {
    /// Sending is off, and there is no courier.
    Off,
    /// A courier waits.
    Ready,
    /// Sending was switched on or changed; a courier for that comes with the next start.
    NeedsRestart,
}

/// Where the mark lies.
fn mark(home: &Path) -> PathBuf {
    home.join("courier")
}

/// Whether this cabinet asks for a courier. Anybody who can write to its folder can ask; what the vault says counts,
/// and is compared when it is opened ([`Desk::admit`]).
#[must_use]
pub fn courier_wanted(home: &Path) -> bool {
    mark(home).exists()
}

/// Starts this very program as a courier, where the cabinet asks for one. To be called before the network is given up.
///
/// # Errors
/// When one is asked for and cannot be started.
pub fn start_courier(home: &Path) -> Result<Option<CourierProcess>, CourierError> {
    if !courier_wanted(home) {
        return Ok(None);
    }
    let program = std::env::current_exe().map_err(|e| CourierError::NotStarted(e.kind()))?;
    CourierProcess::start(&program, &["--courier"]).map(Some)
}

impl Desk {
    /// What the user chose.
    pub async fn escalation(&self) -> Result<EscalationSettings, LibraryError> {
        let stored = self.library().setting(SETTINGS).await?;
        // What cannot be read means no.
        Ok(stored
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default())
    }

    /// Whether a key for the endpoint is kept.
    pub async fn has_endpoint_key(&self) -> Result<bool, LibraryError> {
        Ok(self
            .library()
            .setting(KEY)
            .await?
            .is_some_and(|sealed| !sealed.is_empty()))
    }

    /// Switches sending on, or changes where to; asks for the passphrase. A courier comes with the next start.
    ///
    /// # Errors
    /// When the passphrase is wrong; nothing is changed then.
    pub async fn switch_on(&self, switch: Switch, passphrase: Passphrase) -> Result<(), EscalationError> {
        let vault = self.library().shared_vault();
        let checked = tokio::task::spawn_blocking(move || vault.check_passphrase(&passphrase)).await;
        match checked {
            Ok(checked) => checked.map_err(LibraryError::from)?,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        }
        let before = self.escalation().await?;
        let same_host = before.endpoint.as_ref().is_some_and(|known| {
            (known.host(), known.port(), known.tls())
                == (
                    switch.endpoint.host(),
                    switch.endpoint.port(),
                    switch.endpoint.tls(),
                )
        });
        match switch.key {
            Some(key) => {
                let label = key_label(&switch.endpoint);
                let sealed = self
                    .library()
                    .vault()
                    .seal_value(&label, key.expose_secret().as_bytes())
                    .map_err(LibraryError::from)?;
                self.library().set_setting(KEY, &hex(&sealed)).await?;
            }
            // A key is for one host and is never shown to another.
            None if !same_host => self.library().set_setting(KEY, "").await?,
            None => {}
        }
        let settings = EscalationSettings {
            on: true,
            endpoint: Some(switch.endpoint),
            folders: switch.folders,
            rule: switch.rule,
            price_in: switch.prices.0,
            price_out: switch.prices.1,
        };
        self.keep(&settings).await?;
        self.library()
            .record(
                Action::EscalationOn,
                settings.endpoint.as_ref().map(Endpoint::address),
                None,
            )
            .await?;
        std::fs::write(mark(self.library().home()), MARK).map_err(|e| EscalationError::Marker(e.kind()))
    }

    /// Switches sending off, ends the courier and forgets the endpoint's key. Takes nothing but the wish.
    ///
    /// # Errors
    /// When it could not be stored; the courier is ended all the same.
    pub async fn switch_off(&self) -> Result<(), EscalationError> {
        self.dismiss();
        let before = self.escalation().await?;
        let settings = EscalationSettings {
            on: false,
            ..before.clone()
        };
        self.keep(&settings).await?;
        self.library().set_setting(KEY, "").await?;
        if before.on {
            self.library().record(Action::EscalationOff, None, None).await?;
        }
        unmark(self.library().home())
    }

    /// Compares what the vault says with the courier that was started on the mark's word: where the vault says no, the
    /// courier is ended and the mark removed.
    pub async fn admit(&self, courier: Option<Arc<Courier>>) -> Result<CourierState, EscalationError> {
        let settings = self.escalation().await?;
        let Some(endpoint) = settings.endpoint.filter(|_| settings.on) else {
            if let Some(courier) = courier {
                courier.end();
            }
            self.dismiss();
            unmark(self.library().home())?;
            return Ok(CourierState::Off);
        };
        if !courier_wanted(self.library().home()) {
            std::fs::write(mark(self.library().home()), MARK)
                .map_err(|e| EscalationError::Marker(e.kind()))?;
        }
        let Some(courier) = courier.filter(|courier| courier.lives()) else {
            return Ok(CourierState::NeedsRestart);
        };
        match courier.pin(&endpoint).await {
            Ok(()) => {
                *self
                    .courier
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(courier);
                Ok(CourierState::Ready)
            }
            // The address was changed since it was started; it carries nothing then.
            Err(_) => Ok(CourierState::NeedsRestart),
        }
    }

    /// Whether there is somebody to carry, now.
    pub async fn courier_state(&self) -> Result<CourierState, EscalationError> {
        if !self.escalation().await?.on {
            return Ok(CourierState::Off);
        }
        match self.courier() {
            Some(courier) => self.admit(Some(courier)).await,
            None => Ok(CourierState::NeedsRestart),
        }
    }

    pub(super) fn courier(&self) -> Option<Arc<Courier>> {
        self.courier
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    fn dismiss(&self) {
        let courier = self
            .courier
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        if let Some(courier) = courier {
            courier.end();
        }
    }

    async fn keep(&self, settings: &EscalationSettings) -> Result<(), EscalationError> {
        let json = serde_json::to_string(settings).map_err(|_| EscalationError::Unreadable)?;
        Ok(self.library().set_setting(SETTINGS, &json).await?)
    }

    /// The key for this endpoint, taken out of the vault for one sending.
    pub(super) async fn endpoint_key(
        &self,
        endpoint: &Endpoint,
    ) -> Result<Option<EndpointKey>, EscalationError> {
        let sealed = self.library().setting(KEY).await?.unwrap_or_default();
        if sealed.is_empty() {
            return Ok(None);
        }
        let sealed = unhex(&sealed).ok_or(EscalationError::Unreadable)?;
        let key = self
            .library()
            .vault()
            .open_value(&key_label(endpoint), &sealed)
            .map_err(LibraryError::from)?;
        let key = std::str::from_utf8(&key).map_err(|_| EscalationError::Unreadable)?;
        Ok(Some(key.to_owned().into()))
    }
}

/// A key is sealed for its host: it does not open for another.
fn key_label(endpoint: &Endpoint) -> String {
    let scheme = if endpoint.tls() { "https" } else { "http" };
    format!(
        "endpoint key of {scheme}://{}:{}",
        endpoint.host(),
        endpoint.port()
    )
}

fn unmark(home: &Path) -> Result<(), EscalationError> {
    match std::fs::remove_file(mark(home)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(EscalationError::Marker(e.kind())),
        _ => Ok(()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits?;
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair.first()? << 4 | pair.get(1)?).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_reads_as_it_is_written() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        assert_eq!(unhex("abc"), None);
        assert_eq!(unhex("zz"), None);
    }

    #[test]
    fn what_cannot_be_read_means_off() {
        assert!(!EscalationSettings::default().on);
        assert!(serde_json::from_str::<EscalationSettings>("{\"on\":true,\"rule\":\"send\"}").is_err());
    }
}
