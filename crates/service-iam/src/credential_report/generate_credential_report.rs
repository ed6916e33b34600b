//! GenerateCredentialReport: generates the account's credential report, unless there is one from the last four hours.
//!
//! The report is there with the answer: nobody has to wait for it, and the state `INPROGRESS` does not occur.

use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{GenerateCredentialReportRequest, GenerateCredentialReportResponse, op};
use keygate_state::CredentialReport;

use super::content::content;
use super::is_fresh;

/// GenerateCredentialReport.
pub(crate) struct GenerateCredentialReport;

impl Write for GenerateCredentialReport {
    type Model = op::GenerateCredentialReport;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &GenerateCredentialReportRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:GenerateCredentialReport")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, _input: GenerateCredentialReportRequest) -> Outcome<Self::Model> {
        let old = cx.draft.credential_report();
        let is_first = old.is_none();
        if old.is_some_and(|report| is_fresh(report, cx.now())) {
            return Ok(answer("COMPLETE", None));
        }
        let report = CredentialReport { generated: cx.now(), content: content(&cx.read()) };
        cx.draft.set_credential_report(report);
        let description = is_first.then_some("No report exists. Starting a new report generation task");
        Ok(answer("STARTED", description))
    }
}

fn answer(state: &str, description: Option<&str>) -> GenerateCredentialReportResponse {
    GenerateCredentialReportResponse {
        state: Some(state.to_owned()),
        description: description.map(str::to_owned),
    }
}
