//! Addresses and ranges (rules 159, 160).

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// A range or a single address of a policy. Bits behind the prefix do not count; IPv4 in IPv6 is IPv4.
pub(crate) fn range(text: &str) -> Option<IpNet> {
    if let Some(ip) = address(text) {
        return Some(IpNet::from(ip));
    }
    match text.parse::<IpNet>().ok()?.trunc() {
        IpNet::V6(net) => match (net.addr().to_ipv4_mapped(), net.prefix_len().checked_sub(96)) {
            (Some(ip), Some(prefix)) => Some(IpNet::V4(Ipv4Net::new(ip, prefix).ok()?)),
            _ => Some(IpNet::V6(net)),
        },
        net @ IpNet::V4(_) => Some(net),
    }
}

/// The address of a request; IPv4 in IPv6 is IPv4.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_159_and_160_addresses_and_ranges() {
        for (policy, request, matches) in [
            ("203.0.113.0/24", "203.0.113.7", true),
            ("203.0.113.7/24", "203.0.113.200", true),
            ("203.0.113.0/24", "203.0.114.7", false),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("0.0.0.0/0", "203.0.113.7", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "203.0.113.7", false),
            ("::/0", "2001:db8::1", true),
            ("2001:DB8:1234:5678::/64", "2001:db8:1234:5678:0:0:0:1", true),
            ("2001:db8::1", "2001:0db8:0:0::1", true),
            ("2001:db8::1", "2001:db8::2", false),
            ("203.0.113.0/24", "::ffff:203.0.113.7", true),
            ("::ffff:203.0.113.0/120", "203.0.113.7", true),
            ("::ffff:203.0.113.7", "203.0.113.7", true),
            ("203.0.113.0/24", "203.0.113.7/32", false),
            ("203.0.113.0/24", "nonsense", false),
        ] {
            let found = range(policy).unwrap();
            assert_eq!(address(request).is_some_and(|ip| found.contains(&ip)), matches, "{policy} {request}");
        }
        for bad in ["", "nonsense", "203.0.113.0/33", "203.0.113.0/", "203.0.113", "::/129", "203.0.113.0/-1"]
        {
            assert_eq!(range(bad), None, "{bad}");
        }
    }
}
