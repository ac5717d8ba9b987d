//! How the server begins and ends.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use super::http::Server;

fn refused(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = Command::new(env!("CARGO_BIN_EXE_bandwise"))
        .args(["serve", "--no-open"])
        .args(arguments)
        .output()
        .unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[test]
fn a_port_in_use_is_bad_input_and_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, error) = refused(&["--port", &port]);
    assert_eq!(
        error,
        format!(
            "bandwise: --port: 127.0.0.1:{port} is in use by another program [--port 0 picks a free one]\n"
        )
    );
    assert_eq!(code, Some(65));
}

#[test]
fn an_address_that_is_not_this_machines_is_bad_input() {
    let (code, error) = refused(&["--port", "0", "--bind", "192.0.2.1"]);
    assert!(
        error.starts_with("bandwise: --bind: cannot listen on 192.0.2.1:0: "),
        "{error}"
    );
    assert_eq!(code, Some(65));
}

#[test]
fn a_further_host_is_a_bare_name() {
    let (code, error) = refused(&["--port", "0", "--host", "http://tax.example.org"]);
    assert_eq!(
        error,
        "bandwise: --host: \"http://tax.example.org\" is no name of a host (allowed: such as tax.example.org, \
         without http:// and without a port)\n"
    );
    assert_eq!(code, Some(65));
}

#[cfg(unix)]
#[test]
fn told_to_end_the_server_ends_the_answers_under_way_and_takes_no_more() {
    for signal in ["-INT", "-TERM"] {
        let mut server = Server::start();
        // One that has asked for nothing, and one that is in the middle of asking, do not hold it up.
        let _idle = TcpStream::connect(&server.address).unwrap();
        let mut slow = TcpStream::connect(&server.address).unwrap();
        slow.write_all(b"GET / HT").unwrap();
        let mut asking = TcpStream::connect(&server.address).unwrap();
        let host = &server.address;
        write!(
            asking,
            "GET /api/result?draws=200 HTTP/1.1\r\nHost: {host}\r\n\r\n"
        )
        .unwrap();
        thread::sleep(Duration::from_millis(100));
        let told = Instant::now();
        let kill = Command::new("kill")
            .args([signal, &server.child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let mut answer = String::new();
        asking.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{signal}: {answer}");
        assert!(answer.ends_with("}\n"), "{signal}: it is whole");
        let status = server.child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(told.elapsed() < Duration::from_secs(4), "{signal}");
        assert!(TcpStream::connect(&server.address).is_err(), "{signal}");
    }
}
