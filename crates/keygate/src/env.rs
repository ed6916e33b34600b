//! `keygate env`: what a shell needs to use the running server.

use keygate_server::operator::Environment;

use crate::cli::EnvOptions;
use crate::failure::Failure;
use crate::output::{self, quoted};
use crate::status;

/// Variables that would win over ours.
const UNSET: &str = "unset AWS_SESSION_TOKEN AWS_PROFILE\n";

pub(crate) fn run(options: &EnvOptions) -> Result<(), Failure> {
    let environment = status::ask(&options.server, async |client| client.environment().await)?;
    output::print(&lines(&environment))
}

fn lines(environment: &Environment) -> String {
    let variables = [
        ("AWS_ENDPOINT_URL", environment.endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", &environment.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", environment.secret.expose()),
        // The Python clients read the first, all others the second.
        ("AWS_DEFAULT_REGION", &environment.region),
        ("AWS_REGION", &environment.region),
    ];
    let exports = variables.map(|(name, value)| format!("export {name}={}\n", quoted(value)));
    exports.concat() + UNSET
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_for_a_shell() {
        let environment = r#"{"Endpoint": "http://127.0.0.1:8474", "Region": "us-east-1",
            "AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "a/b+c"}"#;
        let environment = serde_json::from_str(environment).unwrap();
        let expected = "export AWS_ENDPOINT_URL=http://127.0.0.1:8474
export AWS_ACCESS_KEY_ID=AKIAEXAMPLE
export AWS_SECRET_ACCESS_KEY=a/b+c
export AWS_DEFAULT_REGION=us-east-1
export AWS_REGION=us-east-1
unset AWS_SESSION_TOKEN AWS_PROFILE
";
        assert_eq!(lines(&environment), expected);
    }
}
