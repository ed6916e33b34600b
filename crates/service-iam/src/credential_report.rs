//! Operations on the credential report: one per account, generated at most every four hours.

mod content;
mod generate_credential_report;
mod get_credential_report;

use keygate_ident::Timestamp;
use keygate_operation::Entry;
use keygate_state::CredentialReport;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(generate_credential_report::GenerateCredentialReport),
        Entry::read(get_credential_report::GetCredentialReport),
    ]
}

/// Seconds for which a report is handed out, and for which no new one is generated.
const LIFETIME: i64 = 4 * 60 * 60;

fn is_fresh(report: &CredentialReport, now: Timestamp) -> bool {
    now <= report.generated.plus_seconds(LIFETIME)
}
