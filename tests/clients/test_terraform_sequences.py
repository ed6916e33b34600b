"""What Terraform's AWS provider calls, in its order: create, refresh without a diff, update in place, destroy.

Terraform itself is not run. Each class stands for one resource type and makes the provider's calls, as its sources show
them; what it reads back are the attributes that Terraform compares with the configuration. The provider retries where
AWS is eventually consistent; here every read must be right at once.
"""

import pytest
from botocore.exceptions import ClientError

import scenario_values
from expect import refused
from harness import allow, text, trust, unique
from one_time_code import one_time_code


class Resource:
    """One resource in Terraform's state: its attributes as the last refresh found them."""

    def __init__(self, iam, **config):
        self.iam, self.config, self.id = iam, config, None

    def apply(self, **changes):
        """Creates the resource, or updates it in place; then reads it, as every apply does."""
        old, self.config = self.config, {**self.config, **changes}
        if self.id is None:
            self.create()
        else:
            self.update(old, {name for name in changes if old.get(name) != changes[name]})
        return self.refresh_without_diff()

    def refresh_without_diff(self):
        """A plan after an apply: nothing differs from the configuration, and reading again changes nothing."""
        state = self.read()
        wanted = {name: value for name, value in self.config.items() if name in state}
        differing = {name: (state[name], value) for name, value in wanted.items() if state[name] != value}
        assert not differing, differing
        assert self.read() == state
        return state

    def destroy(self):
        self.delete()
        assert self.read() is None, "a refresh after the destroy finds nothing"
        # Another run of a destroy that was cut off must not fail either.
        self.delete()


def found(call, **parameters):
    """The answer, or None where the provider takes the resource out of its state."""
    try:
        return call(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        return None


def pages(client, operation, member, **parameters):
    """All entries; a missing owner has none."""
    try:
        found_pages = client.get_paginator(operation).paginate(**parameters)
        return [entry for page in found_pages for entry in page[member]]
    except client.exceptions.NoSuchEntityException:
        return []


def tags(mapping):
    return [{"Key": key, "Value": value} for key, value in sorted(mapping.items())]


def tag_map(entries):
    return {tag["Key"]: tag["Value"] for tag in entries}


def update_tags(tag, untag, old, new, **owner):
    """The provider removes keys that go, then sets those that are new or have another value."""
    gone = sorted(old.keys() - new.keys())
    if gone:
        untag(TagKeys=gone, **owner)
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    if changed:
        tag(Tags=tags(changed), **owner)


class Role(Resource):
    """aws_iam_role, with `inline_policy` and `managed_policy_arns`."""

    def create(self):
        config = self.config
        more = {"PermissionsBoundary": config["permissions_boundary"]} if config.get("permissions_boundary") else {}
        made = self.iam.create_role(
            RoleName=config["name"],
            Path=config["path"],
            AssumeRolePolicyDocument=text(config["assume_role_policy"]),
            Description=config["description"],
            MaxSessionDuration=config["max_session_duration"],
            Tags=tags(config["tags"]),
            **more,
        )["Role"]
        for name, document in config["inline_policy"].items():
            self.iam.put_role_policy(RoleName=config["name"], PolicyName=name, PolicyDocument=text(document))
        for arn in config.get("managed_policy_arns", ()):
            self.iam.attach_role_policy(RoleName=config["name"], PolicyArn=arn)
        self.id = made["RoleName"]

    def read(self):
        answer = found(self.iam.get_role, RoleName=self.id)
        if answer is None:
            return None
        role = answer["Role"]
        inline = pages(self.iam, "list_role_policies", "PolicyNames", RoleName=self.id)
        documents = {
            name: self.iam.get_role_policy(RoleName=self.id, PolicyName=name)["PolicyDocument"] for name in inline
        }
        attached = pages(self.iam, "list_attached_role_policies", "AttachedPolicies", RoleName=self.id)
        return {
            "arn": role["Arn"],
            "assume_role_policy": role["AssumeRolePolicyDocument"],
            "create_date": role["CreateDate"],
            "description": role.get("Description", ""),
            "inline_policy": documents,
            "managed_policy_arns": {policy["PolicyArn"] for policy in attached},
            "max_session_duration": role["MaxSessionDuration"],
            "name": role["RoleName"],
            "path": role["Path"],
            "permissions_boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
            "tags": tag_map(role.get("Tags", [])),
            "unique_id": role["RoleId"],
        }

    def update(self, old, changed):
        new, name = self.config, self.id
        if "assume_role_policy" in changed:
            self.iam.update_assume_role_policy(RoleName=name, PolicyDocument=text(new["assume_role_policy"]))
        if "description" in changed:
            self.iam.update_role_description(RoleName=name, Description=new["description"])
        if "max_session_duration" in changed:
            self.iam.update_role(RoleName=name, MaxSessionDuration=new["max_session_duration"])
        if "permissions_boundary" in changed:
            if new["permissions_boundary"]:
                self.iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=new["permissions_boundary"])
            else:
                self.iam.delete_role_permissions_boundary(RoleName=name)
        if "inline_policy" in changed:
            for policy in old["inline_policy"].keys() - new["inline_policy"].keys():
                self.iam.delete_role_policy(RoleName=name, PolicyName=policy)
            for policy, document in new["inline_policy"].items():
                self.iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=text(document))
        if "managed_policy_arns" in changed:
            for arn in old["managed_policy_arns"] - new["managed_policy_arns"]:
                self.iam.detach_role_policy(RoleName=name, PolicyArn=arn)
            for arn in new["managed_policy_arns"] - old["managed_policy_arns"]:
                self.iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        if "tags" in changed:
            update_tags(self.iam.tag_role, self.iam.untag_role, old["tags"], new["tags"], RoleName=name)

    def delete(self):
        name = self.id
        for profile in pages(self.iam, "list_instance_profiles_for_role", "InstanceProfiles", RoleName=name):
            self.iam.remove_role_from_instance_profile(
                InstanceProfileName=profile["InstanceProfileName"], RoleName=name
            )
        for policy in pages(self.iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name):
            found(self.iam.detach_role_policy, RoleName=name, PolicyArn=policy["PolicyArn"])
        for policy in pages(self.iam, "list_role_policies", "PolicyNames", RoleName=name):
            found(self.iam.delete_role_policy, RoleName=name, PolicyName=policy)
        found(self.iam.delete_role, RoleName=name)


