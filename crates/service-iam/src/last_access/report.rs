//! The report itself: the services that a subject's policies could allow, and who last tried what of them.

use keygate_catalog::{Action, Service, catalog, is_permission_only, prefix_of};
use keygate_ident::{Timestamp, UniqueId};
use keygate_operation::{Failure, ReadCx};
use keygate_policy::{Reach, ServiceReach};
use keygate_shapes::SERVICES;
use keygate_state::{Account, ActionUse, Activity, Entity, Kind, Managed, Reference, Role, User};
use keygate_wire::OperationModel;

use super::job::{Granularity, Job};
use super::source::sources;
use super::subject::Subject;

/// A service that policies could allow.
pub(super) struct Row {
    pub(super) service: &'static Service,
    /// The actions that could be allowed and whose use is recorded, sorted by name; none unless they were asked for.
    pub(super) actions: Vec<&'static Action>,
}

/// A user or role that has the permissions of the report.
pub(super) struct Actor {
    pub(super) id: UniqueId,
    pub(super) name: String,
    pub(super) path: String,
    pub(super) arn: String,
    /// `USER` or `ROLE`.
    pub(super) kind: &'static str,
    /// What it tried in the 400 days that AWS looks back from the making of the job. Only the last use is known: one
    /// that came later is told as of the making, for it must not be told, nor that there was none.
    pub(super) activity: Activity,
}

/// The names of services that AWS's reports write otherwise than its service authorization reference.
const NAMES: [(&str, &str); 2] =
    [("apigateway", "Manage - Amazon API Gateway"), ("iam", "AWS Identity and Access Management")];

impl Row {
    /// The service's name as reports write it.
    pub(super) fn name(&self) -> &'static str {
        let otherwise = NAMES.iter().find(|(prefix, _)| *prefix == self.service.prefix);
        otherwise.map_or(self.service.name, |(_, name)| name)
    }
}

/// The services, sorted by namespace.
///
/// # Errors
/// A policy can not be read.
pub(super) fn rows<M: OperationModel>(cx: &ReadCx<'_>, job: &Job) -> Result<Vec<Row>, Failure<M>> {
    let sources = sources(cx.account, &job.subject)?;
    let reach = Reach::of(sources.iter().map(|source| source.policy.as_ref()));
    let row = |service: &'static Service| {
        let reach = reach.in_service(service.prefix);
        let mut reachable = service.actions.iter().filter(|action| could_allow(service, action, &reach));
        let first = if reach.is_empty() { None } else { reachable.next() }?;
        let actions = match job.granularity {
            Granularity::Service => Vec::new(),
            Granularity::Action => {
                std::iter::once(first).chain(reachable).filter(|action| is_tracked(action)).collect()
            }
        };
        Some(Row { service, actions })
    };
    Ok(catalog().services().filter_map(row).collect())
}

/// The users and roles that have the subject's permissions.
pub(super) fn actors(cx: &ReadCx<'_>, job: &Job) -> Vec<Actor> {
    let mut actors = match &job.subject {
        Subject::User(user) => vec![of_user(cx, user)],
        Subject::Role(role) => vec![of_role(cx, role)],
        Subject::Group(group) => members(cx, &group.id),
        Subject::Policy(policy) => holders(cx, policy),
    };
    let since = start_of_tracking(job.created);
    for actor in &mut actors {
        actor.activity = std::mem::take(&mut actor.activity).since(since);
        for used in actor.activity.actions.values_mut() {
            used.time = used.time.min(job.created);
        }
    }
    actors
}

/// The last use of something by one of the actors, and whose it was.
pub(super) fn last<'a>(
    actors: &'a [Actor],
    used: impl Fn(&'a Activity) -> Option<&'a ActionUse>,
) -> Option<(&'a Actor, &'a ActionUse)> {
    let uses = actors.iter().filter_map(|actor| Some((actor, used(&actor.activity)?)));
    uses.max_by_key(|(_, used)| used.time)
}

/// Whether the action could be allowed on something that it is decided on.
fn could_allow(service: &Service, action: &Action, reach: &ServiceReach<'_>) -> bool {
    let types = action.resources.iter().filter_map(|used| service.resource_type(used.resource_type));
    let forms: Vec<&str> = types.flat_map(|kind| kind.arn_patterns.iter().copied()).collect();
    let without_resource = action.resources.iter().all(|resource| !resource.required);
    reach.allows(action.qualified_name, &forms, without_resource)
}

/// Whether attempts at the action are seen here: it is an operation of a service that this server answers for.
fn is_tracked(action: &Action) -> bool {
    let seen = SERVICES.iter().filter(|service| prefix_of(service.signing_name) == action.prefix());
    let operations = seen.flat_map(|service| service.operations);
    !is_permission_only(action.qualified_name)
        && operations.into_iter().any(|operation| operation.name == action.name())
}

fn members(cx: &ReadCx<'_>, group: &UniqueId) -> Vec<Actor> {
    cx.account.members(group).into_iter().map(|user| of_user(cx, user)).collect()
}

/// Who has a managed policy, directly or through a group; each once.
fn holders(cx: &ReadCx<'_>, policy: &Managed) -> Vec<Actor> {
    let arn = match policy {
        Managed::Own(own) => own.arn(cx.partition(), cx.account_id()).into(),
        Managed::Aws(aws) => aws.arn(),
    };
    let mut actors: Vec<Actor> = Vec::new();
    for (kind, id) in cx.account.referrers(&Reference::Attached(arn)) {
        match kind {
            Kind::User => actors.extend(entity::<User>(cx.account, id).map(|user| of_user(cx, user))),
            Kind::Role => actors.extend(entity::<Role>(cx.account, id).map(|role| of_role(cx, role))),
            Kind::Group => actors.extend(members(cx, id)),
            _ => {}
        }
    }
    actors.sort_by(|a, b| a.id.cmp(&b.id));
    actors.dedup_by(|a, b| a.id == b.id);
    actors
}

fn entity<'a, E: Entity>(account: &'a Account, id: &UniqueId) -> Option<&'a E> {
    E::table(account).get(id).map(AsRef::as_ref)
}

fn of_user(cx: &ReadCx<'_>, user: &User) -> Actor {
    let arn = user.arn(cx.partition(), cx.account_id()).into();
    actor(cx, user, arn, "USER")
}

fn of_role(cx: &ReadCx<'_>, role: &Role) -> Actor {
    let arn = role.arn(cx.partition(), cx.account_id()).into();
    actor(cx, role, arn, "ROLE")
}

fn actor<E: Entity>(cx: &ReadCx<'_>, entity: &E, arn: String, kind: &'static str) -> Actor {
    Actor {
        id: entity.id().clone(),
        name: entity.name().to_owned(),
        path: entity.path().to_string(),
        arn,
        kind,
        activity: cx.env.facts.activity(entity.id()),
    }
}

fn start_of_tracking(made: Timestamp) -> Timestamp {
    const DAYS: i64 = 400;
    made.plus_seconds(-DAYS * 24 * 60 * 60)
}
