//! Who may ask, and what a browser is told of every answer.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use serde_json::json;

use super::refused::Refused;
use crate::app::exit::Failure;

/// Which hosts a request may be addressed to.
#[derive(Debug, Clone)]
pub struct Guard(Arc<Allowed>);

#[derive(Debug)]
struct Allowed {
    port: u16,
    loopback: bool,
    names: Vec<String>,
}

/// What every answer bears. Nothing comes from elsewhere, nothing goes elsewhere. A referrer goes to this
/// page alone: with none at all, browsers would send its own forms without saying where they come from.
const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// The name in a host and its port; nothing where it is no host. An address of IPv6 stands in brackets.
fn taken_apart(host: &str) -> Option<(String, Option<u16>)> {
    let (name, rest) = if let Some(bracketed) = host.strip_prefix('[') {
        let (address, rest) = bracketed.split_once(']')?;
        (address.parse::<Ipv6Addr>().ok()?.to_string(), rest)
    } else {
        let end = host.find(':').unwrap_or(host.len());
        let (name, rest) = host.split_at(end);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if name.is_empty() || !name.chars().all(plain) {
            return None;
        }
        (name.to_ascii_lowercase(), rest)
    };
    if rest.is_empty() {
        return Some((name, None));
    }
    let port = rest.strip_prefix(':')?;
    if !port.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some((name, Some(port.parse().ok()?)))
}

impl Guard {
    /// A guard of a server that listens at `bound`; `names` are further hosts that it answers to, with
    /// whatever port stands in front of it.
    ///
    /// # Errors
    /// When one of the names is none.
    pub fn new(bound: SocketAddr, names: &[String]) -> Result<Self, Failure> {
        let checked = |name: &String| match taken_apart(name) {
            Some((name, None)) => Ok(name),
            _ => Err(Failure::bad_input(format!(
                "--host: {name:?} is no name of a host (allowed: such as tax.example.org, without http:// and \
                 without a port)"
            ))),
        };
        Ok(Self(Arc::new(Allowed {
            port: bound.port(),
            loopback: bound.ip().is_loopback(),
            names: names.iter().map(checked).collect::<Result<_, _>>()?,
        })))
    }

    /// Whether a request may be addressed to a host: to this machine by its own names or, where the server
    /// listens to others, by its number. A name of somebody else's that leads here is not answered, so that
    /// no page elsewhere can take this one for its own (DNS rebinding).
    fn is_ours(&self, host: &str) -> bool {
        let Some((name, port)) = taken_apart(host) else {
            return false;
        };
        if self.0.names.contains(&name) {
            return true;
        }
        let here = match name.parse::<IpAddr>() {
            Ok(ip) => ip.is_loopback() || !self.0.loopback,
            Err(_) => name == "localhost",
        };
        here && port.unwrap_or(80) == self.0.port
    }

    fn check(&self, request: &Request) -> Result<(), Refused> {
        let elsewhere = || {
            Refused::new(
                StatusCode::MISDIRECTED_REQUEST,
                "Host: this server answers to its own address only [see --host]",
            )
        };
        let host = only(request, &header::HOST).map_err(|()| elsewhere())?;
        let host = host
            .filter(|host| self.is_ours(host))
            .ok_or_else(elsewhere)?;
        // A request line may hold a whole address, which then counts for more than the header.
        if let Some(asked) = request.uri().authority()
            && !asked.as_str().eq_ignore_ascii_case(host)
        {
            return Err(elsewhere());
        }
        let refused = |what: &HeaderName| {
            Refused::new(
                StatusCode::FORBIDDEN,
                format!("{what}: another site may not use this one"),
            )
        };
        if let Some(origin) =
            only(request, &header::ORIGIN).map_err(|()| refused(&header::ORIGIN))?
        {
            let from = origin.strip_prefix("http://");
            let from = from.or_else(|| origin.strip_prefix("https://"));
            if !from.is_some_and(|from| from.eq_ignore_ascii_case(host)) {
                return Err(refused(&header::ORIGIN));
            }
        }
        let site = HeaderName::from_static("sec-fetch-site");
        let said = only(request, &site).map_err(|()| refused(&site))?;
        if !matches!(said, None | Some("same-origin" | "none")) && !is_followed(request) {
            return Err(refused(&site));
        }
        Ok(())
    }
}