class Policy(Resource):
    """aws_iam_policy. Name, path and description force a new one; the document becomes a new version."""

    def create(self):
        config = self.config
        made = self.iam.create_policy(
            PolicyName=config["name"],
            Path=config["path"],
            Description=config["description"],
            PolicyDocument=text(config["policy"]),
            Tags=tags(config["tags"]),
        )
        self.id = made["Policy"]["Arn"]

    def read(self):
        answer = found(self.iam.get_policy, PolicyArn=self.id)
        if answer is None:
            return None
        policy = answer["Policy"]
        version = self.iam.get_policy_version(PolicyArn=self.id, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        assert version["IsDefaultVersion"]
        return {
            "arn": policy["Arn"],
            "attachment_count": policy["AttachmentCount"],
            "description": policy.get("Description", ""),
            "name": policy["PolicyName"],
            "path": policy["Path"],
            "policy": version["Document"],
            "policy_id": policy["PolicyId"],
            "tags": tag_map(policy.get("Tags", [])),
        }

    def update(self, old, changed):
        if "policy" in changed:
            versions = pages(self.iam, "list_policy_versions", "Versions", PolicyArn=self.id)
            if len(versions) >= 5:
                others = [version for version in versions if not version["IsDefaultVersion"]]
                # Of versions made in the same second, the provider takes the one listed last.
                oldest = min(reversed(others), key=lambda version: version["CreateDate"])
                self.iam.delete_policy_version(PolicyArn=self.id, VersionId=oldest["VersionId"])
            made = self.iam.create_policy_version(
                PolicyArn=self.id, PolicyDocument=text(self.config["policy"]), SetAsDefault=False
            )["PolicyVersion"]
            assert not made["IsDefaultVersion"]
            self.iam.set_default_policy_version(PolicyArn=self.id, VersionId=made["VersionId"])
        if "tags" in changed:
            update_tags(
                self.iam.tag_policy, self.iam.untag_policy, old["tags"], self.config["tags"], PolicyArn=self.id
            )

    def delete(self):
        for version in pages(self.iam, "list_policy_versions", "Versions", PolicyArn=self.id):
            if not version["IsDefaultVersion"]:
                self.iam.delete_policy_version(PolicyArn=self.id, VersionId=version["VersionId"])
        found(self.iam.delete_policy, PolicyArn=self.id)


class RolePolicyAttachment(Resource):
    """aws_iam_role_policy_attachment. Both its arguments force a new one."""

    def create(self):
        self.iam.attach_role_policy(RoleName=self.config["role"], PolicyArn=self.config["policy_arn"])
        self.id = f"{self.config['role']}/{self.config['policy_arn']}"

    def read(self):
        attached = pages(self.iam, "list_attached_role_policies", "AttachedPolicies", RoleName=self.config["role"])
        arns = [policy["PolicyArn"] for policy in attached]
        return dict(self.config) if self.config["policy_arn"] in arns else None

    def delete(self):
        found(self.iam.detach_role_policy, RoleName=self.config["role"], PolicyArn=self.config["policy_arn"])


class InstanceProfile(Resource):
    """aws_iam_instance_profile."""

    def create(self):
        config = self.config
        self.iam.create_instance_profile(
            InstanceProfileName=config["name"], Path=config["path"], Tags=tags(config["tags"])
        )
        self.id = config["name"]
        assert self.iam.get_instance_profile(InstanceProfileName=self.id)
        if config["role"]:
            self.iam.add_role_to_instance_profile(InstanceProfileName=self.id, RoleName=config["role"])

    def read(self):
        answer = found(self.iam.get_instance_profile, InstanceProfileName=self.id)
        if answer is None:
            return None
        profile = answer["InstanceProfile"]
        roles = [role["RoleName"] for role in profile["Roles"]]
        if roles:
            assert self.iam.get_role(RoleName=roles[0])
        return {
            "arn": profile["Arn"],
            "create_date": profile["CreateDate"],
            "name": profile["InstanceProfileName"],
            "path": profile["Path"],
            "role": roles[0] if roles else "",
            "tags": tag_map(profile.get("Tags", [])),
            "unique_id": profile["InstanceProfileId"],
        }

    def update(self, old, changed):
        if "role" in changed:
            if old["role"]:
                found(self.iam.remove_role_from_instance_profile, InstanceProfileName=self.id, RoleName=old["role"])
            if self.config["role"]:
                self.iam.add_role_to_instance_profile(InstanceProfileName=self.id, RoleName=self.config["role"])
        if "tags" in changed:
            update_tags(
                self.iam.tag_instance_profile, self.iam.untag_instance_profile, old["tags"], self.config["tags"],
                InstanceProfileName=self.id,
            )

    def delete(self):
        if self.config["role"]:
            found(self.iam.remove_role_from_instance_profile, InstanceProfileName=self.id, RoleName=self.config["role"])
        found(self.iam.delete_instance_profile, InstanceProfileName=self.id)


class User(Resource):
    """aws_iam_user; `force_destroy` takes away what others hung on the user."""

    def create(self):
        config = self.config
        more = {"PermissionsBoundary": config["permissions_boundary"]} if config["permissions_boundary"] else {}
        made = self.iam.create_user(UserName=config["name"], Path=config["path"], Tags=tags(config["tags"]), **more)
        self.id = made["User"]["UserName"]

    def read(self):
        answer = found(self.iam.get_user, UserName=self.id)
        if answer is None:
            return None
        user = answer["User"]
        return {
            "arn": user["Arn"],
            "name": user["UserName"],
            "path": user["Path"],
            "permissions_boundary": user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
            "tags": tag_map(user.get("Tags", [])),
            "unique_id": user["UserId"],
        }

    def update(self, old, changed):
        new = self.config
        if changed & {"name", "path"}:
            self.iam.update_user(UserName=old["name"], NewUserName=new["name"], NewPath=new["path"])
            self.id = new["name"]
        if "permissions_boundary" in changed:
            if new["permissions_boundary"]:
                self.iam.put_user_permissions_boundary(
                    UserName=self.id, PermissionsBoundary=new["permissions_boundary"]
                )
            else:
                self.iam.delete_user_permissions_boundary(UserName=self.id)
        if "tags" in changed:
            update_tags(self.iam.tag_user, self.iam.untag_user, old["tags"], new["tags"], UserName=self.id)

    def delete(self):
        for group in pages(self.iam, "list_groups_for_user", "Groups", UserName=self.id):
            self.iam.remove_user_from_group(UserName=self.id, GroupName=group["GroupName"])
        if self.config.get("force_destroy"):
            self.delete_credentials()
        found(self.iam.delete_user, UserName=self.id)

    def delete_credentials(self):
        """Every kind of them is looked for, and a user who is gone has none."""
        iam, user = self.iam, self.id
        for key in pages(iam, "list_access_keys", "AccessKeyMetadata", UserName=user):
            iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
        for key in pages(iam, "list_ssh_public_keys", "SSHPublicKeys", UserName=user):
            iam.delete_ssh_public_key(UserName=user, SSHPublicKeyId=key["SSHPublicKeyId"])
        for device in pages(iam, "list_virtual_mfa_devices", "VirtualMFADevices", AssignmentStatus="Assigned"):
            if device["User"].get("UserName") == user:
                iam.deactivate_mfa_device(UserName=user, SerialNumber=device["SerialNumber"])
                iam.delete_virtual_mfa_device(SerialNumber=device["SerialNumber"])
        for device in pages(iam, "list_mfa_devices", "MFADevices", UserName=user):
            iam.deactivate_mfa_device(UserName=user, SerialNumber=device["SerialNumber"])
        found(iam.delete_login_profile, UserName=user)
        for certificate in pages(iam, "list_signing_certificates", "Certificates", UserName=user):
            iam.delete_signing_certificate(UserName=user, CertificateId=certificate["CertificateId"])
        listed = found(iam.list_service_specific_credentials, UserName=user) or {"ServiceSpecificCredentials": []}
        for credential in listed["ServiceSpecificCredentials"]:
            iam.delete_service_specific_credential(
                UserName=user, ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"]
            )


class Group(Resource):
    """aws_iam_group."""

    def create(self):
        self.iam.create_group(GroupName=self.config["name"], Path=self.config["path"])
        self.id = self.config["name"]
        assert self.iam.get_group(GroupName=self.id)

    def read(self):
        answer = found(self.iam.get_group, GroupName=self.id)
        if answer is None:
            return None
        group = answer["Group"]
        return {"arn": group["Arn"], "name": group["GroupName"], "path": group["Path"], "unique_id": group["GroupId"]}

    def update(self, old, changed):
        self.iam.update_group(GroupName=old["name"], NewGroupName=self.config["name"], NewPath=self.config["path"])
        self.id = self.config["name"]

    def delete(self):
        found(self.iam.delete_group, GroupName=self.id)


class OpenIDConnectProvider(Resource):
    """aws_iam_openid_connect_provider. The URL forces a new one; IAM shows it without `https://`, and so is it compared."""

    def create(self):
        config = self.config
        more = {"ThumbprintList": config["thumbprint_list"]} if config["thumbprint_list"] else {}
        made = self.iam.create_open_id_connect_provider(
            Url=f"https://{config['url']}", ClientIDList=config["client_id_list"], Tags=tags(config["tags"]), **more
        )
        self.id = made["OpenIDConnectProviderArn"]

    def read(self):
        provider = found(self.iam.get_open_id_connect_provider, OpenIDConnectProviderArn=self.id)
        if provider is None:
            return None
        return {
            "url": provider["Url"],
            "client_id_list": sorted(provider["ClientIDList"]),
            "thumbprint_list": provider["ThumbprintList"],
            "tags": tag_map(provider.get("Tags", [])),
        }

    def update(self, old, changed):
        new = self.config
        if "thumbprint_list" in changed:
            self.iam.update_open_id_connect_provider_thumbprint(
                OpenIDConnectProviderArn=self.id, ThumbprintList=new["thumbprint_list"]
            )
        if "client_id_list" in changed:
            for client in sorted(set(new["client_id_list"]) - set(old["client_id_list"])):
                self.iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=self.id, ClientID=client)
            for client in sorted(set(old["client_id_list"]) - set(new["client_id_list"])):
                self.iam.remove_client_id_from_open_id_connect_provider(
                    OpenIDConnectProviderArn=self.id, ClientID=client
                )
        if "tags" in changed:
            update_tags(
                self.iam.tag_open_id_connect_provider, self.iam.untag_open_id_connect_provider, old["tags"],
                new["tags"], OpenIDConnectProviderArn=self.id,
            )

    def delete(self):
        found(self.iam.delete_open_id_connect_provider, OpenIDConnectProviderArn=self.id)


