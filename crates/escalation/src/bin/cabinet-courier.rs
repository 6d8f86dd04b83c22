//! The courier alone, as this crate's tests start it.

fn main() -> std::process::ExitCode {
    cabinet_escalation::courier_main()
}
