//! The courier's own process.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::process::ExitCode;

use bytes::Bytes;
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio_rustls::rustls::pki_types::CertificateDer;

use super::wire::{self, Order, Report};
use super::{Failure, Fault, Limits, http};
use crate::{Endpoint, PayloadHash};

/// The most that a request may be, whatever the application allows.
const MOST_BODY: usize = 16 << 20;

/// The courier process, from start to end: standard input is its end of the line. Ends when the line does.
#[must_use]
pub fn courier_main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody reads what a courier says but over the line.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run() -> std::io::Result<()> {
    let refused = |e: cabinet_seal::SealError| std::io::Error::other(e);
    cabinet_seal::harden_process().map_err(refused)?;
    // All that needs files or threads of the system first.
    let roots = rustls_native_certs::load_native_certs().certs;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?;
    let line = StdUnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    line.set_nonblocking(true)?;
    let line = {
        let _inside = runtime.enter();
        UnixStream::from_std(line)?
    };
    cabinet_seal::enter_courier_cell().map_err(refused)?;
    runtime.block_on(serve(line, roots))
}

async fn serve(line: UnixStream, roots: Vec<CertificateDer<'static>>) -> std::io::Result<()> {
    let (mut from, mut to) = line.into_split();
    let (orders_in, mut orders) = mpsc::channel::<(Order, Vec<u8>)>(2);
    // Ends with the line, and its end ends all: an order that is read by halves is never taken up again.
    tokio::spawn(async move {
        while let Ok(order) = wire::read(&mut from, MOST_BODY).await {
            if orders_in.send(order).await.is_err() {
                return;
            }
        }
    });
    let (reports, mut reports_out) = mpsc::channel::<Report>(16);
    tokio::spawn(async move {
        while let Some(report) = reports_out.recv().await {
            if wire::write(&mut to, &report, &[]).await.is_err() {
                return;
            }
        }
    });
    let gone = |_| std::io::Error::from(std::io::ErrorKind::BrokenPipe);
    reports.send(Report::Ready).await.map_err(gone)?;

    let mut pinned: Option<(Endpoint, Limits)> = None;
    while let Some((order, body)) = orders.recv().await {
        let report = match order {
            Order::Pin { endpoint, limits } => {
                let same = match &pinned {
                    Some((known, _)) => *known == endpoint,
                    None => {
                        cabinet_seal::only_to_port(endpoint.first_hop().1).map_err(std::io::Error::other)?;
                        pinned = Some((endpoint, limits));
                        true
                    }
                };
                Report::Pinned(same)
            }
            Order::Send {
                endpoint,
                sha256,
                key,
            } => {
                let approved = sha256.parse().ok() == Some(PayloadHash::of(&body));
                match &pinned {
                    Some((known, limits)) if *known == endpoint && approved => {
                        let mut sending = http::Sending {
                            endpoint: known,
                            limits: *limits,
                            roots: &roots,
                            reports: reports.clone(),
                            sent: false,
                            received: 0,
                            text: 0,
                        };
                        let ended = tokio::select! {
                            ended = sending.carry(Bytes::from(body), key) => ended,
                            // A second order before the first is done can only be to stop; so is the line's end.
                            _ = orders.recv() => Err((Fault::Cancelled, None)),
                        };
                        sending.report(ended)
                    }
                    Some((known, _)) if *known == endpoint => refuse(Fault::AnotherPayload),
                    _ => refuse(Fault::AnotherEndpoint),
                }
            }
            // It came too late: what it was to stop has ended.
            Order::Cancel => continue,
        };
        reports.send(report).await.map_err(gone)?;
    }
    Ok(())
}

fn refuse(fault: Fault) -> Report {
    Report::End {
        whole: false,
        bytes_received: 0,
        failure: Some(Failure {
            fault,
            may_be_charged: false,
            said: None,
        }),
    }
}
