//! GenerateServiceLastAccessedDetails: asks for a report on a user, group, role or managed policy. The answer is the
//! id of a job that is done already.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{
    GenerateServiceLastAccessedDetailsRequest, GenerateServiceLastAccessedDetailsResponse, op,
};

use super::job::{Granularity, Job};
use super::subject::Named;

/// GenerateServiceLastAccessedDetails.
pub(crate) struct GenerateServiceLastAccessedDetails;

impl Read for GenerateServiceLastAccessedDetails {
    type Model = op::GenerateServiceLastAccessedDetails;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &GenerateServiceLastAccessedDetailsRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let named = Named::read(cx, &input.arn)?;
        Ok(Asks::one(named.ask(cx, "iam:GenerateServiceLastAccessedDetails")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GenerateServiceLastAccessedDetailsRequest) -> Outcome<Self::Model> {
        let subject = Named::read::<Self::Model>(cx, &input.arn)?.find(cx.account)?;
        let granularity = match input.granularity.as_deref() {
            Some("ACTION_LEVEL") => Granularity::Action,
            _ => Granularity::Service,
        };
        let job = Job { subject, granularity, created: cx.env.now.to_whole_seconds() };
        Ok(GenerateServiceLastAccessedDetailsResponse { job_id: Some(job.id(cx)?) })
    }
}
