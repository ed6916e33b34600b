//! One service of the catalogue: its actions, resource types and condition keys, parsed from its section.
//!
//! A section is lines of tab-separated fields, the first one a letter:
//! `S` prefix, name, whether resource control policies reach it · `K` condition key, type ·
//! `R` resource type, ARN patterns (comma-separated), keys · `A` action, access level, keys, resources, dependent actions.
//! Keys and resource types of `R` and `A` are numbers: positions among the section's `K` and `R` lines.

use crate::text;

/// A service, by the prefix that its actions carry in policies.
#[derive(Debug)]
pub struct Service {
    /// The prefix, lower case: `iam`.
    pub prefix: &'static str,
    /// The name in AWS's documentation: `AWS Identity and Access Management`.
    pub name: &'static str,
    /// Whether resource control policies apply to its resources (rule 57).
    pub supports_resource_control_policies: bool,
    /// Its actions, sorted by name without regard to case.
    pub actions: Vec<Action>,
    /// Its resource types, sorted by name without regard to case.
    pub resource_types: Vec<ResourceType>,
    /// The condition keys that its actions and resources know, sorted without regard to case.
    pub condition_keys: Vec<ConditionKey>,
}

/// Something that a policy can allow or deny.
#[derive(Debug)]
pub struct Action {
    /// Prefix and name: `iam:CreateUser`.
    pub qualified_name: &'static str,
    /// What sort of thing it does.
    pub access_level: AccessLevel,
    /// The resource types that a request may name. Empty: the action is decided on `*`.
    pub resources: Vec<ActionResource>,
    /// The condition keys that it knows whatever the resource; keys with a `${Placeholder}` stand for many.
    pub condition_keys: Vec<&'static str>,
    /// The actions that its caller must be allowed as well, at least for some requests (`iam:PassRole` for
    /// `ec2:RunInstances`), as qualified names.
    pub dependent_actions: Vec<&'static str>,
}

/// A resource type that an action is decided on.
#[derive(Debug)]
pub struct ActionResource {
    /// The type's name in [`Service::resource_types`].
    pub resource_type: &'static str,
    /// Whether every request names such a resource.
    pub required: bool,
    /// The condition keys that the action knows for this resource only.
    pub condition_keys: Vec<&'static str>,
}

/// A sort of resource.
#[derive(Debug)]
pub struct ResourceType {
    /// The name in AWS's documentation: `instance-profile`.
    pub name: &'static str,
    /// Its ARNs, with `${Partition}`, `${Region}`, `${Account}` and names of its own to be filled in. Mostly one.
    pub arn_patterns: Vec<&'static str>,
    /// The condition keys that tell something about the resource.
    pub condition_keys: Vec<&'static str>,
}

/// A name that a policy's conditions can ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConditionKey {
    /// The name, prefix included; a `${Placeholder}` in it stands for one or more characters.
    pub name: &'static str,
    /// What its values are.
    pub value_type: ValueType,
    /// Whether a request can carry several values at once, so that conditions need a set operator (rule 133).
    pub multivalued: bool,
}

/// What a condition key's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// Text.
    String,
    /// An ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric,
    /// An instant.
    Date,
    /// An IP address.
    IpAddress,
}

/// AWS's five sorts of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessLevel {
    /// Lists resources, without their contents.
    List,
    /// Reads contents and attributes.
    Read,
    /// Makes, changes or deletes.
    Write,
    /// Changes nothing but tags.
    Tagging,
    /// Changes who may do what.
    PermissionsManagement,
}

impl Service {
    /// The action with this name (without prefix), in either case.
    pub fn action(&self, name: &str) -> Option<&Action> {
        let index = self.actions.binary_search_by(|action| text::compare(action.name(), name)).ok()?;
        self.actions.get(index)
    }

    /// The resource type with this name, in either case.
    pub fn resource_type(&self, name: &str) -> Option<&ResourceType> {
        let index = self.resource_types.binary_search_by(|kind| text::compare(kind.name, name)).ok()?;
        self.resource_types.get(index)
    }

    /// The condition key that this name is, or is an instance of, in either case.
    pub fn condition_key(&self, name: &str) -> Option<&ConditionKey> {
        self.condition_keys.iter().find(|key| key.is(name))
    }

    /// From its section; nothing if a line is not as the module describes.
    pub(crate) fn parse(section: &'static str) -> Option<Self> {
        let mut lines = section.lines();
        let mut header = lines.next()?.strip_prefix("S\t")?.split('\t');
        let mut service = Self {
            prefix: header.next()?,
            name: header.next()?,
            supports_resource_control_policies: header.next()? == "rcp",
            actions: Vec::new(),
            resource_types: Vec::new(),
            condition_keys: Vec::new(),
        };
        for line in lines {
            match line.split_once('\t')? {
                ("K", rest) => service.condition_keys.push(ConditionKey::parse(rest)?),
                ("R", rest) => service.parse_resource_type(rest)?,
                ("A", rest) => service.parse_action(rest)?,
                _ => return None,
            }
        }
        Some(service)
    }

