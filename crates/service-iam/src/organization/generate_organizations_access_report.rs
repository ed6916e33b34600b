//! GenerateOrganizationsAccessReport: a report on the services that accounts of an organization use. Only for the
//! management account of the organization that the path names; everybody else is denied.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GenerateOrganizationsAccessReportRequest, op};

/// GenerateOrganizationsAccessReport.
pub(crate) struct GenerateOrganizationsAccessReport;

const ACTION: &str = "iam:GenerateOrganizationsAccessReport";

impl Read for GenerateOrganizationsAccessReport {
    type Model = op::GenerateOrganizationsAccessReport;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &GenerateOrganizationsAccessReportRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let ask = Ask::named(ACTION.into(), resource(cx, input));
        Ok(Asks::one(ask.key("iam:OrganizationsPolicyId", input.organizations_policy_id.as_deref())))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GenerateOrganizationsAccessReportRequest) -> Outcome<Self::Model> {
        let organization = cx.account.organization().map_err(|_| {
            let (caller, resource) = (&cx.caller.arn, resource(cx, &input));
            Failure::access_denied(format!(
                "User: {caller} is not authorized to perform: {ACTION} on resource: {resource}"
            ))
        })?;
        match organization {}
    }
}

fn resource(cx: &ReadCx<'_>, input: &GenerateOrganizationsAccessReportRequest) -> String {
    format!("arn:{}:iam::{}:access-report/{}", cx.partition(), cx.account_id(), input.entity_path)
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::ask::tests::assert_catalogued;
    use crate::policy::testing::{error, failure};

    #[test]
    fn denied_outside_the_organization() {
        let mut world = World::new();
        let input = GenerateOrganizationsAccessReportRequest {
            entity_path: "o-a1b2c3d4e5/r-f6g7".to_owned(),
            organizations_policy_id: Some("p-12345678".to_owned()),
        };
        assert_catalogued(&world.asks(&GenerateOrganizationsAccessReport, &input).unwrap());
        let message = "User: arn:aws:iam::123456789012:root is not authorized to perform: \
                       iam:GenerateOrganizationsAccessReport on resource: \
                       arn:aws:iam::123456789012:access-report/o-a1b2c3d4e5/r-f6g7";
        assert_eq!(
            failure(world.read(&GenerateOrganizationsAccessReport, input)),
            error("AccessDenied", message)
        );
    }
}
