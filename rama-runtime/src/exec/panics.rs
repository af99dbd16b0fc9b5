//! Panics of user code: caught, and told by their message.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The payload with which a statement's own failure leaves the event: it unwinds without the panic
/// hook, so that only the attempt hears of it.
pub(crate) struct StatementFailure(String);

impl StatementFailure {
    /// The payload with this message.
    pub(crate) fn new(message: String) -> StatementFailure {
        StatementFailure(message)
    }

    pub(crate) fn raise(message: String) -> ! {
        std::panic::resume_unwind(Box::new(StatementFailure(message)))
    }

    /// What the statement says.
    pub(crate) fn message(&self) -> &str {
        &self.0
    }
}

/// The message of a panic, or of a statement's own failure.
pub(crate) fn panic_message(payload: Box<dyn Any + Send>) -> String {
    let message = if let Some(StatementFailure(message)) = payload.downcast_ref() {
        message.clone()
    } else if let Some(message) = payload.downcast_ref::<&'static str>() {
        format!("panic: {message}")
    } else if let Some(message) = payload.downcast_ref::<String>() {
        format!("panic: {message}")
    } else {
        "panic with a value that is not text".to_owned()
    };
    drop_quietly(payload);
    message
}

/// Drops values of the user's types; a panic of theirs ends here.
pub(crate) fn drop_quietly<T>(value: T) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
        // Dropping this one could panic again.
        std::mem::forget(payload);
    }
}
