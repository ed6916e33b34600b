//! Reports on a small account whose answers were recorded from AWS, and what use adds to them.

use std::collections::BTreeMap;

use keygate_ident::{IdKind, UniqueId};
use keygate_operation::testing::World;
use keygate_shapes::iam::{
    GenerateServiceLastAccessedDetailsRequest, GetServiceLastAccessedDetailsRequest,
    GetServiceLastAccessedDetailsResponse, GetServiceLastAccessedDetailsWithEntitiesRequest,
    ListPoliciesGrantingServiceAccessRequest,
};
use keygate_state::{
    ActionUse, Activity, Caller, Entity, Facts, Group, KeyUse, ManagedRef, PolicyText, Principal, Role,
    RoleUse, Session, SessionKind, User,
};

use super::generate_service_last_accessed_details::GenerateServiceLastAccessedDetails;
use super::get_service_last_accessed_details::GetServiceLastAccessedDetails;
use super::get_service_last_accessed_details_with_entities::GetServiceLastAccessedDetailsWithEntities;
use super::list_policies_granting_service_access::ListPoliciesGrantingServiceAccess;
use crate::ask::tests::{assert_catalogued, pairs};
use crate::policy::testing::{add_group, add_role, add_user, change, create_policy, error, failure};

const SHARED: &str = "arn:aws:iam::123456789012:policy/shared";

struct Used(BTreeMap<UniqueId, Activity>);

impl Facts for Used {
    fn key_use(&self, _: &UniqueId) -> Option<KeyUse> {
        None
    }
    fn role_use(&self, _: &UniqueId) -> Option<RoleUse> {
        None
    }
    fn activity(&self, principal: &UniqueId) -> Activity {
        self.0.get(principal).cloned().unwrap_or_default()
    }
}

