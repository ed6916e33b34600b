//! What an operation is: what it asks to be allowed, and its effect.
