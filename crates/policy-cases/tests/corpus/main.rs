//! The decision corpus is generated from tables: what is asked, and what the rules say about it.
//!
//! No expectation comes from running an evaluator: each stands in a table beside its rule, or follows from a small
//! table by a function that restates the rule. `KEYGATE_WRITE_CORPUS=1 cargo test -p keygate-policy-cases --test
//! corpus` writes the files; without it the test proves that they are current.

#[cfg(test)]
mod actions;
#[cfg(test)]
mod build;
#[cfg(test)]
mod combining;
#[cfg(test)]
mod conditions;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod grammar;
#[cfg(test)]
mod incidents;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod operators;
#[cfg(test)]
mod organizations;
#[cfg(test)]
mod principals;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod services;
#[cfg(test)]
mod trust;
#[cfg(test)]
mod variables;

#[cfg(test)]
mod files {
    use std::path::Path;
    use std::{env, fs};

    use crate::build::Case;

    #[test]
    fn the_corpus_is_what_its_tables_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
        let write = env::var_os("KEYGATE_WRITE_CORPUS").is_some();
        let sections: [(&str, Vec<Case>); 14] = [
            ("actions", super::actions::cases()),
            ("combining", super::combining::cases()),
            ("conditions", super::conditions::cases()),
            ("examples", super::examples::cases()),
            ("grammar", super::grammar::cases()),
            ("incidents", super::incidents::cases()),
            ("keys", super::keys::cases()),
            ("operators", super::operators::cases()),
            ("organizations", super::organizations::cases()),
            ("principals", super::principals::cases()),
            ("resources", super::resources::cases()),
            ("services", super::services::cases()),
            ("trust", super::trust::cases()),
            ("variables", super::variables::cases()),
        ];
        for (name, cases) in sections {
            let path = folder.join(format!("{name}.jsonl"));
            let line =
                |(number, case): (usize, &Case)| case.line(&format!("{name}-{:04}", number + 1)) + "\n";
            let text: String = cases.iter().enumerate().map(line).collect();
            if write {
                fs::write(&path, text).unwrap();
            } else {
                let current = fs::read_to_string(&path).unwrap_or_default();
                assert!(current == text, "{} is not current: KEYGATE_WRITE_CORPUS=1", path.display());
            }
        }
    }
}
