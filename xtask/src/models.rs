//! `xtask models update`.
use std::path::Path;
pub(crate) fn update(_root: &Path, _arguments: &[&str]) -> crate::TaskResult { Err("not written yet".into()) }
