//! Whatever is sent: an answer that says what is wrong, or the end of the connection; never a fault, never a
//! wait without end, and the server goes on.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::http::{Answer, Server, plain};

/// The status of the one answer to some bytes; none where the server only closes. `ended` tells it that no
/// more are sent.
fn status_of(server: &Server, bytes: &[u8], ended: bool) -> Option<u16> {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).unwrap();
    drop(stream.write_all(bytes));
    if ended {
        drop(stream.shutdown(Shutdown::Write));
    }
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer);
    if let Err(error) = end {
        let kind = error.kind();
        assert_eq!(kind, std::io::ErrorKind::ConnectionReset, "a hang");
    }
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.matches("HTTP/1.").count() <= 1, "{answer}");
    let status = answer.strip_prefix("HTTP/1.")?.get(2..5)?.parse();
    Some(status.unwrap())
}

fn goes_on(server: &Server) {
    assert_eq!(server.get("/api/scenarios").status, 200);
}

fn ask(server: &Server, line: &str, headers: &str) -> Answer {
    let host = &server.address;
    server.ask(&format!(
        "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n"
    ))
}

#[test]
fn what_is_no_request_is_refused_or_cut_off() {
    let server = Server::start();
    let host = format!("Host: {}\r\n", server.address);
    let whole = |head: &str| format!("{head}\r\n{host}Connection: close\r\n\r\n").into_bytes();
    let post = |headers: &str, body: &str| {
        format!(
            "POST /api/result HTTP/1.1\r\n{host}Content-Type: text/plain\r\n{headers}\r\n{body}"
        )
        .into_bytes()
    };
    // Where it is certain, with its status. Where it is not, no more is sent, and the server may only close.
    let requests: Vec<(Vec<u8>, Option<u16>)> = vec![
        (b"".to_vec(), None),
        (b"\r\n\r\n".to_vec(), None),
        (b"GET".to_vec(), None),
        (b"GET /\r\n\r\n".to_vec(), Some(400)),
        (b"\0\0\0\0\0\0\0\0\r\n\r\n".to_vec(), Some(400)),
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(),
            Some(400),
        ),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), None),
        (whole("GET / HTTP/9.9"), Some(400)),
        (whole("GET  / HTTP/1.1"), Some(400)),
        (whole("G\0T / HTTP/1.1"), Some(400)),
        (whole("GET /\0 HTTP/1.1"), Some(400)),
        (whole("GET /\u{e9} HTTP/1.1"), Some(404)),
        (whole("GET nowhere HTTP/1.1"), Some(421)),
        (whole("GET http:// HTTP/1.1"), Some(400)),
        (whole("GET //[ HTTP/1.1"), Some(404)),
        (whole("CONNECT 127.0.0.1:22 HTTP/1.1"), Some(421)),
        (whole("OPTIONS * HTTP/1.1"), Some(404)),
        (whole("GET / HTTP/1.1\r\nno colon"), Some(400)),
        (whole("GET / HTTP/1.1\r\n: no name"), Some(400)),
        (whole("GET / HTTP/1.1\r\nX-\0: y"), Some(400)),
        (whole("GET / HTTP/1.1\r\nX: \0"), Some(400)),
        (whole("GET / HTTP/1.1\r\n folded: y"), Some(400)),
        (b"GET / HTTP/1.0\r\n\r\n".to_vec(), Some(421)),
        (post("Content-Length: -1\r\n", ""), Some(400)),
        (
            post("Content-Length: 99999999999999999999999\r\n", ""),
            Some(400),
        ),
        (
            post("Content-Length: 1\r\nContent-Length: 2\r\n", "xy"),
            Some(400),
        ),
        (post("Content-Length: 100\r\n", "too few"), None),
        (
            post("Transfer-Encoding: chunked\r\n", "zz\r\nxx\r\n0\r\n\r\n"),
            Some(400),
        ),
        (
            post("Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\n"),
            Some(400),
        ),
        (
            post(
                "Transfer-Encoding: gzip, nothing\r\nContent-Length: 3\r\n",
                "abc",
            ),
            Some(400),
        ),
        (
            post(
                "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
                "0\r\n\r\nGET /hidden HTTP/1.1\r\n\r\n",
            ),
            Some(422),
        ),
    ];
    for (request, certain) in requests {
        let shown = String::from_utf8_lossy(&request).into_owned();
        let status = status_of(&server, &request, certain.is_none());
        match (certain, status) {
            (Some(_), status) => assert_eq!(status, certain, "{shown:?}"),
            (None, Some(status)) => assert!((400..500).contains(&status), "{status} to {shown:?}"),
            (None, None) => {}
        }
    }
    goes_on(&server);
}

