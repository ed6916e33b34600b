//! Types, schemas and operation markers, generated from AWS's API models.
