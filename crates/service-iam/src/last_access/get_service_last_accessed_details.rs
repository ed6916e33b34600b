//! GetServiceLastAccessedDetails: the services that could be accessed, and their last use.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx, paginate, position};
use keygate_shapes::iam::{
    GetServiceLastAccessedDetailsRequest, GetServiceLastAccessedDetailsResponse, ServiceLastAccessed,
    TrackedActionLastAccessed, op,
};
use keygate_state::InvalidInput;

use super::job::Job;
use super::report::{Actor, Row, actors, last, rows};

/// GetServiceLastAccessedDetails.
pub(crate) struct GetServiceLastAccessedDetails;

/// Services on a page when the caller names no number: what AWS answers, though it documents 100.
const PAGE: i32 = 200;

impl Read for GetServiceLastAccessedDetails {
    type Model = op::GetServiceLastAccessedDetails;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &GetServiceLastAccessedDetailsRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:GetServiceLastAccessedDetails")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetServiceLastAccessedDetailsRequest) -> Outcome<Self::Model> {
        let (id, marker) = (&input.job_id, input.marker.as_deref());
        let job = Job::find(cx, id)?;
        if position::<Self::Model>(cx, "", marker)?.is_some_and(|position| !position.starts_with(id)) {
            return Err(InvalidInput::new(OTHER_JOB).into());
        }
        let key = |row: &Row| format!("{id} {}", row.service.prefix);
        let page = paginate(cx, "", marker, Some(input.max_items.unwrap_or(PAGE)), rows(cx, &job)?, key)?;
        let actors = actors(cx, &job);
        Ok(GetServiceLastAccessedDetailsResponse {
            job_status: "COMPLETED".to_owned(),
            job_type: Some(job.granularity.as_str().to_owned()),
            job_creation_date: job.created,
            services_last_accessed: page.items.iter().map(|row| service(row, &actors)).collect(),
            job_completion_date: job.created,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
            error: None,
        })
    }
}

/// The marker of another job's report.
pub(super) const OTHER_JOB: &str = "The marker passed in the request was invalid.";

fn service(row: &Row, actors: &[Actor]) -> ServiceLastAccessed {
    let prefix = row.service.prefix;
    let last = last(actors, |activity| activity.of_service(prefix));
    let total = actors.iter().filter(|actor| actor.activity.of_service(prefix).is_some()).count();
    ServiceLastAccessed {
        service_name: row.name().to_owned(),
        last_authenticated: last.map(|(_, used)| used.time),
        service_namespace: prefix.to_owned(),
        last_authenticated_entity: last.map(|(actor, _)| actor.arn.clone()),
        last_authenticated_region: last.map(|(_, used)| used.region.clone()),
        total_authenticated_entities: i32::try_from(total).ok(),
        tracked_actions_last_accessed: (!row.actions.is_empty())
            .then(|| row.actions.iter().map(|found| action(found, actors)).collect()),
    }
}

fn action(action: &keygate_catalog::Action, actors: &[Actor]) -> TrackedActionLastAccessed {
    let last = last(actors, |activity| activity.actions.get(action.qualified_name));
    TrackedActionLastAccessed {
        action_name: Some(action.name().to_owned()),
        last_accessed_entity: last.map(|(actor, _)| actor.arn.clone()),
        last_accessed_time: last.map(|(_, used)| used.time),
        last_accessed_region: last.map(|(_, used)| used.region.clone()),
    }
}
