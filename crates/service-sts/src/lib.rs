//! STS, one file per operation.
