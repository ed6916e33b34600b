//! `keygate policy`: policy documents in files. No server is asked and nothing is stored.
//!
//! Exit codes: 0 yes (accepted, allowed, same, all cases as expected), 1 no, 2 the question could not be put: a wrong
//! option, a file that cannot be read, and, where the question is about something else, a document that is no policy.

mod advice;
mod answer;
mod check;
mod decide;
mod diagnostic;
mod diff;
mod eval;
mod file;
mod format;
mod question;

use clap::Subcommand;

use crate::failure::Failure;
use check::CheckOptions;
use decide::DecideOptions;
use diff::DiffOptions;
use format::FormatOptions;
use question::QuestionOptions;

pub(crate) const POLICY_EXAMPLES: &str = "\
Examples:
  keygate policy check policies/*.json         would AWS accept them?
  keygate policy eval --action s3:GetObject --resource '*' \\
    --principal arn:aws:iam::111122223333:user/alice --identity alice.json
  keygate policy explain …the same options…    why?
  keygate policy diff old.json new.json        what changed, statement by statement

They work on files alone: no server has to run.";

const CHECK_EXAMPLES: &str = "\
Examples:
  keygate policy check alice.json
  keygate policy check --kind trust role-trust.json
  cat scp.json | keygate policy check --kind scp --json -
  keygate policy check --strict policies/*.json

The message is AWS's, for the fault that AWS reports first; the place is shown below it. Each kind
has its own grammar: a Principal, for example, belongs in trust and resource policies only.

Warnings are about what AWS accepts and is hardly meant: actions and condition keys that there are
not, set operators where they do not belong, everybody as a principal.

Exit code: 0 all are accepted, 1 one is refused (with --strict: or has a warning), 2 one could not
be read.";

const EVAL_EXAMPLES: &str = "\
Examples:
  keygate policy eval --action s3:GetObject --resource arn:aws:s3:::photos/cat.jpg \\
    --resource-account 111122223333 --principal arn:aws:iam::111122223333:user/alice \\
    --identity alice.json --context aws:SourceIp=203.0.113.9

  keygate policy eval --action sts:AssumeRole --resource arn:aws:iam::111122223333:role/auditor \\
    --principal arn:aws:iam::444455556666:user/bob --identity bob.json --resource-policy trust.json

  keygate policy eval --action ec2:RunInstances --resource '*' \\
    --principal arn:aws:sts::111122223333:assumed-role/app/i-1 --identity app.json \\
    --boundary limit.json --scp root=full-access.json --scp account=guardrail.json

A policy that has an ARN is given as ARN=FILE: where AWS names the policy that denies, so do we.

What is not given does not apply: without --scp no organization limits the caller, without
--context a key is absent from the request. Keys that follow from principal and resource are
added: aws:PrincipalArn, aws:PrincipalAccount, aws:ResourceAccount and others.

Exit code: 0 allowed, 1 denied, 2 the question could not be put.";

const EXPLAIN_EXAMPLES: &str = "\
Example:
  keygate policy explain --action s3:GetObject --resource arn:aws:s3:::photos/cat.jpg \\
    --resource-account 111122223333 --principal arn:aws:iam::111122223333:user/alice \\
    --identity alice.json --scp root=guardrail.json

Takes the options of `keygate policy eval` and decides the same. Every statement of every layer is
shown with its line and column; of a statement that does not match, the parts that do not.

Exit code: 0 allowed, 1 denied, 2 the question could not be put.";

const DECIDE_EXAMPLES: &str = "\
Examples:
  keygate policy decide --cases corpus/*.jsonl --quiet
  generate-cases | keygate policy decide --cases -

A case is one line of JSON: a request, all policies that apply to it, and the expected decision.
Keygate's own are in corpus/, where README.md describes the format.

Exit code: 0 all as expected, 1 a case differs or a line is no case, 2 a file could not be read.";

const DIFF_EXAMPLES: &str = "\
Examples:
  keygate policy diff old.json new.json
  git show HEAD:alice.json | keygate policy diff - alice.json

Statements are the same if their Sid is; those without one are compared in their order. White space,
the order of lists, and a string for a list of one make no difference.

Exit code: 0 no difference, 1 they differ, 2 one is no policy or could not be read.";

const FORMAT_EXAMPLES: &str = "\
Examples:
  keygate policy format alice.json
  keygate policy format - < alice.json > pretty.json
  keygate policy format --check alice.json

Only white space changes: elements, lists and strings stay as and where they are.

Exit code: 0 printed, 1 with --check: it is not formatted, 2 it is not JSON or could not be read.";

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Tell whether AWS would accept policy documents, and what is wrong with them
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckOptions),
    /// Decide one request over policies in files
    #[command(after_help = EVAL_EXAMPLES)]
    Eval(Box<QuestionOptions>),
    /// Decide one request and show what every statement had to do with it
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Box<QuestionOptions>),
    /// Decide files of cases and compare with what they expect
    #[command(after_help = DECIDE_EXAMPLES)]
    Decide(DecideOptions),
    /// Show what differs between two policies, statement by statement
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(DiffOptions),
    /// Print a policy with regular white space
    #[command(after_help = FORMAT_EXAMPLES)]
    Format(FormatOptions),
}

pub(crate) fn run(command: &PolicyCommand) -> Result<(), Failure> {
    match command {
        PolicyCommand::Check(options) => check::run(options),
        PolicyCommand::Eval(options) => eval::eval(options),
        PolicyCommand::Explain(options) => eval::explain(options),
        PolicyCommand::Decide(options) => decide::run(options),
        PolicyCommand::Diff(options) => diff::run(options),
        PolicyCommand::Format(options) => format::run(options),
    }
}