    fn parse_resource_type(&mut self, line: &'static str) -> Option<()> {
        let mut fields = line.split('\t');
        let name = fields.next()?;
        let arn_patterns = list(fields.next()?, ',').collect();
        let condition_keys = self.keys(fields.next()?)?;
        self.resource_types.push(ResourceType { name, arn_patterns, condition_keys });
        Some(())
    }

    fn parse_action(&mut self, line: &'static str) -> Option<()> {
        let mut fields = line.split('\t');
        let qualified_name = fields.next()?;
        let access_level = AccessLevel::from_letter(fields.next()?)?;
        let condition_keys = self.keys(fields.next()?)?;
        let resources =
            list(fields.next()?, ';').map(|text| self.action_resource(text)).collect::<Option<_>>()?;
        let dependent_actions = list(fields.next()?, ',').collect();
        self.actions.push(Action {
            qualified_name,
            access_level,
            resources,
            condition_keys,
            dependent_actions,
        });
        Some(())
    }

    /// `3*:1,2`: the fourth resource type, required, with the second and third key.
    fn action_resource(&self, text: &'static str) -> Option<ActionResource> {
        let (kind, keys) = text.split_once(':')?;
        let (index, required) = match kind.strip_suffix('*') {
            Some(index) => (index, true),
            None => (kind, false),
        };
        let kind = self.resource_types.get(index.parse::<usize>().ok()?)?;
        Some(ActionResource { resource_type: kind.name, required, condition_keys: self.keys(keys)? })
    }

    fn keys(&self, numbers: &'static str) -> Option<Vec<&'static str>> {
        let key = |number: &str| Some(self.condition_keys.get(number.parse::<usize>().ok()?)?.name);
        list(numbers, ',').map(key).collect()
    }
}

impl Action {
    /// The prefix: `iam`.
    pub fn prefix(&self) -> &'static str {
        self.qualified_name.split_once(':').map_or("", |(prefix, _)| prefix)
    }

    /// The name without its prefix: `CreateUser`.
    pub fn name(&self) -> &'static str {
        self.qualified_name.split_once(':').map_or("", |(_, name)| name)
    }

    /// How it is decided on resources of this type, in either case; nothing if it is not.
    pub fn resource(&self, resource_type: &str) -> Option<&ActionResource> {
        self.resources.iter().find(|resource| resource.resource_type.eq_ignore_ascii_case(resource_type))
    }

    /// Whether a request for it may carry this condition key, for some resource; global keys aside.
    pub fn knows_condition_key(&self, name: &str) -> bool {
        let here = self.condition_keys.iter();
        let on_resources = self.resources.iter().flat_map(|resource| &resource.condition_keys);
        here.chain(on_resources).any(|key| text::is_instance(key, name))
    }
}

impl ConditionKey {
    /// Whether this name is the key, or an instance of it, in either case.
    pub fn is(&self, name: &str) -> bool {
        text::is_instance(self.name, name)
    }

    /// From the fields of a `K` line.
    pub(crate) fn parse(line: &'static str) -> Option<Self> {
        let (name, kind) = line.split_once('\t')?;
        let (kind, multivalued) = match kind.strip_prefix("ArrayOf") {
            Some(kind) => (kind, true),
            None => (kind, false),
        };
        Some(Self { name, value_type: ValueType::from_name(kind)?, multivalued })
    }
}

impl ValueType {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "String" => Self::String,
            "ARN" => Self::Arn,
            "Bool" => Self::Bool,
            "Numeric" => Self::Numeric,
            "Date" => Self::Date,
            "IPAddress" => Self::IpAddress,
            _ => return None,
        })
    }
}

impl AccessLevel {
    /// The name in AWS's documentation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Write => "Write",
            Self::Tagging => "Tagging",
            Self::PermissionsManagement => "Permissions management",
        }
    }

    fn from_letter(letter: &str) -> Option<Self> {
        Some(match letter {
            "L" => Self::List,
            "R" => Self::Read,
            "W" => Self::Write,
            "T" => Self::Tagging,
            "P" => Self::PermissionsManagement,
            _ => return None,
        })
    }
}

/// The parts of a list; none of an empty text.
fn list(text: &'static str, separator: char) -> impl Iterator<Item = &'static str> {
    text.split(separator).filter(|part| !part.is_empty())
}
