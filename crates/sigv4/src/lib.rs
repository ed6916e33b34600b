//! AWS Signature Version 4: canonical requests, verification and signing.
