//! What a server announces in its EHLO reply.
//!
//! Keywords are compared without case (RFC 5321 §4.1.1.1); what is unknown is passed over.

/// The announced extensions that matter here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Commands may be sent in groups (RFC 2920).
    pub pipelining: bool,
    /// BDAT (RFC 3030).
    pub chunking: bool,
    /// `BODY=8BITMIME` (RFC 6152).
    pub eight_bit_mime: bool,
    /// Non-ASCII addresses and headers (RFC 6531).
    pub smtp_utf8: bool,
    /// `SIZE=` is known (RFC 1870).
    pub size: bool,
    /// The largest mail taken, in octets; `None` if there is no fixed limit.
    pub max_size: Option<u64>,
    /// Delivery status notifications (RFC 3461).
    pub dsn: bool,
    /// STARTTLS (RFC 3207). Always `false` once TLS stands.
    pub start_tls: bool,
    /// Replies carry enhanced codes (RFC 2034).
    pub enhanced_status_codes: bool,
    /// Ways to log in, in capitals, as announced: `PLAIN`, `LOGIN`, `XOAUTH2` …
    pub auth: Vec<String>,
}

impl Capabilities {
    /// Reads the lines of an EHLO reply, the first of which is the server's greeting.
    pub(crate) fn parse(lines: &[u8]) -> Self {
        let mut found = Self::default();
        for line in lines.split(|&b| b == b'\n').skip(1) {
            let line = String::from_utf8_lossy(line).to_ascii_uppercase();
            let mut words = line.split([' ', '\t', '=']).filter(|word| !word.is_empty());
            match words.next().unwrap_or_default() {
                "PIPELINING" => found.pipelining = true,
                "CHUNKING" => found.chunking = true,
                "8BITMIME" => found.eight_bit_mime = true,
                "SMTPUTF8" => found.smtp_utf8 = true,
                "DSN" => found.dsn = true,
                "STARTTLS" => found.start_tls = true,
                "ENHANCEDSTATUSCODES" => found.enhanced_status_codes = true,
                "SIZE" => {
                    found.size = true;
                    found.max_size = words.next().and_then(|n| n.parse().ok()).filter(|&n| n > 0);
                }
                // Old servers write `AUTH=LOGIN`, some write both forms.
                "AUTH" => {
                    for way in words {
                        if !found.auth.iter().any(|known| known == way) {
                            found.auth.push(way.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// Whether this way to log in is announced; `way` in capitals.
    pub fn knows_auth(&self, way: &str) -> bool {
        self.auth.iter().any(|known| known == way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_read_without_case_and_unknown_ones_passed_over() {
        let found = Capabilities::parse(
            b"pipelining at your service\nPipelining\n8bitmime\nsmtputf8\nSIZE 35882577\nauth plain Login\nAUTH=LOGIN\nX-Odd 1\nDSN",
        );
        assert_eq!(
            found,
            Capabilities {
                pipelining: true,
                eight_bit_mime: true,
                smtp_utf8: true,
                size: true,
                max_size: Some(35_882_577),
                dsn: true,
                auth: vec!["PLAIN".into(), "LOGIN".into()],
                ..Capabilities::default()
            }
        );
    }

    #[test]
    fn the_greeting_line_announces_nothing() {
        assert_eq!(Capabilities::parse(b"STARTTLS.example.cn"), Capabilities::default());
        assert_eq!(Capabilities::parse(b"STARTTLS"), Capabilities::default());
        assert_eq!(Capabilities::parse(b"mail\nSIZE 0").max_size, None);
        assert_eq!(Capabilities::parse(b"mail\nSIZE 99999999999999999999999").max_size, None);
    }
}
