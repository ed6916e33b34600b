// What a user of AWS's SDK for JavaScript v3 meets. `node scenarios.mjs NAME` runs one scenario; endpoint, region and
// credentials come from the environment, as the SDK reads them itself. It ends with 0, or with the failed assertion.

import assert from "node:assert/strict";
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteConflictException,
  DeleteGroupCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  EntityAlreadyExistsException,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  InvalidInputException,
  ListRoleTagsCommand,
  ListUsersCommand,
  MalformedPolicyDocumentException,
  NoSuchEntityException,
  PutRolePolicyCommand,
  TagRoleCommand,
  paginateListUsers,
  waitUntilRoleExists,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

// A refusal is an answer: the SDK's own retries would only hide a flaky one.
const settings = { maxAttempts: 1 };
const iam = new IAMClient(settings);
const sts = new STSClient(settings);

const allow = (Action, Resource = "*") =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });
const trust = (Principal) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }] });

/** The SDK's exception for this call; it must be an instance of `type` where one is given. */
async function refusal(call, type, name, status) {
  const caught = await call.then(
    () => assert.fail("the call must be refused"),
    (error) => error,
  );
  if (type) assert.ok(caught instanceof type, `${caught.name} is no ${type.name}`);
  assert.equal(caught.name, name);
  assert.equal(caught.$metadata.httpStatusCode, status);
  assert.ok(caught.$metadata.requestId, "every answer carries a request id");
  return caught.message;
}

/** A user with an access key, and clients that are it. */
async function newUser(UserName) {
  const { User } = await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const credentials = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  return { ...User, iam: new IAMClient({ ...settings, credentials }), sts: new STSClient({ ...settings, credentials }) };
}

