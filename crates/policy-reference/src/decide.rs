//! The decision: the pseudo-code of section 20, line by line.

use crate::action::action_matches;
use crate::case::{CallerKind, Case, Read, Special};
use crate::document::{Document, Statement};
use crate::principal::{Strength, strength};
use crate::resource;

/// The answer to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The id of the case.
    pub id: String,
    /// The answer.
    pub verdict: Verdict,
    /// The layer that decided, by its name in the format of decision cases.
    pub decided_by: Option<&'static str>,
}

/// The three results (rule 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Granted.
    Allowed,
    /// Denied by a statement.
    ExplicitlyDenied,
    /// Not granted.
    ImplicitlyDenied,
}

/// Decides one line in the format of decision cases.
///
/// # Errors
/// The line is no case. Policies that cannot be understood are no error: they deny (rule 10).
pub fn decide_line(line: &str) -> Result<Answer, String> {
    let case = Case::read(line)?;
    let (verdict, decided_by) = case.decide();
    Ok(Answer { id: case.id, verdict, decided_by })
}

type Decision = (Verdict, Option<&'static str>);

fn allowed(by: &'static str) -> Decision {
    (Verdict::Allowed, Some(by))
}

fn implicitly_denied(by: &'static str) -> Decision {
    (Verdict::ImplicitlyDenied, Some(by))
}

impl Case {
    fn decide(&self) -> Decision {
        // Rule 10: nothing is allowed while there is a policy that is not understood. A choice: a Deny in the others
        // is reported as what it is.
        let broken = self
            .all_policies()
            .into_iter()
            .find(|(_, policies)| policies.iter().any(|policy| policy.is_err()));
        // Rule 10: what is no request is not allowed.
        let parts: Vec<&str> = self.action.split(':').collect();
        let is_action = matches!(parts.as_slice(), [vendor, name] if !vendor.is_empty() && !name.is_empty());
        if !is_action || self.action.contains(['*', '?', '\0']) || self.resource.is_empty() {
            return (Verdict::ImplicitlyDenied, broken.map(|(by, _)| by));
        }
        // Rule 74: needs no permission. Unsigned callers have no identity to be told of; rule 72: session tokens are
        // for users and root.
        let is_free = match self.action.to_ascii_lowercase().as_str() {
            "sts:getcalleridentity" => self.caller.has_account() || self.caller.kind == CallerKind::Service,
            "sts:getsessiontoken" => matches!(self.caller.kind, CallerKind::User | CallerKind::Root),
            _ => false,
        };
        if is_free {
            return broken.map_or((Verdict::Allowed, None), |(by, _)| implicitly_denied(by));
        }
        // Rules 5, 9: a Deny anywhere, in the order in which reasons are chosen.
        for (by, policies) in self.all_policies() {
            let applies = match by {
                "RCP" => self.rcps_apply(),
                "SCP" => self.scps_apply(),
                "RESOURCE" => !self.recovers_bucket_policy(),
                _ => true,
            };
            if applies && self.any(&policies, false) > Strength::None {
                return (Verdict::ExplicitlyDenied, Some(by));
            }
        }
        broken.map_or_else(|| self.decide_allows(), |(by, _)| implicitly_denied(by))
    }

    /// Rule 238: the root user of the bucket's account is not kept from the bucket's policy by that policy.
    fn recovers_bucket_policy(&self) -> bool {
        let action = self.action.to_ascii_lowercase();
        let recovery = ["s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"];
        self.caller.kind == CallerKind::Root && self.is_same_account() && recovery.contains(&action.as_str())
    }

    fn decide_allows(&self) -> Decision {
        let by_policies = self.decide_by_policies();
        // Limits that hold for everybody hold for grantees too; so does rule 31.
        let is_limited =
            matches!(by_policies.1, Some("RCP" | "SCP" | "VPCE")) || self.special == Special::AwsOwned;
        if !self.grant || by_policies.0 == Verdict::Allowed || is_limited {
            return by_policies;
        }
        // Rule 237. A choice: what limits the grantee still counts, in another account its identity policies too.
        let (identity, boundary, session) = self.own_side();
        match self.caller.kind {
            CallerKind::Service => allowed("RESOURCE"),
            _ if !self.caller.has_account() => by_policies,
            _ if !self.is_same_account() && !identity => implicitly_denied("IDENTITY"),
            _ if !boundary => implicitly_denied("BOUNDARY"),
            _ if !session => implicitly_denied("SESSION"),
            _ => allowed("RESOURCE"),
        }
    }

    fn decide_by_policies(&self) -> Decision {
        let allows = |policies: &[Read]| self.any(&policies.iter().collect::<Vec<_>>(), true);
        // Rules 45, 59: one Allow on every level.
        if self.rcps_apply() && self.rcps.iter().any(|level| allows(level) == Strength::None) {
            return implicitly_denied("RCP");
        }
        if self.scps_apply() && self.scps.iter().any(|level| allows(level) == Strength::None) {
            return implicitly_denied("SCP");
        }
        // Rule 33.
        if !self.endpoint.is_empty() && allows(&self.endpoint) == Strength::None {
            return implicitly_denied("VPCE");
        }
        let own_policy_needed = matches!(self.special, Special::Trust | Special::Key);
        let kind = self.caller.kind;
        let same_account = self.is_same_account();
        // Rule 31: nobody can be granted it, also not the root user. Which policy should have done so is not said; a choice.
        if self.special == Special::AwsOwned {
            return implicitly_denied("IDENTITY");
        }
        // Rules 4, 26.
        if kind == CallerKind::Root && same_account && !own_policy_needed {
            return (Verdict::Allowed, None);
        }
        let named = self.resource_policy.as_ref().map_or(Strength::None, |policy| self.any(&[policy], true));
        // Rules 27, 28, 200.
        if !self.caller.has_account() {
            return if named == Strength::Direct {
                allowed("RESOURCE")
            } else {
                implicitly_denied("RESOURCE")
            };
        }
        let (identity, boundary, session) = self.own_side();
        // Rule 9: the order of reasons.
        let own_side = || match (identity, boundary, session) {
            (false, _, _) => Some("IDENTITY"),
            (_, false, _) => Some("BOUNDARY"),
            (_, _, false) => Some("SESSION"),
            (true, true, true) => None,
        };
        if !same_account {
            // Rules 35, 36: both accounts must allow.
            if named == Strength::None {
                return implicitly_denied("RESOURCE");
            }
            return own_side().map_or(allowed("RESOURCE"), implicitly_denied);
        }
        // Rules 29, 30.
        if own_policy_needed && named == Strength::None {
            return implicitly_denied("RESOURCE");
        }
        match named {
            // Rules 18, 20, 21.
            Strength::Direct => allowed("RESOURCE"),
            Strength::Issuer if !boundary => implicitly_denied("BOUNDARY"),
            Strength::Issuer if !session => implicitly_denied("SESSION"),
            Strength::Issuer => allowed("RESOURCE"),
            // Rules 13, 22.
            Strength::Account | Strength::None => own_side().map_or(allowed("IDENTITY"), implicitly_denied),
        }
    }

    /// Whether identity policies, boundary and session policies of the caller allow.
    fn own_side(&self) -> (bool, bool, bool) {
        let allows =
            |policies: &[Read]| self.any(&policies.iter().collect::<Vec<_>>(), true) > Strength::None;
        // Rules 4, 35: the root user has full access as far as its own account decides.
        let identity = self.caller.kind == CallerKind::Root || allows(&self.identity);
        // Rule 14.
        let boundary = match &self.boundary {
            Some(policy) => self.any(&[policy], true) > Strength::None,
            None => true,
        };
        // Rules 15, 24, 25.
        let session = match self.caller.kind {
            CallerKind::Session => self.session.is_empty() || allows(&self.session),
            CallerKind::Federated => allows(&self.session),
            _ => true,
        };
        (identity, boundary, session)
    }

    /// All policies, in the order of section 20.
    fn all_policies(&self) -> Vec<(&'static str, Vec<&Read>)> {
        vec![
            ("RCP", self.rcps.iter().flatten().collect()),
            ("SCP", self.scps.iter().flatten().collect()),
            ("RESOURCE", self.resource_policy.iter().collect()),
            ("IDENTITY", self.identity.iter().collect()),
            ("BOUNDARY", self.boundary.iter().collect()),
            ("SESSION", self.session.iter().collect()),
            ("VPCE", self.endpoint.iter().collect()),
        ]
    }

    /// Rules 43, 44: principals of the account, but for service-linked roles.
    fn scps_apply(&self) -> bool {
        self.caller.has_account() && !self.caller.is_service_linked()
    }

    /// Rule 55.
    fn rcps_apply(&self) -> bool {
        !self.caller.is_service_linked() && !self.action.eq_ignore_ascii_case("kms:RetireGrant")
    }

    /// Rule 41; what has no owner is the caller's own if it is no particular resource.
    fn is_same_account(&self) -> bool {
        match &self.owner {
            Some(owner) => self.caller.account.as_ref() == Some(owner),
            None => self.resource == "*",
        }
    }

    /// The strongest match of a statement of this effect.
    fn any(&self, policies: &[&Read], allow: bool) -> Strength {
        let mut strongest = Strength::None;
        for document in policies.iter().filter_map(|policy| policy.as_ref().ok()) {
            for statement in document.statements.iter().filter(|statement| statement.allow == allow) {
                strongest = strongest.max(self.matches(statement, document));
            }
        }
        strongest
    }

    /// Rule 6: all parts of the statement.
    fn matches(&self, statement: &Statement, document: &Document) -> Strength {
        let Statement { allow, principal, action, resource, conditions } = statement;
        // Rules 104, 106.
        let listed = action.values.iter().any(|pattern| action_matches(pattern, &self.action));
        let resource_matches = resource.as_ref().is_none_or(|element| {
            resource::element_matches(element, *allow, document, &self.resource, &self.context)
        });
        let holds = conditions.iter().all(|condition| condition.holds(document.new_version, &self.context));
        if listed == action.not || !resource_matches || !holds {
            return Strength::None;
        }
        let has_boundary = self.boundary.is_some();
        strength(principal.as_ref(), *allow, document.kind, &self.caller, has_boundary)
    }
}
