//! PEM (RFC 7468): base64 between two lines that say what it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keygate_seal::Zeroizing;

/// One block. Its bytes may be a private key: they are wiped when dropped.
#[derive(Clone)]
pub(crate) struct Block {
    /// `CERTIFICATE`, `PRIVATE KEY`, …
    pub(crate) label: String,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// The text is something else than PEM blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotPem;

/// The blocks of a text, at least one. Between them only white space may stand; headers inside a block, which
/// announce encryption, are refused.
pub(crate) fn blocks(text: &str) -> Result<Vec<Block>, NotPem> {
    let mut blocks = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (label, body) =
            rest.strip_prefix("-----BEGIN ").and_then(|rest| rest.split_once("-----")).ok_or(NotPem)?;
        let (base64, after) = body.split_once("-----END ").ok_or(NotPem)?;
        let after = after.strip_prefix(label).and_then(|after| after.strip_prefix("-----")).ok_or(NotPem)?;
        let compact: Zeroizing<String> =
            Zeroizing::new(base64.chars().filter(|letter| !letter.is_ascii_whitespace()).collect());
        let der = STANDARD.decode(compact.as_bytes()).map_err(|_| NotPem)?;
        if der.is_empty() {
            return Err(NotPem);
        }
        blocks.push(Block { label: label.to_owned(), der: Zeroizing::new(der) });
        rest = after.trim_start();
    }
    if blocks.is_empty() { Err(NotPem) } else { Ok(blocks) }
}

/// A block of this label, in lines of 64 letters, without a line feed at the end.
pub(crate) fn encode(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (index, letter) in base64.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push_str(&format!("\n-----END {label}-----"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_in_order() {
        let (one, two) = (encode("CERTIFICATE", &[1; 100]), encode("PUBLIC KEY", &[2; 48]));
        assert!(one.lines().all(|line| line.len() <= 64));
        for text in [
            format!("{one}\n{two}\n"),
            format!(" \r\n{one}{two}"),
            // Some tools leave the line feeds out.
            format!("{one} {two}").replace('\n', ""),
        ] {
            let read: Vec<_> =
                blocks(&text).unwrap().into_iter().map(|b| (b.label, b.der.to_vec())).collect();
            let expected = [("CERTIFICATE".to_owned(), vec![1; 100]), ("PUBLIC KEY".to_owned(), vec![2; 48])];
            assert_eq!(read, expected);
        }
    }

    #[test]
    fn what_is_not_pem() {
        let good = encode("A", &[1; 9]);
        for bad in [
            String::new(),
            " \n".to_owned(),
            "file://cert.pem".to_owned(),
            format!("Certificate:\n{good}"),
            format!("{good}\nand more"),
            good.replace("END A", "END B"),
            good.replace("-----END A-----", ""),
            good.replace("AQEB", "Proc-Type: 4,ENCRYPTED\n\nAQEB"),
            "-----BEGIN A-----\n-----END A-----".to_owned(),
            "-----BEGIN A-----\n!!!!\n-----END A-----".to_owned(),
        ] {
            assert_eq!(blocks(&bad).err(), Some(NotPem), "{bad}");
        }
    }
}
