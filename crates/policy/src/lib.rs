//! AWS policy documents: grammar, compiled form, and the one evaluator that decides every request.
