//! Brings the page back where the process that draws it goes away, be it by a fault of WebKit's or for want of memory:
//! without it a person would look at an empty window. Nothing is kept in that process but the last keys of a note; an
//! open cabinet stays open, and a locked one locked.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use tauri::WebviewWindow;
use webkit2gtk::WebViewExt;

/// A page that goes away more often than so many times in a row would only take the processor.
const TRIES: usize = 3;
const IN_A_ROW: Duration = Duration::from_secs(60);

/// Loads the page of this window anew whenever its process ends.
///
/// # Errors
/// The window has no view.
pub fn bring_back_when_gone(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|view| {
        let lately = RefCell::new(Vec::with_capacity(TRIES));
        view.inner().connect_web_process_terminated(move |view, reason| {
            let mut lately = lately.borrow_mut();
            lately.retain(|at: &Instant| at.elapsed() < IN_A_ROW);
            if lately.len() < TRIES {
                lately.push(Instant::now());
                eprintln!("The process that draws the window went away ({reason:?}); its page is loaded anew.");
                view.reload();
            } else {
                eprintln!("The process that draws the window goes away again and again ({reason:?}). Start Cabinet anew.");
            }
        });
    })
}