class AccountPasswordPolicy(Resource):
    """aws_iam_account_password_policy. What is not configured is not sent, so that AWS's defaults hold."""

    ATTRIBUTES = {
        "allow_users_to_change_password": "AllowUsersToChangePassword",
        "hard_expiry": "HardExpiry",
        "max_password_age": "MaxPasswordAge",
        "minimum_password_length": "MinimumPasswordLength",
        "password_reuse_prevention": "PasswordReusePrevention",
        "require_lowercase_characters": "RequireLowercaseCharacters",
        "require_numbers": "RequireNumbers",
        "require_symbols": "RequireSymbols",
        "require_uppercase_characters": "RequireUppercaseCharacters",
    }

    def create(self):
        self.iam.update_account_password_policy(
            **{self.ATTRIBUTES[name]: value for name, value in self.config.items() if value}
        )
        self.id = "iam-account-password-policy"

    def update(self, old, changed):
        self.create()

    def read(self):
        answer = found(self.iam.get_account_password_policy)
        if answer is None:
            return None
        policy = answer["PasswordPolicy"]
        state = {name: policy.get(member) for name, member in self.ATTRIBUTES.items()}
        return {**state, "expire_passwords": policy["ExpirePasswords"]}

    def delete(self):
        found(self.iam.delete_account_password_policy)


