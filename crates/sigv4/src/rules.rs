//! What one service accepts: its name, regions, clock window, and the few ways in which S3 differs.

/// The longest life of a presigned request: seven days, in seconds.
pub const MAX_PRESIGN_SECONDS: u32 = 604_800;

/// What a service accepts of a signature.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'r> {
    /// The service that the credential scope must name, e.g. `iam`.
    pub service: &'r str,
    /// The regions that the credential scope may name.
    pub regions: Regions<'r>,
    /// How far the time of a request may be from ours, both ways, in seconds.
    pub window_seconds: u32,
    /// How the path becomes canonical.
    pub paths: Paths,
    /// Whether the body may be left out of the signature.
    pub payload: PayloadRule,
    /// How long a presigned request is good for.
    pub presigned: PresignRule,
}

/// Which regions a credential scope may name.
#[derive(Debug, Clone, Copy)]
pub enum Regions<'r> {
    /// Anything that looks like a region: lower-case letters, digits and hyphens.
    Any,
    /// One of these.
    OneOf(&'r [&'r str]),
}

/// How the path becomes canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paths {
    /// Remove `.` and `..` segments and double slashes.
    pub normalize: bool,
    /// Encode what is already encoded once more.
    pub double_encode: bool,
}

/// Whether the body may be left out of the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadRule {
    /// The signature always covers the body.
    Signed,
    /// As S3: `x-amz-content-sha256: UNSIGNED-PAYLOAD` is accepted, and a presigned request means it.
    UnsignedAllowed,
}

/// How long a presigned request is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresignRule {
    /// For `X-Amz-Expires` seconds from `X-Amz-Date`; the parameter is required.
    Expires,
    /// As STS and IAM: inside the clock window around `X-Amz-Date`, whatever `X-Amz-Expires` says. Token
    /// makers that rely on it (such as EKS's) write 60 there and use the URL for a quarter of an hour.
    Window,
}

impl<'r> Rules<'r> {
    /// The rules of an AWS service, by the name it has in a credential scope; any region.
    pub fn of(service: &'r str) -> Self {
        let s3 = matches!(service, "s3" | "s3express" | "s3-object-lambda" | "s3-outposts");
        Self {
            service,
            regions: Regions::Any,
            window_seconds: match service {
                "kms" | "lambda" | "route53" | "monitoring" => 300,
                _ => 900,
            },
            paths: if s3 { Paths::AS_SENT } else { Paths::STANDARD },
            payload: if s3 { PayloadRule::UnsignedAllowed } else { PayloadRule::Signed },
            presigned: match service {
                "sts" | "iam" => PresignRule::Window,
                _ => PresignRule::Expires,
            },
        }
    }

    /// The same rules for these regions only.
    #[must_use]
    pub fn in_regions(self, regions: &'r [&'r str]) -> Self {
        Self { regions: Regions::OneOf(regions), ..self }
    }

    pub(crate) fn window(&self) -> i64 {
        i64::from(self.window_seconds)
    }
}

impl Regions<'_> {
    pub(crate) fn accept(&self, region: &str) -> bool {
        match self {
            Self::OneOf(regions) => regions.contains(&region),
            Self::Any => {
                (1..=64).contains(&region.len())
                    && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            }
        }
    }
}

impl Paths {
    /// Every service but S3.
    pub const STANDARD: Self = Self { normalize: true, double_encode: true };
    /// S3: an object's key is what the path says.
    pub const AS_SENT: Self = Self { normalize: false, double_encode: false };
}
