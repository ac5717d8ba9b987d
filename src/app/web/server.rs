//! Connections: bounded in number and in time, and ended gently.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::time::{Sleep, sleep, timeout};

use crate::app::exit::Failure;

/// Connections at once; more wait.
const MOST_CONNECTIONS: usize = 512;
/// The longest head of a request, bytes: a link of the greatest length that is read (64 KiB, which may hold
/// scenarios), and its other lines.
const LONGEST_HEAD: usize = 98_304;
/// How long a request may take to arrive, and a connection may stay without one.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// How long an answer may take to be fetched.
const FETCHED_WITHIN: Duration = Duration::from_secs(60);
/// How long answers may still take once the server is told to end.
const ENDS_WITHIN: Duration = Duration::from_secs(5);
/// How long it takes to hand an answer that is ready to the system.
const HANDED_OVER_WITHIN: Duration = Duration::from_millis(100);

/// What Ctrl-C, or a signal to end, notifies.
///
/// # Errors
/// When the system takes no handler.
pub fn ending() -> Result<Arc<Notify>, Failure> {
    let ending = Arc::new(Notify::new());
    let told = Arc::clone(&ending);
    ctrlc::set_handler(move || told.notify_one()).map_err(Failure::bug)?;
    Ok(ending)
}

/// Answers connections until it is told to end, then lets answers under way end.
pub async fn run(listener: TcpListener, router: Router, ending: &Notify) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let under_way = UnderWay::default();
    let counting = under_way.clone();
    let router = router.layer(from_fn(move |request: Request, next: Next| {
        let one = counting.one();
        async move {
            let answer = next.run(request).await;
            drop(one);
            answer
        }
    }));
    let open = GracefulShutdown::new();
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = ending.notified() => break,
        };
        let Ok((stream, _)) = accepted else {
            // As when there are no more handles: those that are open end first.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        // Small answers follow one another: none waits for the next.
        drop(stream.set_nodelay(true));
        let service = TowerToHyperService::new(router.clone());
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .max_buf_size(LONGEST_HEAD);
        let stream = TokioIo::new(Fetched::new(stream, FETCHED_WITHIN, under_way.clone()));
        let connection = open.watch(http.serve_connection(stream, service));
        tokio::spawn(async move {
            // What a visitor breaks off is no news.
            drop(connection.await);
            drop(place);
        });
    }
    drop(listener);
    // A second Ctrl-C, an answer without an end, or a connection on which nothing is asked for, such as
    // browsers open in advance, does not hold the program up.
    tokio::select! {
        _ = timeout(ENDS_WITHIN, open.shutdown()) => {}
        () = under_way.is_over() => {}
        () = ending.notified() => {}
    }
}

/// Counts what is being answered, and what waits to be fetched.
#[derive(Debug, Clone, Default)]
struct UnderWay(Arc<AtomicUsize>);

/// One of those, until it is dropped.
struct One(Arc<AtomicUsize>);

impl UnderWay {
    fn one(&self) -> One {
        self.0.fetch_add(1, Ordering::Relaxed);
        One(Arc::clone(&self.0))
    }

    /// Waits until there is nothing of that.
    async fn is_over(&self) {
        loop {
            sleep(HANDED_OVER_WITHIN).await;
            if self.0.load(Ordering::Relaxed) == 0 {
                return;
            }
        }
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that is given up when its visitor does not fetch what is sent: each time that sending
/// stops, all that is to be sent must have gone within the limit.
struct Fetched {
    stream: TcpStream,
    limit: Duration,
    under_way: UnderWay,
    late: Option<(Pin<Box<Sleep>>, One)>,
}

impl Fetched {
    const fn new(stream: TcpStream, limit: Duration, under_way: UnderWay) -> Self {
        Self {
            stream,
            limit,
            under_way,
            late: None,
        }
    }

    /// Goes on waiting only within the limit.
    fn in_time<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            return polled;
        }
        let (limit, under_way) = (self.limit, &self.under_way);
        let (late, _) = self
            .late
            .get_or_insert_with(|| (Box::pin(sleep(limit)), under_way.one()));
        let too_late = late.as_mut().poll(context);
        too_late.map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Fetched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Fetched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.in_time(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        all: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, all);
        self.in_time(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Asked for when everything has been written.
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        if polled.is_ready() {
            self.late = None;
        }
        self.in_time(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::io::Read;
    use std::thread;

    use tokio::runtime::Builder;

    use super::*;

    /// Sends much to a visitor, and says how that ended.
    fn sent(visit: impl FnOnce(std::net::TcpStream) + Send + 'static) -> io::Result<()> {
        let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let visitor =
                thread::spawn(move || visit(std::net::TcpStream::connect(address).unwrap()));
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = Fetched::new(stream, Duration::from_secs(2), UnderWay::default());
            let much = vec![0; 1 << 20];
            let mut ended = Ok(());
            for _ in 0..32 {
                let write = poll_fn(|context| Pin::new(&mut stream).poll_write(context, &much));
                if let Err(error) = write.await {
                    ended = Err(error);
                    break;
                }
            }
            drop(stream);
            visitor.join().unwrap();
            ended
        })
    }

    #[test]
    fn a_visitor_who_does_not_fetch_the_answer_is_given_up() {
        let ended = sent(|stream| {
            thread::sleep(Duration::from_secs(4));
            drop(stream);
        });
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_visitor_who_fetches_is_sent_everything() {
        let ended = sent(|mut stream| {
            let mut all = Vec::new();
            drop(stream.read_to_end(&mut all));
        });
        assert!(ended.is_ok(), "{ended:?}");
    }
}
