//! What the generated files are written in. The generator says which members a shape has; these say what follows from it.

/// A structure: the type, and how it is taken from a value and made into one.
macro_rules! structure {
    ($name:ident = $schema:ident {}) => {
        #[doc = concat!("`", stringify!($name), "`")]
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {}

        impl keygate_wire::Shape for $name {
            const SCHEMA: &'static keygate_wire::Schema = &super::schemas::$schema;

            fn from_value(value: keygate_wire::Value) -> Result<Self, keygate_wire::ShapeError> {
                keygate_wire::Fields::new(value, Self::SCHEMA).map(|_| Self {})
            }

            fn into_value(self) -> keygate_wire::Value {
                keygate_wire::Value::Structure(Vec::new())
            }
        }
    };
    ($name:ident = $schema:ident { $($field:ident: $type:ty,)+ }) => {
        #[doc = concat!("`", stringify!($name), "`")]
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $(
                #[doc = concat!("`", stringify!($field), "`")]
                pub $field: $type,
            )+
        }

        impl keygate_wire::Shape for $name {
            const SCHEMA: &'static keygate_wire::Schema = &super::schemas::$schema;

            fn from_value(value: keygate_wire::Value) -> Result<Self, keygate_wire::ShapeError> {
                let mut fields = keygate_wire::Fields::new(value, Self::SCHEMA)?;
                Ok(Self { $($field: fields.next()?,)+ })
            }

            fn into_value(self) -> keygate_wire::Value {
                keygate_wire::Value::Structure(vec![$(keygate_wire::Field::into_field(self.$field),)+])
            }
        }
    };
}

/// A union: exactly one of its variants, or `Unset` where none was chosen yet.
macro_rules! union {
    ($name:ident = $schema:ident { $($index:literal => $variant:ident: $type:ty,)+ }) => {
        #[doc = concat!("`", stringify!($name), "`: exactly one of these")]
        #[derive(Debug, Clone, Default, PartialEq)]
        pub enum $name {
            /// None yet: the default, which no message carries.
            #[default]
            Unset,
            $(
                #[doc = concat!("`", stringify!($variant), "`")]
                $variant($type),
            )+
        }

        impl keygate_wire::Shape for $name {
            const SCHEMA: &'static keygate_wire::Schema = &super::schemas::$schema;

            fn from_value(value: keygate_wire::Value) -> Result<Self, keygate_wire::ShapeError> {
                match keygate_wire::Fields::new(value, Self::SCHEMA)?.one()? {
                    $(($index, value) => keygate_wire::Field::from_field(Some(value)).map(Self::$variant),)+
                    _ => Err(keygate_wire::ShapeError::new("has an unknown member")),
                }
            }

            fn into_value(self) -> keygate_wire::Value {
                let mut members = vec![None; Self::SCHEMA.members().len()];
                let (index, value): (usize, Option<keygate_wire::Value>) = match self {
                    Self::Unset => (0, None),
                    $(Self::$variant(value) => ($index, keygate_wire::Field::into_field(value)),)+
                };
                if let Some(member) = members.get_mut(index) {
                    *member = value;
                }
                keygate_wire::Value::Structure(members)
            }
        }
    };
}

/// An operation: its marker, its model, and the errors it declares.
macro_rules! operation {
    ($name:ident = $schema:ident: $input:ident => $output:ident [$($error:ident),*]) => {
        #[doc = concat!("`", stringify!($name), "`")]
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl keygate_wire::OperationModel for $name {
            const NAME: &'static str = stringify!($name);
            const SCHEMA: &'static keygate_wire::OperationSchema = &super::operations::$schema;
            type Input = super::$input;
            type Output = super::$output;
        }

        $(impl super::declares::$error for $name {})*
    };
}
