//! Who may ask, and what a browser is told of every answer.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::refused::Refused;

/// Which hosts a request may be addressed to.
#[derive(Debug, Clone)]
pub struct Guard(Arc<Allowed>);

#[derive(Debug)]
struct Allowed {
    port: u16,
    loopback: bool,
    names: Vec<String>,
}

/// What every answer bears. Nothing comes from elsewhere, nothing goes elsewhere.
const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

impl Guard {
    /// A guard of a server that listens at `bound`; `names` are further hosts that it answers to.
    pub fn new(bound: SocketAddr, names: &[String]) -> Self {
        Self(Arc::new(Allowed {
            port: bound.port(),
            loopback: bound.ip().is_loopback(),
            names: names.iter().map(|name| name.to_ascii_lowercase()).collect(),
        }))
    }

    /// Whether a request may be addressed to a host: to this machine by its own names or, where the server
    /// listens to others, by its number. A name of somebody else's that leads here is not answered, so that
    /// no page elsewhere can take this one for its own (DNS rebinding).
    fn is_ours(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse::<u16>().ok()),
            _ => (host, Some(80)),
        };
        let name = name
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_ascii_lowercase();
        if self.0.names.contains(&name) {
            return true;
        }
        let here = match name.parse::<IpAddr>() {
            Ok(ip) => ip.is_loopback() || !self.0.loopback,
            Err(_) => name == "localhost",
        };
        here && port == Some(self.0.port)
    }

    fn check(&self, method: &Method, headers: &HeaderMap) -> Result<(), Refused> {
        let text = |name: HeaderName| {
            let mut all = headers.get_all(name).iter();
            let first = all.next();
            // Two of one are a trick.
            let one = if all.next().is_some() { None } else { first };
            (first.is_some(), one.and_then(|value| value.to_str().ok()))
        };
        let (_, host) = text(header::HOST);
        let host = host.filter(|host| self.is_ours(host)).ok_or_else(|| {
            Refused::new(
                StatusCode::MISDIRECTED_REQUEST,
                "Host: this server answers to its own address only [see --host]",
            )
        })?;
        let refused = |what: &str| {
            Refused::new(
                StatusCode::FORBIDDEN,
                format!("{what}: another site may not use this one"),
            )
        };
        let (has_origin, origin) = text(header::ORIGIN);
        if has_origin
            && origin != Some(&format!("http://{host}"))
            && origin != Some(&format!("https://{host}"))
        {
            return Err(refused("Origin"));
        }
        let (_, site) = text(HeaderName::from_static("sec-fetch-site"));
        let (_, mode) = text(HeaderName::from_static("sec-fetch-mode"));
        // A link from elsewhere may lead here; nothing else from elsewhere may.
        let followed = mode == Some("navigate") && *method == Method::GET;
        if matches!(site, Some("cross-site" | "same-site")) && !followed {
            return Err(refused("Sec-Fetch-Site"));
        }
        Ok(())
    }
}

/// Lets a request through or refuses it, and gives every answer its headers.
pub async fn guarded(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = match guard.check(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => (refused.status, format!("{}\n", refused.message)).into_response(),
    };
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    response
}