/// The one value of a header, where it has any. Two of one, or one that is no text, are a trick.
fn only<'a>(request: &'a Request, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut all = request.headers().get_all(name).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

/// Whether a link was followed into a window of its own, as one in a mail is. From elsewhere nothing but
/// that may lead here.
fn is_followed(request: &Request) -> bool {
    let says = |name| only(request, &HeaderName::from_static(name));
    *request.method() == Method::GET
        && says("sec-fetch-mode") == Ok(Some("navigate"))
        && matches!(says("sec-fetch-dest"), Ok(None | Some("document")))
}

/// Lets a request through or refuses it, and gives every answer its headers: one that says that too many
/// ask, in whatever form, also when to ask again. Under `/api/` a refusal is JSON.
pub async fn guarded(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let of_api = request.uri().path().starts_with("/api/");
    let mut response = match guard.check(&request) {
        // What has gone wrong in an answer ends that answer, not the server.
        Ok(()) => AssertUnwindSafe(next.run(request))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Refused::bug("the answer ended early").into_response()),
        Err(refused) => refused.into_response(),
    };
    if of_api && let Some(Refused { message, .. }) = response.extensions_mut().remove() {
        *response.body_mut() = Body::from(format!("{}\n", json!({ "error": message })));
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        let kind = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, kind);
    }
    let too_many = response.status() == StatusCode::TOO_MANY_REQUESTS;
    let headers = response.headers_mut();
    if too_many {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    for (name, value) in HEADERS {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use tokio::runtime::Builder;

    use super::*;

    const HERE: &str = "127.0.0.1:8642";

    fn status(guard: &Guard, target: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = axum::http::Request::builder().uri(target);
        if headers.iter().any(|(name, _)| *name == "method") {
            request = request.method("POST");
        }
        for (name, value) in headers.iter().filter(|(name, _)| *name != "method") {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        match guard.check(&request) {
            Ok(()) => 200,
            Err(refused) => refused.status.as_u16(),
        }
    }

    #[test]
    fn whatever_form_an_answer_has_too_many_are_told_when_to_ask_again() {
        let router = Router::new()
            .route("/plain", get(async || Refused::busy()))
            .route("/api/x", get(async || Refused::busy()))
            .route(
                "/page",
                get(async || (StatusCode::TOO_MANY_REQUESTS, "a page of its own")),
            )
            .route("/fine", get(async || "fine"))
            .layer(from_fn_with_state(guard(&[]), guarded));
        let service = TowerToHyperService::new(router);
        let runtime = Builder::new_current_thread().build().unwrap();
        for (path, again) in [
            ("/plain", Some("1")),
            ("/api/x", Some("1")),
            ("/page", Some("1")),
            ("/fine", None),
        ] {
            let request = axum::http::Request::builder().uri(path);
            let request = request.header("host", HERE).body(Body::empty()).unwrap();
            let answer = runtime.block_on(service.call(request)).unwrap();
            let after = answer.headers().get(header::RETRY_AFTER);
            assert_eq!(after.map(|after| after.to_str().unwrap()), again, "{path}");
        }
    }

    fn guard(names: &[&str]) -> Guard {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Guard::new(HERE.parse().unwrap(), &names).unwrap()
    }

    #[test]
    fn this_machine_is_asked_by_its_own_names_only() {
        let guard = guard(&[]);
        for host in [
            HERE,
            "localhost:8642",
            "LocalHost:8642",
            "[::1]:8642",
            "127.9.9.9:8642",
        ] {
            assert_eq!(status(&guard, "/", &[("host", host)]), 200, "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:8642",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:+8642",
            "127.0.0.1:8642:8642",
            "127.0.0.1:99999",
            "127.0.0.1.evil.example:8642",
            "localhost.:8642",
            "localhost@evil.example:8642",
            "evil@localhost:8642",
            "0.0.0.0:8642",
            "192.168.1.5:8642",
            "::1:8642",
            "[[::1]]:8642",
            "[::1:8642",
            "[::1]8642",
            "[localhost]:8642",
            "2130706433:8642",
            "0x7f.1:8642",
            " localhost:8642",
        ] {
            assert_eq!(status(&guard, "/", &[("host", host)]), 421, "{host}");
        }
        assert_eq!(status(&guard, "/", &[]), 421, "no host");
        let twice = [("host", HERE), ("host", HERE)];
        assert_eq!(status(&guard, "/", &twice), 421, "two hosts");
    }

    #[test]
    fn a_whole_address_in_the_request_line_is_that_of_the_header() {
        let guard = guard(&[]);
        let host = [("host", HERE)];
        assert_eq!(status(&guard, "http://127.0.0.1:8642/", &host), 200);
        for target in [
            "http://evil.example/",
            "http://localhost:8642/",
            "http://evil@127.0.0.1:8642/",
        ] {
            assert_eq!(status(&guard, target, &host), 421, "{target}");
        }
    }

    #[test]
    fn further_names_are_answered_whatever_port_stands_in_front() {
        let guard = guard(&["Tax.Example.org"]);
        for host in ["tax.example.org", "tax.example.org:443", HERE] {
            assert_eq!(status(&guard, "/", &[("host", host)]), 200, "{host}");
        }
        let sub = [("host", "evil.tax.example.org")];
        assert_eq!(status(&guard, "/", &sub), 421);
        let origin = |origin| {
            status(
                &guard,
                "/",
                &[("host", "tax.example.org"), ("origin", origin)],
            )
        };
        assert_eq!(origin("https://tax.example.org"), 200);
        assert_eq!(origin("https://tax.example.org.evil.example"), 403);
        for name in ["http://tax.example.org", "tax.example.org:443", "a b", ""] {
            let bound = HERE.parse().unwrap();
            assert!(Guard::new(bound, &[name.to_owned()]).is_err(), "{name}");
        }
    }

    #[test]
    fn who_listens_to_others_is_asked_by_number_and_not_by_their_names() {
        let guard = Guard::new("0.0.0.0:8642".parse().unwrap(), &[]).unwrap();
        let host = |host| status(&guard, "/", &[("host", host)]);
        assert_eq!(host("192.168.1.5:8642"), 200);
        assert_eq!(host("[fe80::1]:8642"), 200);
        assert_eq!(host("evil.example:8642"), 421);
    }

    #[test]
    fn a_request_from_another_site_is_refused_whatever_it_asks() {
        let guard = guard(&[]);
        let from = |origin| status(&guard, "/open", &[("host", HERE), ("origin", origin)]);
        assert_eq!(from("http://127.0.0.1:8642"), 200);
        for origin in [
            "null",
            "",
            "http://127.0.0.1:8643",
            "http://localhost:8642",
            "https://evil.example",
            "file://",
            "127.0.0.1:8642",
        ] {
            assert_eq!(from(origin), 403, "{origin}");
        }
        let own = "http://127.0.0.1:8642";
        let twice = [("host", HERE), ("origin", own), ("origin", own)];
        assert_eq!(status(&guard, "/", &twice), 403);
        let program = [("host", HERE), ("method", "POST")];
        assert_eq!(status(&guard, "/open", &program), 200, "no browser");
    }

    #[test]
    fn a_link_followed_from_a_mail_opens_and_what_a_page_elsewhere_fetches_does_not() {
        let guard = guard(&[]);
        let fetched = |headers: &[(&str, &str)]| {
            let all = [&[("host", HERE)], headers].concat();
            status(&guard, "/", &all)
        };
        let cross = ("sec-fetch-site", "cross-site");
        let navigate = ("sec-fetch-mode", "navigate");
        assert_eq!(fetched(&[("sec-fetch-site", "none"), navigate]), 200);
        assert_eq!(fetched(&[("sec-fetch-site", "same-origin")]), 200);
        assert_eq!(
            fetched(&[cross, navigate, ("sec-fetch-dest", "document")]),
            200
        );
        assert_eq!(
            fetched(&[cross, navigate, ("sec-fetch-dest", "iframe")]),
            403
        );
        assert_eq!(fetched(&[cross, navigate, ("method", "POST")]), 403);
        for site in ["cross-site", "same-site", "elsewhere", ""] {
            let no_cors = [("sec-fetch-site", site), ("sec-fetch-mode", "no-cors")];
            assert_eq!(fetched(&no_cors), 403, "{site}");
        }
        assert_eq!(fetched(&[("sec-fetch-site", "same-origin"), cross]), 403);
    }
}
