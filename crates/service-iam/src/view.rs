//! Entities as wire shapes. What a listing leaves out, the operation of the listing leaves out.

use keygate_ident::{Arn, Timestamp};
use keygate_operation::{Failure, Page, ReadCx, paginate};
use keygate_shapes::iam;
use keygate_state::{
    Account, Group, InstanceProfile, ManagedRef, Role, RoleUse, Tags, Unavailable, User, externalize,
};
use keygate_wire::OperationModel;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A user with everything `GetUser` shows. `PasswordLastUsed` comes with sign-in.
pub(crate) fn user(account: &Account, user: &User) -> iam::User {
    iam::User {
        path: user.path.to_string(),
        user_name: user.name.clone(),
        user_id: user.id.to_string(),
        arn: user.arn(account.partition(), account.id()).into(),
        create_date: user.created,
        password_last_used: None,
        permissions_boundary: boundary(user.boundary.as_ref()),
        tags: tags(&user.tags),
    }
}

/// A user as listings show it: without tags and boundary.
pub(crate) fn listed_user(account: &Account, user: &User) -> iam::User {
    iam::User { permissions_boundary: None, tags: None, ..self::user(account, user) }
}

/// A group.
pub(crate) fn group(account: &Account, group: &Group) -> iam::Group {
    iam::Group {
        path: group.path.to_string(),
        group_name: group.name.clone(),
        group_id: group.id.to_string(),
        arn: group.arn(account.partition(), account.id()).into(),
        create_date: group.created,
    }
}

/// A role with everything `GetRole` shows; its trust policy with today's ARNs (rule 180).
pub(crate) fn role(cx: &ReadCx<'_>, role: &Role) -> Result<iam::Role, Unavailable> {
    let trust = externalize(&role.trust, cx.account, cx.env.directory)?;
    Ok(iam::Role {
        path: role.path.to_string(),
        role_name: role.name.clone(),
        role_id: role.id.to_string(),
        arn: role.arn(cx.partition(), cx.account_id()).into(),
        create_date: role.created,
        assume_role_policy_document: Some(document(&trust)),
        description: role.description.clone(),
        max_session_duration: i32::try_from(role.max_session_seconds).ok(),
        permissions_boundary: boundary(role.boundary.as_ref()),
        tags: tags(&role.tags),
        role_last_used: Some(role_last_used(cx.env.facts.role_use(&role.id), cx.env.now)),
        source_role_template: role.source.as_ref().map(|source| iam::SourceRoleTemplate {
            template_arn: source.arn.clone(),
            template_minor_version: source.minor,
        }),
    })
}

/// A role as it stands inside an instance profile: what it is called and whom it trusts, nothing else.
pub(crate) fn role_in_profile(cx: &ReadCx<'_>, role: &Role) -> Result<iam::Role, Unavailable> {
    Ok(iam::Role {
        description: None,
        max_session_duration: None,
        permissions_boundary: None,
        tags: None,
        role_last_used: None,
        ..self::role(cx, role)?
    })
}

/// An instance profile with everything `GetInstanceProfile` shows; its tags are listed even if there are none.
pub(crate) fn instance_profile(
    cx: &ReadCx<'_>,
    profile: &InstanceProfile,
) -> Result<iam::InstanceProfile, Unavailable> {
    let role = profile.role.as_ref().and_then(|id| cx.account.roles.get(id));
    Ok(iam::InstanceProfile {
        path: profile.path.to_string(),
        instance_profile_name: profile.name.clone(),
        instance_profile_id: profile.id.to_string(),
        arn: profile.arn(cx.partition(), cx.account_id()).into(),
        create_date: profile.created,
        roles: role.into_iter().map(|role| role_in_profile(cx, role)).collect::<Result<_, _>>()?,
        tags: Some(tag_list(&profile.tags)),
    })
}

