//! `serve`: the page on which a proposal is tried.
//!
//! [`choices`]: the state of the page, which is a link and a scenario. [`site`]: what all requests are
//! answered from. [`desk`]: where work is done; [`turns`]: who waits for it. [`answer`]: a state, simulated
//! by the same functions as on the command line. [`wishes`], [`searches`], [`better`]: what to propose
//! instead. [`side_by_side`]: proposals on the same luck. [`page`], [`controls`], [`files`], [`api`]: what is
//! sent. [`guard`]: who may ask. [`large`]: answers that take much room. [`server`]: connections.

mod answer;
mod api;
mod better;
mod choices;
mod controls;
mod desk;
mod files;
mod guard;
mod large;
mod openapi;
mod page;
mod refused;
mod routes;
mod searches;
mod server;
mod side_by_side;
mod site;
mod turns;
mod wishes;

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;

use super::cli::ServeArgs;
use super::exit::{Failure, complain, print};
use guard::Guard;
use routes::Shared;

/// Serves the page until Ctrl-C, which is how it is meant to end.
pub fn serve(args: &ServeArgs) -> Result<(), Failure> {
    let site = site::Site::open()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Failure::bug)?;
    let served = runtime.block_on(serving(args, site));
    // A job that nobody waits for any more does not hold the program up.
    runtime.shutdown_background();
    served
}

async fn serving(args: &ServeArgs, site: site::Site) -> Result<(), Failure> {
    let wanted = SocketAddr::new(args.bind, args.port);
    let listener = TcpListener::bind(wanted).await.map_err(|error| {
        Failure::bad_input(match error.kind() {
            ErrorKind::AddrInUse => format!(
                "--port: {wanted} is in use by another program [--port 0 picks a free one]"
            ),
            ErrorKind::PermissionDenied => format!(
                "--port: this system does not let you use {wanted} (allowed: mostly 1024 to 65535, or 0 for a \
                 free one)"
            ),
            _ => format!("--bind: cannot listen on {wanted}: {error}"),
        })
    })?;
    let bound = listener.local_addr().map_err(Failure::bug)?;
    let guard = Guard::new(bound, &args.host)?;
    let ending = server::ending()?;
    let address = format!("http://{}/", shown(bound));
    print(&format!("bandwise is at {address} (Ctrl-C ends it)\n"))?;
    if !args.bind.is_loopback() {
        complain(&format!(
            "warning: everyone who can reach {bound} over the network can use the page; there is no password"
        ));
    }
    if !args.no_open && open::that_detached(&address).is_err() {
        complain(&format!(
            "no browser could be started: open {address} in one"
        ));
    }
    let shared = Arc::new(Shared::new(site));
    server::run(listener, routes::router(shared, guard), &ending).await;
    Ok(())
}

/// An address as a browser on this machine writes it.
fn shown(bound: SocketAddr) -> SocketAddr {
    match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => {
            SocketAddr::new(IpAddr::from([127, 0, 0, 1]), bound.port())
        }
        IpAddr::V6(ip) if ip.is_unspecified() => {
            SocketAddr::new(std::net::Ipv6Addr::LOCALHOST.into(), bound.port())
        }
        _ => bound,
    }
}
