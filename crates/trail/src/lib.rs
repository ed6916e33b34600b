//! The audit trail: an append-only, checksummed, compressed and indexed log of every request.
