//! Schemas and the codecs written over them: awsQuery, awsJson 1.1, restJson1; constraint validation.
