//! What AWS consists of: services, actions, resource types, condition keys, managed policies.
