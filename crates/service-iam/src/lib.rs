//! IAM, one file per operation.
