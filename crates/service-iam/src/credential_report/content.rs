//! What stands in a credential report: AWS's columns, root first, then the users in order of name.
//!
//! A credential that is not there has `N/A` in its columns; a password that was never used `no_information`; what
//! root can not have `not_supported`.

use keygate_ident::{Arn, Timestamp};
use keygate_operation::ReadCx;
use keygate_state::{AccessKey, KeyStatus, SigningCertificate, User};

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

/// There is nothing to tell.
const NOT_APPLICABLE: &str = "N/A";
/// Root never has to change its password.
const NOT_SUPPORTED: &str = "not_supported";
/// There is a password, but nobody has signed in with it.
const NO_INFORMATION: &str = "no_information";
/// Access keys, and certificates, that have columns.
const SLOTS: usize = 2;

/// The report on the account as it is now. As on AWS it ends without a line feed.
pub(super) fn content(cx: &ReadCx<'_>) -> String {
    let mut rows = vec![HEADER.to_owned(), root(cx)];
    rows.extend(cx.account.users.iter().map(|user| of_user(cx, user)));
    rows.join("\n")
}

fn root(cx: &ReadCx<'_>) -> String {
    let settings = cx.account.settings();
    let arn = Arn::root(cx.partition(), cx.account_id());
    let mut row = Row::new("<root_account>", &arn, settings.created);
    row.password(Password { next_rotation: NOT_SUPPORTED.to_owned(), ..Password::none() });
    row.flag(!cx.account.mfa_devices_of(None).is_empty());
    row.access_keys(cx, &settings.root_keys);
    row.certificates(&settings.root_signing_certificates);
    row.finish()
}

fn of_user(cx: &ReadCx<'_>, user: &User) -> String {
    let arn = user.arn(cx.partition(), cx.account_id());
    let mut row = Row::new(&user.name, &arn, user.created);
    row.password(Password::of(cx, user));
    row.flag(!cx.account.mfa_devices_of(Some(&user.id)).is_empty());
    row.access_keys(cx, &user.access_keys);
    row.certificates(&user.signing_certificates);
    row.finish()
}

/// The columns of a password.
struct Password {
    enabled: bool,
    last_used: String,
    last_changed: String,
    next_rotation: String,
}

impl Password {
    fn of(cx: &ReadCx<'_>, user: &User) -> Self {
        let Some(profile) = &user.login_profile else { return Self::none() };
        let expires = profile.expires(cx.account.settings().password_policy.as_ref());
        Self {
            enabled: true,
            last_used: NO_INFORMATION.to_owned(),
            last_changed: date(profile.changed),
            next_rotation: expires.map_or_else(|| NOT_APPLICABLE.to_owned(), date),
        }
    }

    fn none() -> Self {
        let nothing = || NOT_APPLICABLE.to_owned();
        Self { enabled: false, last_used: nothing(), last_changed: nothing(), next_rotation: nothing() }
    }
}

/// A line of the report.
struct Row(Vec<String>);

impl Row {
    fn new(user: &str, arn: &Arn, created: Timestamp) -> Self {
        Self(vec![quoted(user), quoted(arn.as_str()), date(created)])
    }

    fn password(&mut self, password: Password) {
        self.flag(password.enabled);
        self.0.extend([password.last_used, password.last_changed, password.next_rotation]);
    }

    /// Inactive keys are told, too. AWS has them in order of their ids.
    fn access_keys(&mut self, cx: &ReadCx<'_>, keys: &[AccessKey]) {
        let mut keys: Vec<&AccessKey> = keys.iter().collect();
        keys.sort_by(|a, b| a.id.cmp(&b.id));
        let mut keys = keys.into_iter();
        for _ in 0..SLOTS {
            let key = keys.next();
            self.flag(key.is_some_and(|key| key.status == KeyStatus::Active));
            self.text(key.map(|key| date(key.created)));
            let used = key.and_then(|key| cx.env.facts.key_use(&key.id));
            self.text(used.as_ref().map(|used| date(used.time)));
            self.text(used.as_ref().map(|used| quoted(&used.region)));
            self.text(used.map(|used| quoted(&used.service)));
        }
    }

    /// AWS has inactive certificates before active ones.
    fn certificates(&mut self, certificates: &[SigningCertificate]) {
        let is_active = |certificate: &SigningCertificate| certificate.status == KeyStatus::Active;
        let mut certificates: Vec<&SigningCertificate> = certificates.iter().collect();
        certificates.sort_by_key(|certificate| (is_active(certificate), certificate.uploaded));
        let mut certificates = certificates.into_iter();
        for _ in 0..SLOTS {
            let certificate = certificates.next();
            self.flag(certificate.is_some_and(is_active));
            self.text(certificate.map(|certificate| date(certificate.uploaded)));
        }
    }

    fn flag(&mut self, value: bool) {
        self.0.push(value.to_string());
    }

    fn text(&mut self, value: Option<String>) {
        self.0.push(value.unwrap_or_else(|| NOT_APPLICABLE.to_owned()));
    }

    fn finish(self) -> String {
        self.0.join(",")
    }
}

fn date(time: Timestamp) -> String {
    time.to_whole_seconds().to_string()
}

