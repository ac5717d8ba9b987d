//! Large answers: few are held at once, so that many who fetch slowly do not fill the memory.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::OwnedSemaphorePermit;

use super::refused::Refused;
use super::routes::WITHIN;
use super::turns::Turns;

/// Answers of more bytes than this are large; the page in a state is not.
const LARGE: u64 = 1_000_000;
/// Large answers on their way at once.
const MOST_ON_THEIR_WAY: usize = 24;
/// Large answers that are made and wait for their turn: they take room as well.
const MOST_WAITING: usize = 8;

/// The large answers on their way.
#[derive(Debug, Clone)]
pub struct Large {
    turns: Turns,
    within: Duration,
}

/// The bytes of a large answer, with its place.
struct Held {
    bytes: Bytes,
    /// Given back when the last of the bytes is sent, or given up.
    _place: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Default for Large {
    fn default() -> Self {
        Self {
            turns: Turns::new(MOST_ON_THEIR_WAY, MOST_WAITING),
            within: WITHIN,
        }
    }
}

impl Large {
    /// The same answer, with a place for as long as any of its bytes are held where it is large.
    async fn sent(&self, answer: Response) -> Result<Response, Refused> {
        // A stream has no length: it is not held as a whole.
        let length = answer.body().size_hint().exact();
        if length.is_none_or(|length| length <= LARGE) {
            return Ok(answer);
        }
        let place = self.turns.take(self.within, || {}).await?;
        let (head, body) = answer.into_parts();
        // What has a length is here already: nothing is copied.
        let bytes = to_bytes(body, usize::MAX).await.map_err(Refused::bug)?;
        let held = Held {
            bytes,
            _place: place,
        };
        Ok(Response::from_parts(
            head,
            Body::from(Bytes::from_owner(held)),
        ))
    }
}

/// Sends large answers in their turn.
pub async fn in_turn(State(large): State<Large>, request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    match large.sent(answer).await {
        Ok(answer) => answer,
        Err(refused) => refused.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use futures_util::StreamExt;
    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn a_large_answer_has_its_place_until_its_last_byte_is_gone_and_small_ones_need_none() {
        let large = Large {
            turns: Turns::new(1, 1),
            within: Duration::from_millis(50),
        };
        let answer = |length: u64| vec![7_u8; usize::try_from(length).unwrap()].into_response();
        let runtime = Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(async {
            let first = large.sent(answer(2 * LARGE)).await.unwrap();
            assert_eq!(first.body().size_hint().exact(), Some(2 * LARGE));
            // No place comes free, then too many wait for one.
            let (second, third) =
                tokio::join!(large.sent(answer(2 * LARGE)), large.sent(answer(2 * LARGE)));
            for refused in [second, third] {
                assert_eq!(refused.unwrap_err().status, StatusCode::TOO_MANY_REQUESTS);
            }
            let small = large.sent(answer(LARGE)).await;
            assert!(small.is_ok(), "a small one is sent all the same");
            // Half of the bytes keep all of them, as in a connection that has not sent them.
            let mut body = first.into_body().into_data_stream();
            let all = body.next().await.unwrap().unwrap();
            assert!(all.iter().all(|byte| *byte == 7));
            drop(body);
            let half = all.slice(all.len() / 2..);
            drop(all);
            assert!(large.sent(answer(2 * LARGE)).await.is_err());
            drop(half);
            let next = large.sent(answer(2 * LARGE)).await.unwrap();
            // Who goes away gives it up.
            drop(next);
            assert!(large.sent(answer(2 * LARGE)).await.is_ok());
        });
    }
}
