//! GetServiceLastAccessedDetailsWithEntities: the users and roles that could have used a service, the last one first.

use keygate_catalog::catalog;
use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx, paginate, position};
use keygate_shapes::iam::{
    EntityDetails, EntityInfo, GetServiceLastAccessedDetailsWithEntitiesRequest,
    GetServiceLastAccessedDetailsWithEntitiesResponse, op,
};
use keygate_state::InvalidInput;

use super::get_service_last_accessed_details::OTHER_JOB;
use super::job::Job;
use super::report::{Actor, actors, rows};

/// GetServiceLastAccessedDetailsWithEntities.
pub(crate) struct GetServiceLastAccessedDetailsWithEntities;

impl Read for GetServiceLastAccessedDetailsWithEntities {
    type Model = op::GetServiceLastAccessedDetailsWithEntities;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &GetServiceLastAccessedDetailsWithEntitiesRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:GetServiceLastAccessedDetailsWithEntities")))
    }

    fn run(
        &self,
        cx: &ReadCx<'_>,
        input: GetServiceLastAccessedDetailsWithEntitiesRequest,
    ) -> Outcome<Self::Model> {
        let namespace = input.service_namespace.as_str();
        if !catalog().prefixes().any(|prefix| prefix == namespace) {
            // The slip in the text is AWS's.
            let message = format!("Service namepace {namespace} is either invalid or unsupported.");
            return Err(InvalidInput::new(message).into());
        }
        let (id, marker) = (&input.job_id, input.marker.as_deref());
        let job = Job::find(cx, id)?;
        if position::<Self::Model>(cx, "", marker)?.is_some_and(|position| !position.starts_with(id)) {
            return Err(InvalidInput::new(OTHER_JOB).into());
        }
        let is_allowed = rows::<Self::Model>(cx, &job)?.iter().any(|row| row.service.prefix == namespace);
        let mut actors = if is_allowed { actors(cx, &job) } else { Vec::new() };
        let key = |actor: &Actor| format!("{id} {}", rank(actor, namespace));
        actors.sort_by_cached_key(key);
        let page = paginate(cx, "", marker, input.max_items, actors, key)?;
        Ok(GetServiceLastAccessedDetailsWithEntitiesResponse {
            job_status: "COMPLETED".to_owned(),
            job_creation_date: job.created,
            job_completion_date: job.created,
            entity_details_list: page.items.into_iter().map(|actor| details(actor, namespace)).collect(),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
            error: None,
        })
    }
}

/// Orders by time, the last one first and who never tried at the end, then by ARN.
fn rank(actor: &Actor, namespace: &str) -> String {
    let seconds = actor.activity.of_service(namespace).map_or(0, |used| used.time.seconds());
    format!("{:020} {}", i64::MAX - seconds, actor.arn)
}

fn details(actor: Actor, namespace: &str) -> EntityDetails {
    EntityDetails {
        last_authenticated: actor.activity.of_service(namespace).map(|used| used.time),
        entity_info: EntityInfo {
            arn: actor.arn,
            name: actor.name,
            r#type: actor.kind.to_owned(),
            id: actor.id.to_string(),
            path: Some(actor.path),
        },
    }
}