fn document(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

fn allow(actions: &str) -> String {
    document(&format!(r#"{{"Effect":"Allow","Action":[{actions}],"Resource":"*"}}"#))
}

fn inline<P: Principal>(world: &mut World, entity: &str, name: &str, document: &str) {
    let document = PolicyText::stored(document.to_owned());
    change::<P>(world, entity, |entity| {
        entity.inline_mut().insert(name.to_owned(), document);
    });
}

fn join(world: &mut World, user: &str, group: &str) {
    let id = world.account().group(group).unwrap().id.clone();
    change::<User>(world, user, |user| user.groups.push(id));
}

/// Users `target` and `member`, in `zgroup` (both) and `agroup` (`target`); `role`; policies `shared`, which `target`,
/// `zgroup` and `role` have, and `unused`.
fn world() -> World {
    let mut world = World::new();
    for name in ["target", "member", "empty"] {
        add_user(&mut world, name, "/x/", None);
    }
    add_group(&mut world, "zgroup", "/x/");
    add_group(&mut world, "agroup", "/x/");
    add_role(&mut world, "role", "/x/", None);
    create_policy(&mut world, "shared", allow(r#""sqs:SendMessage","s3:GetObject""#));
    create_policy(&mut world, "unused", allow(r#""sns:Publish""#));
    let direct = r#"{"Effect":"Allow","Action":["s3:GetObject","iam:GetUser","iam:PassRole","ec2:DescribeInstances"],"Resource":"*"},{"Effect":"Deny","Action":"sqs:*","Resource":"*"}"#;
    inline::<User>(&mut world, "target", "z-direct", &document(direct));
    inline::<Group>(&mut world, "zgroup", "a-group", &allow(r#""lambda:ListFunctions""#));
    inline::<Group>(&mut world, "agroup", "z-group", &allow(r#""iam:GetUser""#));
    inline::<Role>(&mut world, "role", "role-inline", &allow(r#""kms:ListKeys","iam:ListRoles""#));
    for (user, group) in [("target", "zgroup"), ("member", "zgroup"), ("target", "agroup")] {
        join(&mut world, user, group);
    }
    change::<User>(&mut world, "target", |user| user.attached.push(ManagedRef::new(SHARED)));
    change::<Group>(&mut world, "zgroup", |group| group.attached.push(ManagedRef::new(SHARED)));
    change::<Role>(&mut world, "role", |role| role.attached.push(ManagedRef::new(SHARED)));
    world
}

fn arn(resource: &str) -> String {
    format!("arn:aws:iam::123456789012:{resource}")
}

fn generate(world: &mut World, arn: &str, granularity: Option<&str>) -> String {
    let input = GenerateServiceLastAccessedDetailsRequest {
        arn: arn.to_owned(),
        granularity: granularity.map(str::to_owned),
    };
    world.read(&GenerateServiceLastAccessedDetails, input).unwrap().job_id.unwrap()
}

fn get(world: &mut World, job: &str) -> GetServiceLastAccessedDetailsResponse {
    let input = GetServiceLastAccessedDetailsRequest { job_id: job.to_owned(), ..Default::default() };
    world.read(&GetServiceLastAccessedDetails, input).unwrap()
}

/// `iam GetUser, s3`: the services of a report, with the actions that are listed.
fn listed(report: &GetServiceLastAccessedDetailsResponse) -> String {
    let services = report.services_last_accessed.iter().map(|service| {
        let actions = service.tracked_actions_last_accessed.iter().flatten();
        let names = actions.map(|action| format!(" {}", action.action_name.clone().unwrap_or_default()));
        format!("{}{}", service.service_namespace, names.collect::<String>())
    });
    services.collect::<Vec<_>>().join(", ")
}

/// Lets these be the attempts: entity, action, seconds before now.
fn attempts(world: &mut World, attempts: &[(&str, &str, i64)]) {
    let account = world.account();
    let mut facts: BTreeMap<UniqueId, Activity> = BTreeMap::new();
    for (name, action, ago) in attempts {
        let user = account.users.named(name).map(|user| user.id().clone());
        let id = user.unwrap_or_else(|| account.role(name).unwrap().id.clone());
        let used = ActionUse { time: world.now.plus_seconds(-ago), region: "eu-west-1".to_owned() };
        facts.entry(id).or_default().actions.insert((*action).to_owned(), used);
    }
    world.facts = Box::new(Used(facts));
}

#[test]
fn services_and_actions_that_policies_allow() {
    let mut world = world();
    for (subject, services, actions) in [
        ("user/x/empty", "", ""),
        ("user/x/target", "ec2, iam, lambda, s3", "ec2, iam GetUser, lambda, s3"),
        // The path does not matter.
        ("user/target", "ec2, iam, lambda, s3", "ec2, iam GetUser, lambda, s3"),
        ("user/x/member", "lambda, s3, sqs", "lambda, s3, sqs"),
        ("group/x/zgroup", "lambda, s3, sqs", "lambda, s3, sqs"),
        ("role/x/role", "iam, kms, s3, sqs", "iam ListRoles, kms, s3, sqs"),
        ("policy/shared", "s3, sqs", "s3, sqs"),
        ("policy/unused", "sns", "sns"),
    ] {
        let arn = arn(subject);
        for (granularity, expected) in
            [(None, services), (Some("SERVICE_LEVEL"), services), (Some("ACTION_LEVEL"), actions)]
        {
            let job = generate(&mut world, &arn, granularity);
            let report = get(&mut world, &job);
            assert_eq!(listed(&report), expected, "{subject} {granularity:?}");
            assert_eq!(report.job_status, "COMPLETED");
            assert_eq!(report.job_type.as_deref(), Some(granularity.unwrap_or("SERVICE_LEVEL")));
            assert_eq!((report.job_creation_date, report.job_completion_date), (world.now, world.now));
            assert_eq!((report.is_truncated, report.marker), (Some(false), None));
            for service in report.services_last_accessed {
                assert_eq!(service.total_authenticated_entities, Some(0));
                assert_eq!((service.last_authenticated, service.last_authenticated_entity), (None, None));
            }
        }
    }
}

#[test]
fn everything() {
    let mut world = world();
    let job = generate(&mut world, "arn:aws:iam::aws:policy/AdministratorAccess", Some("ACTION_LEVEL"));
    let input =
        GetServiceLastAccessedDetailsRequest { job_id: job, max_items: Some(1000), ..Default::default() };
    let report = world.read(&GetServiceLastAccessedDetails, input).unwrap();
    assert_eq!(report.services_last_accessed.len(), keygate_catalog::catalog().services().count());
    let iam = report.services_last_accessed.iter().find(|one| one.service_namespace == "iam").unwrap();
    assert_eq!(iam.service_name, "AWS Identity and Access Management");
    let actions: Vec<_> = iam.tracked_actions_last_accessed.iter().flatten().collect();
    let has = |name: &str| actions.iter().any(|action| action.action_name.as_deref() == Some(name));
    assert!(has("CreateUser") && has("GetServiceLastAccessedDetails") && !has("PassRole"));
}

#[test]
fn who_used_it_last() {
    let mut world = world();
    attempts(
        &mut world,
        &[
            ("target", "iam:GetUser", 300),
            ("target", "iam:ListUsers", 200),
            ("member", "s3:GetObject", 50),
            ("role", "s3:PutObject", 10),
            ("role", "sts:GetCallerIdentity", 5),
            // Too long ago.
            ("member", "lambda:ListFunctions", 401 * 24 * 3600),
        ],
    );
    let target = generate(&mut world, &arn("user/target"), Some("ACTION_LEVEL"));
    let report = get(&mut world, &target);
    let iam = &report.services_last_accessed[1];
    assert_eq!(iam.last_authenticated, Some(world.now.plus_seconds(-200)));
    assert_eq!(iam.last_authenticated_entity, Some(arn("user/x/target")));
    assert_eq!(iam.last_authenticated_region.as_deref(), Some("eu-west-1"));
    assert_eq!(iam.total_authenticated_entities, Some(1));
    let action = &iam.tracked_actions_last_accessed.as_ref().unwrap()[0];
    assert_eq!(action.last_accessed_time, Some(world.now.plus_seconds(-300)));
    assert_eq!(action.last_accessed_entity, Some(arn("user/x/target")));
    assert_eq!(action.last_accessed_region.as_deref(), Some("eu-west-1"));
    let last = |world: &mut World, subject: &str| {
        let job = generate(world, &arn(subject), None);
        let report = get(world, &job);
        let last = report.services_last_accessed.into_iter().map(|service| {
            let entity = service.last_authenticated_entity.unwrap_or_default();
            (service.service_namespace, entity, service.total_authenticated_entities.unwrap_or_default())
        });
        last.collect::<Vec<_>>()
    };
    let row = |service: &str, entity: &str, total| (service.to_owned(), entity.to_owned(), total);
    let (member, role) = (arn("user/x/member"), arn("role/x/role"));
    assert_eq!(
        last(&mut world, "group/zgroup"),
        [row("lambda", "", 0), row("s3", &member, 1), row("sqs", "", 0)]
    );
    assert_eq!(last(&mut world, "policy/shared"), [row("s3", &role, 2), row("sqs", "", 0)]);
}

#[test]
fn entities_of_a_service_the_last_first() {
    let mut world = world();
    attempts(&mut world, &[("target", "s3:GetObject", 100), ("role", "s3:GetObject", 20)]);
    let mut entities = |subject: &str, namespace: &str, max_items, marker: Option<String>| {
        let job = generate(&mut world, &arn(subject), None);
        let input = GetServiceLastAccessedDetailsWithEntitiesRequest {
            job_id: job,
            service_namespace: namespace.to_owned(),
            max_items,
            marker,
        };
        let report = world.read(&GetServiceLastAccessedDetailsWithEntities, input).unwrap();
        let names = report.entity_details_list.iter().map(|details| {
            let info = &details.entity_info;
            assert_eq!(info.path.as_deref(), Some("/x/"));
            assert!(info.id.starts_with(if info.r#type == "USER" { "AIDA" } else { "AROA" }));
            format!("{}{}", info.name, if details.last_authenticated.is_some() { "*" } else { "" })
        });
        (names.collect::<Vec<_>>().join(" "), report.marker)
    };
    for (subject, namespace, expected) in [
        ("user/target", "s3", "target*"),
        ("user/empty", "s3", ""),
        ("role/role", "s3", "role*"),
        ("role/role", "lambda", ""),
        ("group/zgroup", "s3", "target* member"),
        ("group/zgroup", "iam", ""),
        ("policy/shared", "s3", "role* target* member"),
        ("policy/unused", "sns", ""),
        ("policy/unused", "s3", ""),
    ] {
        assert_eq!(entities(subject, namespace, None, None).0, expected, "{subject} {namespace}");
    }
    let (first, marker) = entities("policy/shared", "s3", Some(2), None);
    assert_eq!(first, "role* target*");
    assert_eq!(entities("policy/shared", "s3", Some(2), marker), ("member".to_owned(), None));
}

#[test]
fn a_job_is_of_its_time_and_lasts_seven_days() {
    const WEEK: i64 = 7 * 24 * 3600;
    let mut world = world();
    let made = world.now;
    let job = generate(&mut world, &arn("user/target"), Some("ACTION_LEVEL"));
    // Later than the job, and before the 400 days that it looks back.
    attempts(&mut world, &[("target", "iam:GetUser", -60), ("target", "s3:GetObject", 400 * 24 * 3600 + 1)]);
    for (later, exists) in [(0, true), (3600, true), (WEEK, true), (WEEK + 1, false)] {
        world.now = made.plus_seconds(later);
        let input = GetServiceLastAccessedDetailsRequest { job_id: job.clone(), ..Default::default() };
        let report = world.read(&GetServiceLastAccessedDetails, input);
        let of_entities = GetServiceLastAccessedDetailsWithEntitiesRequest {
            job_id: job.clone(),
            service_namespace: "iam".to_owned(),
            ..Default::default()
        };
        let entities = world.read(&GetServiceLastAccessedDetailsWithEntities, of_entities);
        if !exists {
            let gone = error("NoSuchEntity", format!("Job {job} does not exist."));
            assert_eq!((failure(report), failure(entities)), (gone.clone(), gone));
            continue;
        }
        let report = report.unwrap();
        assert_eq!(report.job_creation_date, made);
        let last: BTreeMap<_, _> = report
            .services_last_accessed
            .iter()
            .map(|service| (service.service_namespace.as_str(), service.last_authenticated))
            .collect();
        assert_eq!((last["iam"], last["s3"]), (Some(made), None));
        let action = &report.services_last_accessed[1].tracked_actions_last_accessed.as_ref().unwrap()[0];
        assert_eq!(action.last_accessed_time, Some(made));
        assert_eq!(entities.unwrap().entity_details_list[0].last_authenticated, Some(made));
    }
}

#[test]
fn pages_and_their_markers() {
    let mut world = world();
    let jobs =
        [generate(&mut world, &arn("role/role"), None), generate(&mut world, &arn("user/target"), None)];
    let page = |world: &mut World, job: &str, marker: Option<String>| {
        let input =
            GetServiceLastAccessedDetailsRequest { job_id: job.to_owned(), max_items: Some(3), marker };
        world.read(&GetServiceLastAccessedDetails, input)
    };
    let first = page(&mut world, &jobs[0], None).unwrap();
    assert_eq!((listed(&first).as_str(), first.is_truncated), ("iam, kms, s3", Some(true)));
    let second = page(&mut world, &jobs[0], first.marker.clone()).unwrap();
    assert_eq!((listed(&second).as_str(), second.marker), ("sqs", None));
    let other = error("InvalidInput", "The marker passed in the request was invalid.");
    assert_eq!(failure(page(&mut world, &jobs[1], first.marker)), other);
    let invalid = failure(page(&mut world, &jobs[1], Some("invalid".to_owned())));
    assert_eq!(invalid, error("ValidationError", "Invalid Marker."));
}

#[test]
fn a_job_belongs_to_who_made_it() {
    let mut world = world();
    let session = |world: &mut World, account: &keygate_state::Account| {
        let role = account.role("role").unwrap().id.clone();
        let session = Session {
            key: world.new_id(IdKind::TemporaryKey),
            secret: "secret".to_owned().into(),
            account: account.id(),
            kind: SessionKind::Role { role, session_name: "one".to_owned() },
            issued: world.now,
            expires: world.now.plus_seconds(900),
            policies: None,
            tags: Default::default(),
            transitive: Vec::new(),
            source_identity: None,
            mfa: None,
        };
        Caller::session(account, session.into()).unwrap()
    };
    let account = world.account();
    let key = world.new_id(IdKind::AccessKey);
    let callers = [
        None,
        Some(Caller::user(&account, account.user("target").unwrap(), key.clone())),
        Some(Caller::user(&account, account.user("member").unwrap(), key)),
        Some(session(&mut world, &account)),
        Some(session(&mut world, &account)),
    ];
    for (maker, caller) in callers.iter().enumerate() {
        world.caller = caller.clone();
        let job = generate(&mut world, &arn("user/target"), None);
        assert_eq!(job.len(), 36);
        for (reader, caller) in callers.iter().enumerate() {
            world.caller = caller.clone();
            let input = GetServiceLastAccessedDetailsRequest { job_id: job.clone(), ..Default::default() };
            let found = world.read(&GetServiceLastAccessedDetails, input);
            if maker == reader {
                assert!(found.is_ok());
            } else {
                let message = format!("Job {job} does not exist.");
                assert_eq!(failure(found), error("NoSuchEntity", message), "{maker} {reader}");
            }
        }
    }
    // A user's other key reads it, too; when the user is gone, so is the report on it.
    world.caller = None;
    let job = generate(&mut world, &arn("user/empty"), None);
    let empty = account.user("empty").unwrap().id.clone();
    world.edit(|draft| draft.remove::<User>(&empty).unwrap());
    let input = GetServiceLastAccessedDetailsRequest { job_id: job.clone(), ..Default::default() };
    let gone = failure(world.read(&GetServiceLastAccessedDetails, input));
    assert_eq!(gone, error("NoSuchEntity", format!("Job {job} does not exist.")));
}

#[test]
fn policies_that_grant_access() {
    let mut world = world();
    let mut list = |subject: &str, namespaces: &[&str]| {
        let input = ListPoliciesGrantingServiceAccessRequest {
            arn: arn(subject),
            service_namespaces: namespaces.iter().map(|one| (*one).to_owned()).collect(),
            marker: None,
        };
        let answer = world.read(&ListPoliciesGrantingServiceAccess, input).unwrap();
        assert_eq!(answer.is_truncated, Some(false));
        let entries = answer.policies_granting_service_access.into_iter().map(|entry| {
            let policies = entry.policies.unwrap().into_iter().map(|policy| {
                let owner = policy.entity_type.zip(policy.entity_name);
                assert_eq!(policy.policy_type == "MANAGED", policy.policy_arn.is_some());
                assert_eq!(policy.policy_type == "INLINE", owner.is_some());
                let owner = owner.map(|(kind, name)| format!("@{kind}/{name}"));
                format!(" {}{}", policy.policy_name, owner.unwrap_or_default())
            });
            format!("{}:{}", entry.service_namespace.unwrap(), policies.collect::<String>())
        });
        entries.collect::<Vec<_>>()
    };
    assert_eq!(
        list("user/x/target", &["sqs", "s3", "iam", "lambda", "ec2", "dynamodb"]),
        [
            "sqs: shared",
            "s3: z-direct@USER/target shared",
            "iam: z-direct@USER/target z-group@GROUP/agroup",
            "lambda: a-group@GROUP/zgroup",
            "ec2: z-direct@USER/target",
            "dynamodb:",
        ]
    );
    assert_eq!(
        list("group/x/zgroup", &["sqs", "s3", "iam", "lambda"]),
        ["sqs: shared", "s3: shared", "iam:", "lambda: a-group@GROUP/zgroup"]
    );
    assert_eq!(list("role/x/role", &["iam", "iam", "s3"]), ["iam: role-inline@ROLE/role", "s3: shared"]);
    assert_eq!(list("user/x/empty", &["s3"]), ["s3:"]);
}

#[test]
fn asks() {
    let mut world = world();
    let generate =
        |arn: &str| GenerateServiceLastAccessedDetailsRequest { arn: arn.to_owned(), granularity: None };
    for (given, asked) in [
        (arn("user/target"), arn("user/x/target")),
        (arn("user/y/none"), arn("user/none")),
        (arn("group/zgroup"), arn("group/x/zgroup")),
        (arn("role/role"), arn("role/x/role")),
        (arn("policy/shared"), arn("policy/shared")),
    ] {
        let asks = world.asks(&GenerateServiceLastAccessedDetails, &generate(&given)).unwrap();
        assert_eq!(pairs(&asks), [("iam:GenerateServiceLastAccessedDetails", asked.as_str())]);
        assert_catalogued(&asks);
        if !given.contains(":policy/") {
            let input = ListPoliciesGrantingServiceAccessRequest {
                arn: given,
                service_namespaces: vec!["s3".to_owned()],
                marker: None,
            };
            let asks = world.asks(&ListPoliciesGrantingServiceAccess, &input).unwrap();
            assert_eq!(pairs(&asks), [("iam:ListPoliciesGrantingServiceAccess", asked.as_str())]);
            assert_catalogued(&asks);
        }
    }
    assert_catalogued(&world.asks(&GetServiceLastAccessedDetails, &Default::default()).unwrap());
    assert_catalogued(&world.asks(&GetServiceLastAccessedDetailsWithEntities, &Default::default()).unwrap());
}

#[test]
fn errors() {
    let mut world = world();
    let denied = "User: arn:aws:iam::123456789012:root is not authorized to perform the operation on \
                  arn:aws:iam::210987654321:user/target";
    let missing = "ARN arn:aws:iam::123456789012:user/none does not exist.";
    let unsupported = |arn: &str| format!("Invalid Entity Arn: {arn} is not supported.");
    let root = arn("root");
    for (given, generate, list) in [
        (arn("user/none"), ("NoSuchEntity", missing.to_owned()), None),
        ("arn:aws:iam::210987654321:user/target".to_owned(), ("AccessDenied", denied.to_owned()), None),
        (
            root.clone(),
            ("InvalidInput", unsupported(&root)),
            Some(("InvalidInput", format!("Could not extract entity from ARN : {root}"))),
        ),
        (
            "arn:aws:s3::123456789012:user/target".to_owned(),
            ("ValidationError", "Invalid service in ARN".to_owned()),
            None,
        ),
        (
            "arn:aws-cn:iam::123456789012:user/target".to_owned(),
            ("ValidationError", "Invalid ARN partition".to_owned()),
            None,
        ),
        (
            arn("instance-profile/target"),
            ("InvalidInput", unsupported(&arn("instance-profile/target"))),
            None,
        ),
        (
            "twenty characters or more".to_owned(),
            ("ValidationError", "ARN twenty characters or more is not valid.".to_owned()),
            None,
        ),
    ] {
        let input = GenerateServiceLastAccessedDetailsRequest { arn: given.clone(), granularity: None };
        let told = failure(world.read(&GenerateServiceLastAccessedDetails, input));
        assert_eq!(told, error(generate.0, generate.1.clone()));
        let input = ListPoliciesGrantingServiceAccessRequest {
            arn: given,
            service_namespaces: vec!["s3".to_owned()],
            marker: None,
        };
        let told = failure(world.read(&ListPoliciesGrantingServiceAccess, input));
        let expected = list.unwrap_or(generate);
        assert_eq!(told, error(expected.0, expected.1));
    }
    let policy = ListPoliciesGrantingServiceAccessRequest {
        arn: SHARED.to_owned(),
        service_namespaces: vec!["s3".to_owned()],
        marker: None,
    };
    let told = failure(world.read(&ListPoliciesGrantingServiceAccess, policy));
    assert_eq!(told, error("InvalidInput", unsupported(SHARED)));
    let namespaces = ListPoliciesGrantingServiceAccessRequest {
        arn: arn("user/target"),
        service_namespaces: ["S3", "s3", "IAM"].map(str::to_owned).into(),
        marker: None,
    };
    let told = failure(world.read(&ListPoliciesGrantingServiceAccess, namespaces));
    assert_eq!(told, error("InvalidInput", "Invalid service namespace: [S3, IAM]"));
    let entities = |id: &str, namespace: &str| GetServiceLastAccessedDetailsWithEntitiesRequest {
        job_id: id.to_owned(),
        service_namespace: namespace.to_owned(),
        ..Default::default()
    };
    let job = "00000000-0000-0000-0000-000000000000";
    for (input, code, message) in [
        (
            entities(job, "S3"),
            "InvalidInput",
            "Service namepace S3 is either invalid or unsupported.".to_owned(),
        ),
        (entities(job, "s3"), "NoSuchEntity", format!("Job {job} does not exist.")),
    ] {
        let told = failure(world.read(&GetServiceLastAccessedDetailsWithEntities, input));
        assert_eq!(told, error(code, message));
    }
    for id in [job, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "é"] {
        let input = GetServiceLastAccessedDetailsRequest { job_id: id.to_owned(), ..Default::default() };
        let told = failure(world.read(&GetServiceLastAccessedDetails, input));
        assert_eq!(told, error("NoSuchEntity", format!("Job {id} does not exist.")));
    }
}