#[test]
fn what_is_too_long_is_refused() {
    let server = Server::start();
    let long = "x".repeat(70_000);
    assert_eq!(ask(&server, &format!("GET /?{long}"), "").status, 414);
    let megabyte = "x".repeat(1 << 20);
    let head = format!("GET / HTTP/1.1\r\nX: {megabyte}\r\n\r\n");
    // A server that refuses while more is sent may be cut off before it is heard.
    assert!(matches!(
        status_of(&server, head.as_bytes(), true),
        None | Some(431)
    ));
    let mut many = String::new();
    for number in 0..200 {
        writeln!(many, "X-{number}: y\r").unwrap();
    }
    assert_eq!(ask(&server, "GET /", &many).status, 431);

    let toml = "Content-Type: application/toml\r\n";
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    for (path, kind) in [("/api/result", toml), ("/open", form)] {
        let host = &server.address;
        let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{kind}");
        let answer = server.ask(&format!(
            "{head}Content-Length: {}\r\n\r\ntoml={megabyte}",
            megabyte.len() + 5
        ));
        assert_eq!(answer.status, 413, "{path}");
        let told = server.ask(&format!("{head}Content-Length: 99999999999\r\n\r\n"));
        assert_eq!(told.status, 413, "{path}: before anything is sent");
        let mut chunks = format!("{head}Transfer-Encoding: chunked\r\n\r\n");
        for _ in 0..16 {
            write!(chunks, "{:x}\r\n{long}\r\n", long.len()).unwrap();
        }
        chunks.push_str("0\r\n\r\n");
        assert_eq!(server.ask(&chunks).status, 413, "{path}");
    }
    goes_on(&server);
}

#[test]
fn who_sends_slowly_is_cut_off() {
    let server = Server::start();
    let host = &server.address;
    let body = format!(
        "POST /api/result HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n"
    );
    let after_one = format!("GET /page.css HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let starts = [
        ("GET / HTTP/1.1\r\n", None),
        ("", None),
        (&body, Some(408)),
        (&after_one, Some(200)),
    ];
    let all = starts.map(|(start, status)| {
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(start.as_bytes()).unwrap();
        let drips = !start.contains("page.css");
        thread::spawn(move || {
            let since = Instant::now();
            let mut answer = Vec::new();
            stream
                .set_read_timeout(Some(Duration::from_millis(500)))
                .unwrap();
            let mut part = [0; 65_536];
            while since.elapsed() < Duration::from_secs(16) {
                match stream.read(&mut part) {
                    Ok(0) => break,
                    Ok(length) => answer.extend_from_slice(&part[..length]),
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                        if drips && stream.write_all(b"x").is_err() {
                            break;
                        }
                    }
                    Err(_) => break,
                }
            }
            (since.elapsed(), status, String::from_utf8(answer).unwrap())
        })
    });
    for one in all {
        let (lasted, status, answer) = one.join().unwrap();
        assert!(lasted < Duration::from_secs(14), "{lasted:?}: {answer}");
        if let Some(status) = status {
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{answer}"
            );
        }
    }
    goes_on(&server);
}