EC2 = trust({"Service": "ec2.amazonaws.com"})
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def role_config(account):
    return {
        "name": unique("terraform"),
        "path": "/",
        "assume_role_policy": EC2,
        "description": "",
        "max_session_duration": 3600,
        "permissions_boundary": "",
        "inline_policy": {},
        "managed_policy_arns": set(),
        "tags": {},
    }


class UserLoginProfile(Resource):
    """aws_iam_user_login_profile, made with a generated password."""

    def create(self):
        made = self.iam.create_login_profile(
            UserName=self.config["user"],
            Password=self.config["password"],
            PasswordResetRequired=self.config["password_reset_required"],
        )["LoginProfile"]
        self.id = made["UserName"]

    def read(self):
        answer = found(self.iam.get_login_profile, UserName=self.id)
        if answer is None:
            return None
        profile = answer["LoginProfile"]
        return {"user": profile["UserName"], "password_reset_required": profile["PasswordResetRequired"]}

    def delete(self):
        found(self.iam.delete_login_profile, UserName=self.id)


class VirtualMfaDevice(Resource):
    """aws_iam_virtual_mfa_device."""

    def create(self):
        config = self.config
        made = self.iam.create_virtual_mfa_device(
            Path=config["path"], VirtualMFADeviceName=config["virtual_mfa_device_name"], Tags=tags(config["tags"])
        )["VirtualMFADevice"]
        self.id = made["SerialNumber"]
        assert made["Base32StringSeed"] and made["QRCodePNG"]

    def read(self):
        devices = pages(self.iam, "list_virtual_mfa_devices", "VirtualMFADevices", AssignmentStatus="Any")
        if self.id not in [device["SerialNumber"] for device in devices]:
            return None
        path, _, name = self.id.partition(":mfa")[2].rpartition("/")
        found_tags = pages(self.iam, "list_mfa_device_tags", "Tags", SerialNumber=self.id)
        return {"arn": self.id, "path": f"{path}/", "virtual_mfa_device_name": name, "tags": tag_map(found_tags)}

    def update(self, old, changed):
        tag, untag = self.iam.tag_mfa_device, self.iam.untag_mfa_device
        update_tags(tag, untag, old["tags"], self.config["tags"], SerialNumber=self.id)

    def delete(self):
        found(self.iam.delete_virtual_mfa_device, SerialNumber=self.id)


