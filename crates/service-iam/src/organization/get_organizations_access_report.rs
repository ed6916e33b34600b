//! GetOrganizationsAccessReport: a report that GenerateOrganizationsAccessReport made; an account without organization
//! has none.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetOrganizationsAccessReportRequest, op};
use keygate_state::NoSuchEntity;

/// GetOrganizationsAccessReport.
pub(crate) struct GetOrganizationsAccessReport;

impl Read for GetOrganizationsAccessReport {
    type Model = op::GetOrganizationsAccessReport;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &GetOrganizationsAccessReportRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:GetOrganizationsAccessReport")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetOrganizationsAccessReportRequest) -> Outcome<Self::Model> {
        match cx.account.organization().map_err(|_| NoSuchEntity::job(&input.job_id))? {}
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::ask::tests::assert_catalogued;
    use crate::policy::testing::{error, failure};

    #[test]
    fn there_are_no_jobs() {
        let mut world = World::new();
        let job_id = "01234567-89ab-cdef-0123-456789abcdef".to_owned();
        let message = format!("Job {job_id} does not exist.");
        let input = GetOrganizationsAccessReportRequest { job_id, ..Default::default() };
        assert_catalogued(&world.asks(&GetOrganizationsAccessReport, &input).unwrap());
        assert_eq!(failure(world.read(&GetOrganizationsAccessReport, input)), error("NoSuchEntity", message));
    }
}