const scenarios = {
  async walkthrough() {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, `arn:aws:iam::${Account}:root`);

    const user = await newUser("js-deployer");
    assert.match(user.UserId, /^AIDA/);
    assert.ok(user.CreateDate instanceof Date);

    const RoleName = "js-deploy";
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName,
        Path: "/ci/",
        AssumeRolePolicyDocument: trust({ AWS: user.Arn }),
        Description: "deploys",
        MaxSessionDuration: 7200,
        Tags: [{ Key: "team", Value: "ci" }],
      }),
    );
    assert.equal(Role.Arn, `arn:aws:iam::${Account}:role/ci/${RoleName}`);
    const waited = await waitUntilRoleExists({ client: iam, maxWaitTime: 10 }, { RoleName });
    assert.equal(waited.state, "SUCCESS");

    await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: "stage", Value: "prod äöü 漢字" }] }));
    const { Tags } = await iam.send(new ListRoleTagsCommand({ RoleName }));
    assert.deepEqual(
      Tags.map(({ Key, Value }) => `${Key}=${Value}`).sort(),
      ["stage=prod äöü 漢字", "team=ci"],
    );

    const PolicyDocument = allow(["iam:ListUsers"]);
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "list", PolicyDocument }));
    const inline = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: "list" }));
    assert.deepEqual(JSON.parse(decodeURIComponent(inline.PolicyDocument)), JSON.parse(PolicyDocument));
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: "js-read", PolicyDocument: allow(["iam:GetRole"], Role.Arn) }),
    );
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy.Arn }));

    const session = await user.sts.send(new AssumeRoleCommand({ RoleArn: Role.Arn, RoleSessionName: "js" }));
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = session.Credentials;
    assert.ok(Expiration > new Date());
    assert.equal(session.AssumedRoleUser.AssumedRoleId, `${Role.RoleId}:js`);
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    const assumed = new IAMClient({ ...settings, credentials });
    const seen = await assumed.send(new GetRoleCommand({ RoleName }));
    assert.deepEqual(JSON.parse(decodeURIComponent(seen.Role.AssumeRolePolicyDocument)), JSON.parse(trust({ AWS: user.Arn })));
    assert.ok((await assumed.send(new ListUsersCommand({}))).Users.some(({ UserName }) => UserName === "js-deployer"));
    const identity = await new STSClient({ ...settings, credentials }).send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, `arn:aws:sts::${Account}:assumed-role/${RoleName}/js`);

    const conflict = "Cannot delete entity, must detach all policies first.";
    assert.equal(await refusal(iam.send(new DeleteRoleCommand({ RoleName })), DeleteConflictException, "DeleteConflictException", 409), conflict);
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: Policy.Arn }));
    await iam.send(new DeletePolicyCommand({ PolicyArn: Policy.Arn }));
  },

  async errors() {
    assert.equal(
      await refusal(iam.send(new GetUserCommand({ UserName: "nobody" })), NoSuchEntityException, "NoSuchEntityException", 404),
      "The user with name nobody cannot be found.",
    );
    await iam.send(new CreateGroupCommand({ GroupName: "js-twice" }));
    assert.equal(
      await refusal(iam.send(new CreateGroupCommand({ GroupName: "JS-TWICE" })), EntityAlreadyExistsException, "EntityAlreadyExistsException", 409),
      "Group with name JS-TWICE already exists.",
    );
    await refusal(
      iam.send(new CreatePolicyCommand({ PolicyName: "js-broken", PolicyDocument: "{" })),
      MalformedPolicyDocumentException, "MalformedPolicyDocumentException", 400,
    );
    await iam.send(new CreateRoleCommand({ RoleName: "js-tags", AssumeRolePolicyDocument: trust({ Service: "ec2.amazonaws.com" }) }));
    await refusal(
      iam.send(new TagRoleCommand({ RoleName: "js-tags", Tags: [{ Key: "a", Value: "1" }, { Key: "A", Value: "2" }] })),
      InvalidInputException, "InvalidInputException", 400,
    );
    // An error that no operation declares: the SDK has no class for it, only its code.
    assert.match(
      await refusal(iam.send(new CreateUserCommand({ UserName: "no spaces" })), undefined, "ValidationError", 400),
      /^1 validation error detected: Value .* at 'userName' failed to satisfy constraint: /,
    );
    const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x".repeat(40) };
    assert.equal(
      await refusal(new STSClient({ ...settings, credentials }).send(new GetCallerIdentityCommand({})), undefined, "InvalidClientTokenId", 403),
      "The security token included in the request is invalid.",
    );
  },

  async paginators() {
    const names = Array.from({ length: 12 }, (_, at) => `js-${String(at).padStart(2, "0")}`);
    for (const UserName of names) await iam.send(new CreateUserCommand({ UserName, Path: "/pages/" }));
    const pages = [];
    for await (const page of paginateListUsers({ client: iam, pageSize: 5 }, { PathPrefix: "/pages/" })) {
      pages.push(page.Users.map(({ UserName }) => UserName));
    }
    assert.deepEqual(pages.map((page) => page.length), [5, 5, 2]);
    assert.deepEqual(pages.flat(), names);
  },

  async denied() {
    const user = await newUser("js-reader");
    await iam.send(new CreateGroupCommand({ GroupName: "js-readers" }));
    await iam.send(new AttachGroupPolicyCommand({ GroupName: "js-readers", PolicyArn: "arn:aws:iam::aws:policy/IAMReadOnlyAccess" }));
    const list = () => user.iam.send(new ListUsersCommand({}));
    const account = user.Arn.split(":")[4];
    assert.equal(
      await refusal(list(), undefined, "AccessDenied", 403),
      `User: ${user.Arn} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::${account}:user/ ` +
        "because no identity-based policy allows the iam:ListUsers action",
    );
    await iam.send(new AddUserToGroupCommand({ GroupName: "js-readers", UserName: "js-reader" }));
    assert.ok((await list()).Users.length > 0);
    await refusal(user.iam.send(new DeleteGroupCommand({ GroupName: "js-readers" })), undefined, "AccessDenied", 403);
  },
};

const scenario = scenarios[process.argv[2]];
assert.ok(scenario, `no scenario ${process.argv[2]}; there are ${Object.keys(scenarios).join(", ")}`);
await scenario();
