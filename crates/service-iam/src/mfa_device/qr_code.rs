//! The QR code from which an app takes a device's seed.

use keygate_ident::AccountId;
use keygate_seal::Secret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qrcodegen::{QrCode, QrCodeEcc};

use super::png;

/// Pixels per module, and modules of white around the code (ISO/IEC 18004 wants four).
const SCALE: u32 = 4;
const QUIET: u32 = 4;

/// What apps show the code under. Clients of AWS expect this name.
const ISSUER: &str = "Amazon%20Web%20Services";

/// A picture of the address that apps read; `None` if it is too long for any QR code.
pub(super) fn png(name: &str, account: AccountId, seed: &Secret) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(&address(name, account, seed), QrCodeEcc::Medium).ok()?;
    let modules = u32::try_from(code.size()).ok()?;
    let is_black = |x: u32, y: u32| {
        let place = |pixel: u32| i32::try_from(pixel / SCALE).unwrap_or(0) - QUIET.cast_signed();
        // What lies outside the code is white.
        code.get_module(place(x), place(y))
    };
    Some(png::square((modules + 2 * QUIET) * SCALE, is_black))
}

/// `otpauth://totp/Amazon%20Web%20Services:NAME@ACCOUNT?secret=SEED&issuer=Amazon%20Web%20Services`
fn address(name: &str, account: AccountId, seed: &Secret) -> String {
    const ENCODED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');
    let label = format!("{name}@{account}");
    let label = utf8_percent_encode(&label, ENCODED);
    format!("otpauth://totp/{ISSUER}:{label}?secret={}&issuer={ISSUER}", seed.expose())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_and_its_picture() {
        let account = "123456789012".parse().unwrap();
        let seed = Secret::new("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".repeat(2));
        assert_eq!(
            address("bob+phone,1", account, &seed),
            "otpauth://totp/Amazon%20Web%20Services:bob%2Bphone%2C1@123456789012?secret=\
             ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=Amazon%20Web%20Services"
        );
        let picture = png("bob", account, &seed).unwrap();
        assert_eq!(picture[1..4], *b"PNG");
        // Version 9 has 53 modules a side.
        let width = u32::from_be_bytes(picture[16..20].try_into().unwrap());
        assert_eq!((width % SCALE, width / SCALE % 4), (0, 1));
        assert_ne!(picture, png("eve", account, &seed).unwrap());
        assert!(png(&"x".repeat(4_000), account, &seed).is_none());
    }
}