def test_the_provider_knows_the_account_before_any_resource(account):
    """What every run begins with."""
    identity = account.sts.get_caller_identity()
    assert (identity["Account"], identity["Arn"].split(":")[1]) == (account.id, "aws")


def test_role(account, iam, role_config):
    boundary, own = account.new_policy(allow("s3:*")), account.new_policy(allow("s3:ListBucket"))
    role = Role(iam, **role_config)
    first = role.apply()
    second = role.apply(
        assume_role_policy=trust(account.arn("root")),
        description="runs the thing",
        max_session_duration=43200,
        permissions_boundary=boundary,
        inline_policy={"one": allow("s3:GetObject"), "two": allow("s3:PutObject")},
        managed_policy_arns={READ_ONLY, own},
        tags={"team": "web", "empty": ""},
    )
    for kept in ("arn", "unique_id", "create_date", "name"):
        assert first[kept] == second[kept], f"{kept} changes only with a replacement"
    role.apply(
        description="",
        permissions_boundary="",
        inline_policy={"two": allow("s3:PutObject", "arn:aws:s3:::bucket/*")},
        managed_policy_arns={own},
        tags={"team": "data", "stage": "test"},
    )
    role.destroy()


def test_a_role_that_is_made_with_everything_at_once(account, iam, role_config):
    changes = {"path": "/ci/", "description": "all", "permissions_boundary": account.new_policy(allow("*"))}
    role = Role(iam, **{**role_config, **changes, "inline_policy": {"one": allow("s3:*")}, "tags": {"a": "b"}})
    role.apply(managed_policy_arns={READ_ONLY})
    role.destroy()