/// A field of comma-separated values: user names may hold commas.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use keygate_ident::{IdKind, UniqueId};
    use keygate_operation::testing::World;
    use keygate_shapes::iam::UpdateAccountPasswordPolicyRequest;
    use keygate_state::{Facts, KeyUse, RoleUse};

    use super::*;
    use crate::access_key::tests::create;
    use crate::credential_report::generate_credential_report::GenerateCredentialReport;
    use crate::login_profile::tests::create as create_login_profile;
    use crate::mfa_device;
    use crate::password_policy::tests::set_policy;
    use crate::policy::testing::{add_user, change};

    struct Used(BTreeMap<UniqueId, KeyUse>);

    impl Facts for Used {
        fn key_use(&self, key: &UniqueId) -> Option<KeyUse> {
            self.0.get(key).cloned()
        }
        fn role_use(&self, _: &UniqueId) -> Option<RoleUse> {
            None
        }
    }

    fn report(world: &mut World) -> Vec<String> {
        world.write(&GenerateCredentialReport, Default::default()).unwrap();
        let content = world.account().credential_report().unwrap().content.clone();
        content.split('\n').map(str::to_owned).collect()
    }

    #[test]
    fn an_account_of_nobody() {
        let mut world = World::new();
        let root = "<root_account>,arn:aws:iam::123456789012:root,1970-01-01T00:00:00Z,false,N/A,N/A,not_supported,\
                    false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
        assert_eq!(report(&mut world), [HEADER, root]);
    }

    #[test]
    fn passwords_and_second_factors() {
        let mut world = World::new();
        add_user(&mut world, "bob", "/", None);
        create_login_profile(&mut world, Some("bob"), "Tr0ub4dor&3").unwrap();
        let columns = |world: &mut World| {
            let row = report(world)[2].clone();
            row.split(',').skip(3).take(5).map(str::to_owned).collect::<Vec<_>>().join(",")
        };
        assert_eq!(columns(&mut world), "true,no_information,2026-01-01T00:00:00Z,N/A,false");
        let policy = UpdateAccountPasswordPolicyRequest { max_password_age: Some(90), ..Default::default() };
        set_policy(&mut world, policy);
        world.now = world.now.plus_seconds(5 * 60 * 60);
        assert_eq!(
            columns(&mut world),
            "true,no_information,2026-01-01T00:00:00Z,2026-04-01T00:00:00Z,false"
        );
        let device = mfa_device::tests::create(&mut world, "phone");
        mfa_device::tests::enable(&mut world, "bob", &device, [-1, 0]).unwrap();
        world.now = world.now.plus_seconds(5 * 60 * 60);
        assert_eq!(columns(&mut world), "true,no_information,2026-01-01T00:00:00Z,2026-04-01T00:00:00Z,true");
    }

    #[test]
    fn users_in_order_of_name_whatever_the_case() {
        let mut world = World::new();
        for name in ["b", "C", "a,b"] {
            add_user(&mut world, name, "/team/", None);
        }
        let rest = "2026-01-01T00:00:00Z,false,N/A,N/A,N/A,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,\
                    false,N/A,false,N/A";
        let user = |name: &str, arn: &str| format!("{name},{arn},{rest}");
        assert_eq!(
            report(&mut world)[2..],
            [
                user("\"a,b\"", "\"arn:aws:iam::123456789012:user/team/a,b\""),
                user("b", "arn:aws:iam::123456789012:user/team/b"),
                user("C", "arn:aws:iam::123456789012:user/team/C"),
            ]
        );
        for line in report(&mut world) {
            assert_eq!(line.replace("a,b", "ab").split(',').count(), HEADER.split(',').count(), "{line}");
        }
    }

    #[test]
    fn keys_in_order_of_their_ids_with_their_last_use() {
        let mut world = World::new();
        add_user(&mut world, "ann", "/", None);
        for name in [None, Some("ann"), Some("ann")] {
            create(&mut world, name).unwrap();
        }
        let mut ids = [world.new_id(IdKind::AccessKey), world.new_id(IdKind::AccessKey)];
        ids.sort();
        let [first, second] = ids;
        change::<User>(&mut world, "ann", |user| {
            user.access_keys[0].id = second.clone();
            user.access_keys[0].status = KeyStatus::Inactive;
            user.access_keys[1].id = first.clone();
        });
        let time = Timestamp::from_millis(1_767_229_200_123);
        let used = KeyUse { time, region: "eu-west-1".to_owned(), service: "sts".to_owned() };
        world.facts = Box::new(Used([(second, used)].into()));
        let report = report(&mut world);
        let columns = |line: &str| line.split(',').skip(8).take(10).collect::<Vec<_>>().join(",");
        assert_eq!(columns(&report[1]), "true,2026-01-01T00:00:00Z,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A");
        assert_eq!(
            columns(&report[2]),
            "true,2026-01-01T00:00:00Z,N/A,N/A,N/A,\
             false,2026-01-01T00:00:00Z,2026-01-01T01:00:00Z,eu-west-1,sts"
        );
    }

    #[test]
    fn inactive_certificates_before_active_ones() {
        let mut world = World::new();
        add_user(&mut world, "ann", "/", None);
        let now = world.now;
        let certificate = |status, seconds| SigningCertificate {
            id: "A".repeat(24),
            body: String::new(),
            status,
            uploaded: now.plus_seconds(seconds),
        };
        let of_user = vec![certificate(KeyStatus::Active, 1), certificate(KeyStatus::Inactive, 2)];
        let of_root = of_user[..1].to_vec();
        change::<User>(&mut world, "ann", |user| user.signing_certificates = of_user);
        world.edit(|draft| {
            draft.change_settings(|settings| settings.root_signing_certificates = of_root);
        });
        let report = report(&mut world);
        let columns = |line: &str| line.split(',').skip(18).collect::<Vec<_>>().join(",");
        assert_eq!(columns(&report[1]), "true,2026-01-01T00:00:01Z,false,N/A");
        assert_eq!(columns(&report[2]), "false,2026-01-01T00:00:02Z,true,2026-01-01T00:00:01Z");
    }
}
