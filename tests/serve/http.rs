//! A server of one's own and a plain way to ask it: bytes out, bytes in.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The program, serving on a free port until it is dropped.
pub struct Server {
    /// The program.
    pub child: Child,
    /// Where it listens: `127.0.0.1:PORT`.
    pub address: String,
}

/// An answer.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The head, as it came, but for the names in it, which are in small letters.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(120);

impl Server {
    /// Starts the program.
    pub fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bandwise"))
            .args(["serve", "--port", "0", "--no-open"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let at = line.find("http://").expect("the address is printed") + 7;
        let rest = &line[at..];
        let address = rest[..rest.find('/').unwrap()].to_owned();
        Self { child, address }
    }

    /// Sends bytes and reads until the server closes.
    pub fn raw(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // A server that has refused already may close before all is sent.
        drop(stream.write_all(request));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        answer
    }

    /// Asks for a path and query.
    pub fn get(&self, target: &str) -> Answer {
        let host = &self.address;
        self.ask(&format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ))
    }

    /// Sends a request and takes its answer apart.
    pub fn ask(&self, request: &str) -> Answer {
        Answer::of(&self.raw(request.as_bytes()))
    }
}

/// A line of a head with its name in small letters.
fn small(line: &str) -> String {
    match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}\n", name.to_ascii_lowercase()),
        None => format!("{line}\n"),
    }
}

/// A text of HTML as it is read.
pub fn plain(html: &str) -> String {
    html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Answer {
    /// The value of a header, where the answer bears it.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.head.lines().filter_map(|line| line.split_once(": "));
        all.find(|(one, _)| *one == name).map(|(_, value)| value)
    }

    fn of(bytes: &[u8]) -> Self {
        let end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .expect("an answer has a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            status,
            head: head.lines().map(small).collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}
