//! Connections: bounded in number and in time, and ended gently.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};
use tokio::time::{sleep, timeout};

use crate::app::exit::Failure;

/// Connections at once; more wait.
const MOST_CONNECTIONS: usize = 512;
/// The longest head of a request, bytes: a link may hold a scenario and pinned ones.
const LONGEST_HEAD: usize = 262_144;
/// How long a request may take to arrive.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// How long answers may still take once the server is told to end.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// Answers connections until Ctrl-C, then lets answers under way end.
pub async fn run(listener: TcpListener, router: Router) -> Result<(), Failure> {
    let ending = Arc::new(Notify::new());
    let told = Arc::clone(&ending);
    ctrlc::set_handler(move || told.notify_one()).map_err(Failure::bug)?;
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let open = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ending.notified() => break,
        };
        let Ok((stream, _)) = accepted else {
            // As when there are no more handles: those that are open end first.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        // Small answers follow one another: none waits for the next.
        drop(stream.set_nodelay(true));
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let service = TowerToHyperService::new(router.clone());
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .max_buf_size(LONGEST_HEAD);
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // What a visitor breaks off is no news.
            drop(connection.await);
            drop(place);
        });
    }
    drop(listener);
    // A second Ctrl-C, or an answer without an end, does not hold the program up.
    tokio::select! {
        _ = timeout(ENDS_WITHIN, open.shutdown()) => {}
        () = ending.notified() => {}
    }
    Ok(())
}