#[test]
fn another_host_and_another_site_are_refused_and_every_answer_bears_its_headers() {
    let server = Server::start();
    let host = &server.address;
    let rebound = server
        .ask("GET /api/scenarios HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert_eq!(rebound.status, 421);
    assert_eq!(rebound.header("content-type"), Some("application/json"));
    assert!(rebound.text().contains("\"error\""));
    let whole = ask(&server, "GET http://evil.example/", "");
    assert_eq!(whole.status, 421);
    let forged = "POST /open";
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n";
    for origin in ["https://evil.example", "null"] {
        let answer = ask(&server, forged, &format!("Origin: {origin}\r\n{form}"));
        assert_eq!(answer.status, 403, "{origin}");
    }
    let own = ask(&server, forged, &format!("Origin: http://{host}\r\n{form}"));
    assert_eq!(own.status, 422, "{}", own.text());
    let embedded = ask(
        &server,
        "GET /live?draws=200",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n",
    );
    assert_eq!(embedded.status, 403);
    let followed = ask(
        &server,
        "GET /?draws=200",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n",
    );
    assert_eq!(followed.status, 200);
    for answer in [&rebound, &whole, &own, &embedded, &followed] {
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    // Nothing in the page would need a laxer policy.
    let page = followed.text();
    for inline in [
        " style=\"",
        "<style",
        " onclick=",
        " onload=",
        "javascript:",
    ] {
        assert!(!page.contains(inline), "{inline}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("<script src=\"/page.js\" type=\"module\"></script>"));
}

#[test]
fn no_path_leads_to_a_file_of_this_machine() {
    let server = Server::start();
    for target in [
        "/files/../../etc/passwd?draws=200",
        "/files/..%2f..%2f..%2fetc%2fpasswd?draws=200",
        "/files/%2e%2e/%2e%2e/etc/passwd?draws=200",
        "/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd?draws=200",
        "/files//etc/passwd?draws=200",
        "/files/%2fetc%2fpasswd?draws=200",
        "/files/file:%2f%2f%2fetc%2fpasswd?draws=200",
        "/files/..%5c..%5cwindows%5cwin.ini?draws=200",
        "/files/bands.csv%00.png?draws=200",
        "/files/bands.csv%ff?draws=200",
        "/files/%?draws=200",
        "/files/charts/../bands.csv?draws=200",
        "/files/CON?draws=200",
        "/files/?draws=200",
        "/../Cargo.toml",
        "//etc/passwd",
        "/page.css/../../Cargo.toml",
        "/?start=/etc/passwd",
        "/?start=../../etc/passwd",
        "/?vintage=/etc",
        "/?vintage=../data",
        "/?authority=/etc/passwd&draws=200",
    ] {
        let answer = server.get(target);
        assert!(
            (400..500).contains(&answer.status),
            "{target}: {}",
            answer.status
        );
        let said = String::from_utf8_lossy(&answer.body);
        assert!(!said.contains("root:"), "{target}");
    }
    // A scenario that names a file of this machine is not run.
    let toml = "[households]\nfile = \"/etc/passwd\"\n";
    let host = &server.address;
    let answer = server.ask(&format!(
        "POST /api/result HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: text/plain\r\n\
         Content-Length: {}\r\n\r\n{toml}",
        toml.len()
    ));
    assert_eq!(answer.status, 422, "{}", answer.text());
}

fn packed(bytes: &[u8]) -> String {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    URL_SAFE_NO_PAD.encode(packed.finish().unwrap())
}

#[test]
fn a_query_that_means_nothing_is_refused_with_what_is_wrong() {
    let server = Server::start();
    let bomb = packed(&vec![b'#'; 20_000_000]);
    assert!(bomb.len() < 30_000, "it fits into a link: {}", bomb.len());
    let not_text = packed(b"\xff\xfe");
    let cut_off = &packed(&[7; 5000])[..10];
    for (query, says) in [
        (
            format!("scenario={bomb}"),
            "too long (allowed: 16384 bytes)",
        ),
        (format!("scenario={not_text}"), "cut off or changed"),
        (format!("scenario={cut_off}"), "cut off or changed"),
        ("scenario=!!!".to_owned(), "cut off or changed"),
        ("draws=200&draws=200".to_owned(), "draws: stands twice"),
        ("drawz=200".to_owned(), "[did you mean draws?]"),
        ("draws=99999999999999999999999".to_owned(), "50 to 20000"),
        (
            "draws=-1".to_owned(),
            "draws: \"-1\" is not allowed (allowed: 50 to 20000)",
        ),
        ("draws=0".to_owned(), "50 to 20000"),
        ("draws=1e3".to_owned(), "50 to 20000"),
        (
            "seed=18446744073709551616".to_owned(),
            "seed: \"18446744073709551616\" is not allowed (allowed: 0 to 18446744073709551615)",
        ),
        (
            "propose=uniform&headline=1e300".to_owned(),
            "headline: \"1e300\" is no percentage from -100 to 300",
        ),
        (
            "propose=uniform&headline=NaN".to_owned(),
            "headline: \"NaN\" is no percentage from -100 to 300",
        ),
        (
            "propose=uniform&headline=inf".to_owned(),
            "headline: \"inf\" is no percentage from -100 to 300",
        ),
        (
            "propose=uniform&headline=--5".to_owned(),
            "headline: \"--5\" is no percentage from -100 to 300",
        ),
        ("propose=uniform".to_owned(), "headline: is missing"),
        ("propose=bands&rise-A=0".to_owned(), "rise-B: is missing"),
        ("rise-Z=1".to_owned(), "no choice of this page"),
        ("rise-=1".to_owned(), "no choice of this page"),
        ("authority=%00".to_owned(), "not plain text"),
        ("authority=a%0d%0aSet-Cookie:x".to_owned(), "not plain text"),
        (
            "authority=%ff%fe".to_owned(),
            "authority: \"\u{fffd}\u{fffd}\" is no authority",
        ),
        (
            "authority=%zz".to_owned(),
            "authority: \"%zz\" is no authority",
        ),
        (format!("authority={}", "a".repeat(300)), "too long"),
        (format!("{}=1", "b".repeat(300)), "no choice of this page"),
        ("pin=pin%3Dx".to_owned(), "pin: holds pins itself"),
        (
            "pin=&".repeat(9),
            "pin: more or longer than can be kept (allowed: 4 proposals)",
        ),
        ("=".to_owned(), "no choice of this page"),
    ] {
        for path in ["/api/scenario", "/live", "/"] {
            let answer = server.get(&format!("{path}?{query}"));
            let start: String = query.chars().take(60).collect();
            assert_eq!(answer.status, 422, "{path}?{start}");
            let text = match path {
                "/api/scenario" => {
                    let told: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
                    told["error"].as_str().unwrap().to_owned()
                }
                "/" => plain(answer.text()),
                _ => answer.text().to_owned(),
            };
            assert!(text.contains(says), "{path}?{start}: {text}");
            assert!(answer.body.len() < 200_000, "{path}?{start}");
        }
    }
}

#[test]
fn heads_are_answered_without_bodies_and_other_methods_with_what_is_allowed() {
    let server = Server::start();
    let head = ask(&server, "HEAD /?draws=200", "");
    assert_eq!(head.status, 200);
    assert!(head.body.is_empty());
    for (line, allowed) in [
        ("POST /", "GET,HEAD"),
        ("OPTIONS /", "GET,HEAD"),
        ("DELETE /live", "GET,HEAD"),
        ("PUT /page.js", "GET,HEAD"),
        ("TRACE /files/bands.csv", "GET,HEAD"),
        ("GET /open", "POST"),
    ] {
        let answer = ask(&server, line, "Content-Length: 0\r\n");
        assert_eq!(answer.status, 405, "{line}");
        assert_eq!(answer.header("allow"), Some(allowed), "{line}");
    }
}

#[test]
fn fifty_who_ask_at_once_are_all_answered() {
    let server = Server::start();
    let names = ["Derby", "Sandwell", "Cardiff", "Westminster", "Cornwall"];
    thread::scope(|scope| {
        let all: Vec<_> = (0..50)
            .map(|number| {
                let (server, name) = (&server, names[number % names.len()]);
                let target = format!("/live?authority={name}&draws=200&seed={number}");
                scope.spawn(move || server.get(&target).status)
            })
            .collect();
        for one in all {
            assert_eq!(one.join().unwrap(), 200);
        }
    });
}

#[test]
fn those_who_go_away_free_their_places_for_who_stays() {
    let server = Server::start();
    let timed = || {
        let since = Instant::now();
        assert_eq!(server.get("/live?draws=20000").status, 200);
        since.elapsed()
    };
    let one = timed();
    for seed in 0..60 {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        let host = &server.address;
        write!(
            stream,
            "GET /live?draws=20000&seed={seed} HTTP/1.1\r\nHost: {host}\r\n\r\n"
        )
        .unwrap();
        thread::sleep(Duration::from_millis(2));
    }
    let after = timed();
    // Sixty full answers on some cores would take far longer.
    let cores = u32::try_from(thread::available_parallelism().unwrap().get()).unwrap();
    let all = one * 60 / cores;
    assert!(after < all / 2, "{after:?}, one {one:?}, all {all:?}");
}
