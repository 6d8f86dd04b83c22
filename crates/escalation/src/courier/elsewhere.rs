//! Systems where a courier could not be confined: there is none, so nothing can be sent.

use std::path::Path;
use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use super::{Answer, CourierError, Limits};
use crate::{ApprovedPayload, Endpoint, EndpointKey};

/// Never made on this system.
pub struct CourierProcess(std::convert::Infallible);

impl CourierProcess {
    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn start(_program: &Path, _args: &[&str]) -> Result<Self, CourierError> {
        Err(CourierError::NotStarted(std::io::ErrorKind::Unsupported))
    }

    /// Its process identifier.
    #[must_use]
    pub fn id(&self) -> u32 {
        match self.0 {}
    }

    /// Takes the line into the runtime of the caller.
    ///
    /// # Errors
    /// Never reached.
    pub fn into_courier(self, _limits: Limits) -> Result<Courier, CourierError> {
        match self.0 {}
    }
}

/// Never made on this system.
pub struct Courier(std::convert::Infallible);

impl Courier {
    /// Tells the courier its one endpoint.
    ///
    /// # Errors
    /// Never reached.
    pub async fn pin(&self, _endpoint: &Endpoint) -> Result<(), CourierError> {
        match self.0 {}
    }

    /// Has an approved payload carried.
    pub async fn send(
        &self,
        _payload: ApprovedPayload,
        _key: Option<&EndpointKey>,
        _cancel: &CancellationToken,
        _listen: &(dyn Fn(&str) + Send + Sync),
    ) -> Answer {
        match self.0 {}
    }

    /// Ends the courier.
    pub fn end(&self) {
        match self.0 {}
    }

    /// True while the courier's process lives.
    pub fn lives(&self) -> bool {
        match self.0 {}
    }

    /// Its process identifier.
    pub fn id(&self) -> u32 {
        match self.0 {}
    }
}

/// Refuses: this system has no cell for a courier.
#[must_use]
pub fn courier_main() -> ExitCode {
    ExitCode::FAILURE
}
