//! Systems where nothing is enforced by this crate: the calls succeed without effect and the probe says so.

use std::path::Path;

use crate::{CellLimits, FilePlaces, SealCheck, SealError, SealMode, SealReport};

/// Does nothing here; see [`probe`].
///
/// # Errors
/// Never on this system.
pub fn harden_process() -> Result<(), SealError> {
    Ok(())
}

/// Does nothing here; see [`probe`].
///
/// # Errors
/// Never on this system.
pub fn seal_network(_mode: SealMode) -> Result<(), SealError> {
    Ok(())
}

/// Does nothing here; see [`probe`].
///
/// # Errors
/// Never on this system.
pub fn enter_reader_cell(_limits: &CellLimits) -> Result<(), SealError> {
    Ok(())
}

/// Does nothing here; see [`probe`].
///
/// # Errors
/// Never on this system.
pub fn enter_courier_cell() -> Result<(), SealError> {
    Ok(())
}

/// Does nothing here; see [`probe`].
///
/// # Errors
/// Never on this system.
pub fn only_to_port(_port: u16) -> Result<(), SealError> {
    Ok(())
}

/// Does nothing here, and says so by `false`.
///
/// # Errors
/// Never on this system.
pub fn confine_files(_places: &FilePlaces) -> Result<bool, SealError> {
    Ok(false)
}

/// Says that nothing is enforced.
pub fn probe_files(name: &str, _own: Option<&Path>) -> SealCheck {
    SealCheck {
        name: name.to_owned(),
        refused: false,
        detail: "Cabinet asks only the Linux kernel for this.".to_owned(),
    }
}

/// Says that nothing is enforced.
pub fn probe() -> SealReport {
    let absent = |name: &str| SealCheck {
        name: name.to_owned(),
        refused: false,
        detail: "Cabinet asks only the Linux kernel for this.".to_owned(),
    };
    SealReport {
        sealed: false,
        summary: "On this system nothing stops Cabinet's process from opening a network connection; \
                  that it does not is a matter of its code alone."
            .to_owned(),
        checks: [
            "Network sockets",
            "Reading this process's memory",
            "The reader's access to files",
        ]
        .into_iter()
        .map(absent)
        .collect(),
    }
}