/// The last use of a role: empty if there was none in the 400 days that AWS looks back.
fn role_last_used(used: Option<RoleUse>, now: Timestamp) -> iam::RoleLastUsed {
    const DAY: i64 = 24 * 60 * 60;
    match used.filter(|used| used.time.plus_seconds(400 * DAY) >= now) {
        Some(used) => iam::RoleLastUsed {
            last_used_date: Some(used.time.to_whole_seconds()),
            region: Some(used.region),
        },
        None => iam::RoleLastUsed::default(),
    }
}

/// A policy document as IAM shows it: percent-encoded, with only the unreserved characters of RFC 3986 left.
pub(crate) fn document(text: &str) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, ENCODED).to_string()
}

/// A permissions boundary.
pub(crate) fn boundary(boundary: Option<&ManagedRef>) -> Option<iam::AttachedPermissionsBoundary> {
    boundary.map(|policy| iam::AttachedPermissionsBoundary {
        permissions_boundary_type: Some("Policy".to_owned()),
        permissions_boundary_arn: Some(policy.arn().to_owned()),
    })
}

/// Tags, or nothing at all if there are none.
pub(crate) fn tags(tags: &Tags) -> Option<Vec<iam::Tag>> {
    (!tags.is_empty()).then(|| tag_list(tags))
}

/// Tags sorted by key, as the tag listings show them.
pub(crate) fn tag_list(tags: &Tags) -> Vec<iam::Tag> {
    tags.iter().map(|(key, value)| iam::Tag { key: key.to_owned(), value: value.to_owned() }).collect()
}

/// A page of a resource's tags, in order of key.
pub(crate) fn tag_page<M: OperationModel>(
    cx: &ReadCx<'_>,
    scope: &str,
    marker: Option<&str>,
    max_items: Option<i32>,
    tags: &Tags,
) -> Result<Page<iam::Tag>, Failure<M>> {
    let mut tags = tag_list(tags);
    tags.sort_by_cached_key(place_of_tag);
    paginate(cx, scope, marker, max_items, tags, place_of_tag)
}

/// The place of a tag in its listing: keys have up to 128 characters, which may take four bytes each.
fn place_of_tag(tag: &iam::Tag) -> String {
    place(&tag.key)
}

/// The place of something in a listing in order of a long text, short enough for a marker: the model allows markers
/// of 320 characters. Only texts that begin with the same hundred bytes and more are out of order.
pub(crate) fn place(key: &str) -> String {
    const LONGEST: usize = 120;
    if key.len() <= LONGEST {
        return key.to_owned();
    }
    // FNV-1a: tells keys with the same beginning apart.
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let start = key.get(..key.floor_char_boundary(LONGEST)).unwrap_or_default();
    format!("{start}{hash:016x}")
}

/// Root as AWS shows it: no name, no path, its account's number as id.
pub(crate) fn root(cx: &ReadCx<'_>) -> iam::User {
    iam::User {
        user_id: cx.account_id().to_string(),
        arn: Arn::root(cx.partition(), cx.account_id()).into(),
        create_date: cx.account.settings().created,
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_percent_encoded() {
        for (text, shown) in [
            ("{\"Action\":\"s3:*\"}", "%7B%22Action%22%3A%22s3%3A%2A%22%7D"),
            ("a b+c\n", "a%20b%2Bc%0A"),
            ("AZaz09-._~", "AZaz09-._~"),
            ("\u{e4}", "%C3%A4"),
        ] {
            assert_eq!(document(text), shown);
        }
    }

    #[test]
    fn role_use_is_told_for_400_days() {
        let used = |time| Some(RoleUse { time, region: "eu-west-1".to_owned() });
        let time = Timestamp::from_millis(1_767_225_600_999);
        let day = 24 * 60 * 60;
        let shown = role_last_used(used(time), time.plus_seconds(400 * day));
        assert_eq!(shown.last_used_date, Some(Timestamp::from_seconds(1_767_225_600)));
        assert_eq!(shown.region.as_deref(), Some("eu-west-1"));
        for nothing in [role_last_used(None, time), role_last_used(used(time), time.plus_seconds(401 * day))]
        {
            assert_eq!(nothing, iam::RoleLastUsed::default());
        }
    }
}