def test_a_role_with_a_trust_policy_that_names_a_principal_of_the_same_run(account, iam, role_config):
    """The provider retries `Invalid principal in policy` until the new principal is known; here it is known at once."""
    user = User(iam, name=unique("terraform"), path="/", permissions_boundary="", tags={})
    arn = user.apply()["arn"]
    role = Role(iam, **{**role_config, "assume_role_policy": trust(arn)})
    role.apply()
    role.destroy()
    user.destroy()


def test_policy(iam):
    policy = Policy(
        iam, name=unique("terraform"), path="/app/", description="what it may", policy=allow("s3:Get*"), tags={}
    )
    first = policy.apply(tags={"team": "web"})
    # Seven documents, though five versions are all that AWS keeps.
    for number in range(7):
        after = policy.apply(policy=allow(["s3:Get*", "s3:List*"], f"arn:aws:s3:::bucket-{number}"))
        assert (after["arn"], after["policy_id"]) == (first["arn"], first["policy_id"])
    versions = iam.list_policy_versions(PolicyArn=policy.id)["Versions"]
    assert [version["VersionId"] for version in versions if version["IsDefaultVersion"]] == ["v8"]
    assert len(versions) == 5
    policy.apply(tags={})
    policy.destroy()


def test_role_policy_attachment(account, iam, role_config):
    """Two attachments, one of them replaced; then everything goes in the order of the dependencies."""
    # The role's own configuration says nothing of attachments.
    role = Role(iam, **{name: value for name, value in role_config.items() if name != "managed_policy_arns"})
    role.apply()
    policy = Policy(iam, name=unique("terraform"), path="/", description="", policy=allow("s3:*"), tags={})
    policy.apply()
    own = RolePolicyAttachment(iam, role=role.id, policy_arn=policy.id)
    managed = RolePolicyAttachment(iam, role=role.id, policy_arn=READ_ONLY)
    own.apply()
    managed.apply()
    assert policy.read()["attachment_count"] == 1
    # Attaching again, as an import of an existing attachment does, is no error.
    RolePolicyAttachment(iam, role=role.id, policy_arn=READ_ONLY).apply()
    managed.destroy()
    managed = RolePolicyAttachment(iam, role=role.id, policy_arn="arn:aws:iam::aws:policy/SecurityAudit")
    managed.apply()
    for attachment in (managed, own):
        attachment.destroy()
    policy.destroy()
    role.destroy()
    assert own.read() is None, "the attachment of a role that is gone is gone"


def test_instance_profile(iam, role_config):
    roles = [Role(iam, **{**role_config, "name": unique("terraform")}) for _ in range(2)]
    for role in roles:
        role.apply()
    profile = InstanceProfile(iam, name=unique("terraform"), path="/web/", role=roles[0].id, tags={"a": "1"})
    first = profile.apply()
    second = profile.apply(role=roles[1].id, tags={"b": "2"})
    assert (first["arn"], first["unique_id"]) == (second["arn"], second["unique_id"])
    profile.apply(role="")
    profile.apply(role=roles[0].id)
    # A role in use by a profile outside of Terraform's state goes all the same: its deletion looks for profiles.
    roles[0].destroy()
    assert profile.read()["role"] == ""
    profile.config["role"] = ""
    profile.destroy()
    roles[1].destroy()


