//! ListPoliciesGrantingServiceAccess: which of the policies of a user, group or role grant something of a service.
//! Every document is looked at by itself.

use keygate_catalog::{Service, catalog};
use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_policy::Reach;
use keygate_shapes::iam::{
    ListPoliciesGrantingServiceAccessEntry, ListPoliciesGrantingServiceAccessRequest,
    ListPoliciesGrantingServiceAccessResponse, PolicyGrantingServiceAccess, op,
};
use keygate_state::{InvalidInput, PrincipalKind};

use super::source::{Origin, Source, sources};
use super::subject::Named;

/// ListPoliciesGrantingServiceAccess.
pub(crate) struct ListPoliciesGrantingServiceAccess;

impl Read for ListPoliciesGrantingServiceAccess {
    type Model = op::ListPoliciesGrantingServiceAccess;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListPoliciesGrantingServiceAccessRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let named = Named::read_principal(cx, &input.arn)?;
        Ok(Asks::one(named.ask(cx, "iam:ListPoliciesGrantingServiceAccess")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListPoliciesGrantingServiceAccessRequest) -> Outcome<Self::Model> {
        let services = services(&input.service_namespaces)?;
        let subject = Named::read_principal::<Self::Model>(cx, &input.arn)?.find(cx.account)?;
        let sources = sources(cx.account, &subject)?;
        let scope = format!("{} {:?}", input.arn, input.service_namespaces);
        // In the order in which the caller named them.
        let numbered = services.into_iter().enumerate();
        let key = |(number, _): &(usize, &Service)| format!("{number:04}");
        let page = paginate(cx, &scope, input.marker.as_deref(), None, numbered, key)?;
        let entries = page.items.into_iter().map(|(_, service)| entry(service, &sources));
        Ok(ListPoliciesGrantingServiceAccessResponse {
            policies_granting_service_access: entries.collect(),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

/// The services with these namespaces, each once.
fn services(namespaces: &[String]) -> Result<Vec<&'static Service>, InvalidInput> {
    let mut services: Vec<&Service> = Vec::new();
    let mut unknown = Vec::new();
    for namespace in namespaces {
        match catalog().service(namespace).filter(|service| service.prefix == namespace) {
            Some(service) if services.iter().any(|known| known.prefix == service.prefix) => {}
            Some(service) => services.push(service),
            None => unknown.push(namespace.as_str()),
        }
    }
    if unknown.is_empty() {
        Ok(services)
    } else {
        Err(InvalidInput::new(format!("Invalid service namespace: [{}]", unknown.join(", "))))
    }
}

fn entry(service: &Service, sources: &[Source]) -> ListPoliciesGrantingServiceAccessEntry {
    let forms: Vec<&str> =
        service.resource_types.iter().flat_map(|kind| kind.arn_patterns.iter().copied()).collect();
    let grants =
        |source: &&Source| Reach::of([source.policy.as_ref()]).in_service(service.prefix).grants(&forms);
    ListPoliciesGrantingServiceAccessEntry {
        service_namespace: Some(service.prefix.to_owned()),
        policies: Some(sources.iter().filter(grants).map(policy).collect()),
    }
}

/// A managed policy has an ARN, an inline policy the entity that it belongs to.
fn policy(source: &Source) -> PolicyGrantingServiceAccess {
    let (policy_type, policy_arn, entity) = match &source.origin {
        Origin::Managed(arn) => ("MANAGED", Some(arn.clone()), None),
        Origin::Inline(kind, name) => ("INLINE", None, Some((*kind, name.clone()))),
    };
    let kind = |kind| match kind {
        PrincipalKind::User => "USER",
        PrincipalKind::Group => "GROUP",
        PrincipalKind::Role => "ROLE",
    };
    PolicyGrantingServiceAccess {
        policy_name: source.name.clone(),
        policy_type: policy_type.to_owned(),
        policy_arn,
        entity_type: entity.as_ref().map(|(principal, _)| kind(*principal).to_owned()),
        entity_name: entity.map(|(_, name)| name),
    }
}
