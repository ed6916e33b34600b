//! GetCredentialReport: the credential report, as it was when it was generated. AWS's errors carry no message here.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetCredentialReportRequest, GetCredentialReportResponse, op};
use keygate_state::{CredentialReportExpired, CredentialReportNotPresent};
use keygate_wire::Blob;

use super::is_fresh;

/// GetCredentialReport.
pub(crate) struct GetCredentialReport;

impl Read for GetCredentialReport {
    type Model = op::GetCredentialReport;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &GetCredentialReportRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:GetCredentialReport")))
    }

    fn run(&self, cx: &ReadCx<'_>, _input: GetCredentialReportRequest) -> Outcome<Self::Model> {
        let report = cx.account.credential_report().ok_or_else(|| CredentialReportNotPresent::new(""))?;
        if !is_fresh(report, cx.env.now) {
            return Err(CredentialReportExpired::new("").into());
        }
        Ok(GetCredentialReportResponse {
            content: Some(Blob(report.content.clone().into_bytes())),
            report_format: Some("text/csv".to_owned()),
            generated_time: Some(report.generated),
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::ask::tests::assert_catalogued;
    use crate::credential_report::generate_credential_report::GenerateCredentialReport;
    use crate::policy::testing::{error, failure};
    use crate::user::tests::add_user;

    fn generate(world: &mut World) -> (String, Option<String>) {
        let answer = world.write(&GenerateCredentialReport, Default::default()).unwrap();
        (answer.state.unwrap(), answer.description)
    }

    fn get(world: &mut World) -> String {
        let answer = world.read(&GetCredentialReport, Default::default()).unwrap();
        assert_eq!(answer.report_format.as_deref(), Some("text/csv"));
        String::from_utf8(answer.content.unwrap().0).unwrap()
    }

    #[test]
    fn four_hours_in_the_life_of_a_report() {
        let mut world = World::new();
        assert_eq!(
            failure(world.read(&GetCredentialReport, Default::default())),
            error("ReportNotPresent", "")
        );
        let first = "No report exists. Starting a new report generation task".to_owned();
        assert_eq!(generate(&mut world), ("STARTED".to_owned(), Some(first)));
        let report = get(&mut world);
        let generated = world.now;
        // Whatever happens, the report is what it was, and there is no other, for four hours to the second.
        add_user(&mut world, "late");
        world.now = generated.plus_seconds(4 * 3600);
        assert_eq!(generate(&mut world), ("COMPLETE".to_owned(), None));
        assert_eq!(get(&mut world), report);
        world.now = generated.plus_seconds(4 * 3600 + 1);
        assert_eq!(failure(world.read(&GetCredentialReport, Default::default())), error("ReportExpired", ""));
        assert_eq!(generate(&mut world), ("STARTED".to_owned(), None));
        assert!(get(&mut world).contains("\nlate,"));
    }

    #[test]
    fn asks() {
        let mut world = World::new();
        assert_catalogued(&world.write_asks(&GenerateCredentialReport, &Default::default()).unwrap());
        assert_catalogued(&world.asks(&GetCredentialReport, &Default::default()).unwrap());
    }
}
