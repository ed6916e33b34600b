//! `xtask tidy`.
use std::path::Path;
pub(crate) fn run(_root: &Path) -> crate::TaskResult { Err("not written yet".into()) }
pub(crate) fn licenses(_root: &Path) -> crate::TaskResult { Err("not written yet".into()) }
