//! The durable log of entities: the contract, its acceptance suite, and the SQLite engine.
