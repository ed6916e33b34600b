//! The answer that is still to come.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use tokio::sync::oneshot;

use crate::batch::Committed;
use crate::error::CommitError;

/// A submitted commit: await it on any runtime, or [`Pending::wait`] for it. Dropping it does not take the
/// commit back.
pub type Commit = Pending<Committed>;

/// Something that was submitted to the store's writer and will be answered once it is durable.
#[derive(Debug)]
#[must_use = "what was submitted is durable only once it is answered"]
pub struct Pending<T>(State<T>);

#[derive(Debug)]
enum State<T> {
    Answered(Option<Result<T, CommitError>>),
    Waiting(oneshot::Receiver<Result<T, CommitError>>),
}

/// The writer's end.
#[derive(Debug)]
pub(crate) struct Answer<T>(oneshot::Sender<Result<T, CommitError>>);

impl<T> Pending<T> {
    /// Already answered.
    pub fn ready(answer: Result<T, CommitError>) -> Self {
        Self(State::Answered(Some(answer)))
    }

    pub(crate) fn channel() -> (Answer<T>, Self) {
        let (sender, receiver) = oneshot::channel();
        (Answer(sender), Self(State::Waiting(receiver)))
    }

    /// Blocks this thread until the answer is there. Not for a runtime's worker threads.
    ///
    /// # Errors
    /// As the submitting method says.
    pub fn wait(self) -> Result<T, CommitError> {
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut cx = Context::from_waker(&waker);
        let mut this = pin!(self);
        loop {
            if let Poll::Ready(answer) = this.as_mut().poll(&mut cx) {
                return answer;
            }
            std::thread::park();
        }
    }
}

impl<T> Answer<T> {
    /// Nobody needs to listen.
    pub(crate) fn give(self, answer: Result<T, CommitError>) {
        drop(self.0.send(answer));
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, CommitError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Answered(answer) => Poll::Ready(answer.take().unwrap_or(Err(CommitError::Closed))),
            // A writer that goes away without an answer has ended.
            State::Waiting(receiver) => {
                Pin::new(receiver).poll(cx).map(|answer| answer.unwrap_or(Err(CommitError::Closed)))
            }
        }
    }
}

impl<T> Unpin for Pending<T> {}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
