//! What is tried for the privacy page and `cabinet doctor` besides what the kernel refuses.

use cabinet_seal::SealCheck;

/// Whether the system keeps the page that holds an open cabinet's keys from being written to its swap space, tried now.
pub fn keys_check() -> SealCheck {
    let kept = cabinet_vault::keys_can_be_kept();
    let detail = if kept {
        "The memory that holds the master key and the keys made from it stays out of the swap space."
    } else {
        "This system lets you keep no memory out of swap (`ulimit -l`): keys of an open cabinet may be written to it."
    };
    SealCheck {
        name: "Keys written to the swap space".to_owned(),
        refused: kept,
        detail: detail.to_owned(),
    }
}