def test_user(account, iam):
    boundary = account.new_policy(allow("*"))
    user = User(iam, name=unique("terraform"), path="/", permissions_boundary="", tags={})
    first = user.apply()
    group = Group(iam, name=unique("terraform"), path="/")
    group.apply()
    iam.add_user_to_group(UserName=user.id, GroupName=group.id)
    second = user.apply(
        name=unique("renamed"), path="/people/", permissions_boundary=boundary, tags={"team": "web", "mail": "a@b.c"}
    )
    assert second["unique_id"] == first["unique_id"]
    assert second["arn"] == account.arn(f"user/people/{user.id}")
    assert [member["UserName"] for member in iam.get_group(GroupName=group.id)["Users"]] == [user.id]
    user.apply(permissions_boundary="", tags={"team": "data"})
    user.destroy()
    group.destroy()


def test_group(account, iam):
    group = Group(iam, name=unique("terraform"), path="/")
    first = group.apply()
    group.apply(path="/teams/")
    renamed = group.apply(name=unique("renamed"))
    assert renamed["unique_id"] == first["unique_id"]
    assert renamed["arn"] == account.arn(f"group/teams/{group.id}")
    # The provider sends name and path also when only the case changes.
    group.apply(name=group.id.upper())
    group.destroy()


def test_user_with_force_destroy(iam):
    user = User(iam, name=unique("terraform"), path="/", permissions_boundary="", tags={}, force_destroy=True)
    user.apply()
    iam.create_access_key(UserName=user.id)
    iam.create_login_profile(UserName=user.id, Password="Correct-Horse-7")
    iam.upload_ssh_public_key(UserName=user.id, SSHPublicKeyBody=scenario_values.ssh_key("terraform"))
    iam.create_service_specific_credential(UserName=user.id, ServiceName="codecommit.amazonaws.com")
    iam.upload_signing_certificate(UserName=user.id, CertificateBody=scenario_values.certificate("terraform"))
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user.id)["VirtualMFADevice"]
    codes = [one_time_code(device["Base32StringSeed"], steps) for steps in (-1, 0)]
    iam.enable_mfa_device(
        UserName=user.id, SerialNumber=device["SerialNumber"], AuthenticationCode1=codes[0], AuthenticationCode2=codes[1]
    )
    with refused("DeleteConflict"):
        iam.delete_user(UserName=user.id)
    user.destroy()
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []


def test_openid_connect_provider(iam):
    thumbprints = ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280", "cf23df2207d99a74fbe169e3eba035e633b65d94"]
    provider = OpenIDConnectProvider(
        iam, url="token.actions.githubusercontent.com", client_id_list=["sts.amazonaws.com"],
        thumbprint_list=thumbprints[:1], tags={"team": "ci"},
    )
    provider.apply()
    provider.apply(client_id_list=["one", "two"], thumbprint_list=list(reversed(thumbprints)), tags={"stage": "prod"})
    provider.apply(client_id_list=["two"], tags={})
    provider.destroy()


def test_account_password_policy(iam):
    policy = AccountPasswordPolicy(iam, minimum_password_length=8, require_symbols=True)
    assert policy.apply()["expire_passwords"] is False
    after = policy.apply(
        minimum_password_length=14, require_symbols=False, require_numbers=True, max_password_age=90,
        password_reuse_prevention=24, hard_expiry=True, allow_users_to_change_password=True,
    )
    assert after["expire_passwords"] is True and after["require_lowercase_characters"] is False
    policy.destroy()


def test_user_login_profile(iam):
    user = User(iam, name=unique("terraform"), path="/", permissions_boundary="", tags={})
    user.apply()
    profile = UserLoginProfile(iam, user=user.id, password="Tr0ub4dor&3", password_reset_required=True)
    profile.apply()
    profile.destroy()
    user.destroy()


def test_virtual_mfa_device(account, iam):
    device = VirtualMfaDevice(iam, path="/team/", virtual_mfa_device_name=unique("terraform"), tags={"a": "1"})
    first = device.apply()
    assert first["arn"] == account.arn(f"mfa/team/{device.config['virtual_mfa_device_name']}")
    device.apply(tags={"b": "2"})
    device.destroy()
