//! One run's letter: what is the same for all recipients, and how it becomes one person's mail.

use std::num::NonZero;

use hongyan_compose::{
    DkimSigner, MailHead, MergeExtras, MergeFault, Prepared, Unsubscribe, build, message_id,
};
use hongyan_domain::{Contact, DeliveryId, DkimAlgorithm, EmailAddress, Sender, SkipReason};
use hongyan_smtp::{Envelope, WireBody};
use ring::hmac;

/// Bytes of the proof in a reference: 80 bits, more than anybody can try by mail.
const PROOF_BYTES: usize = 10;

/// What is the same for all recipients of a run.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) prepared: Prepared,
    pub(crate) from: Sender,
    pub(crate) reply_to: Option<EmailAddress>,
    /// Signs the mails, where the account has a key.
    pub(crate) signer: Option<DkimSigner>,
}

/// One person's mail, ready for the wire.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) envelope: Envelope,
    pub(crate) body: WireBody,
}

impl Letter {
    /// How many threads should write mails beside each other. An RSA signature is several times the work of the mail.
    pub(crate) fn writers(&self) -> usize {
        match self.signer.as_ref().map(DkimSigner::algorithm) {
            Some(DkimAlgorithm::Rsa) => std::thread::available_parallelism().map_or(1, NonZero::get),
            Some(DkimAlgorithm::Ed25519) | None => 1,
        }
    }

    /// Writes one person's mail. `to` is where it goes, which in a test mail is not the contact's address.
    pub(crate) fn write(
        &self,
        contact: &Contact,
        to: &EmailAddress,
        reference: &str,
        now_ms: i64,
    ) -> Result<Written, SkipReason> {
        let way_out = self.reply_to.as_ref().unwrap_or(&self.from.address);
        let unsubscribe = Unsubscribe::by_mail(way_out, reference).map_err(|_| SkipReason::NotBuildable)?;
        let extras = MergeExtras { unsubscribe_mailto: unsubscribe.link().to_owned() };
        let merged = self.prepared.merge(contact, &extras).map_err(|fault| match fault {
            MergeFault::MissingField { .. } => SkipReason::MissingField,
            _ => SkipReason::NotBuildable,
        })?;
        let head = MailHead {
            from: self.from.clone(),
            reply_to: self.reply_to.clone(),
            to_name: contact.display_name(),
            to: to.clone(),
            message_id: message_id(reference, self.from.address.domain()),
            reference: reference.to_owned(),
            list_id: None,
            date_unix_s: now_ms.div_euclid(1000),
            unsubscribe,
        };
        let mut mail = build(&head, &merged).map_err(|_| SkipReason::NotBuildable)?;
        if let Some(signer) = &self.signer {
            mail = signer.sign(&mail, head.date_unix_s).map_err(|_| SkipReason::NotBuildable)?;
        }
        let body = WireBody::new(mail.bytes).map_err(|_| SkipReason::NotBuildable)?;
        let envelope = Envelope {
            from: self.from.address.clone(),
            to: to.clone(),
            size: body.size(),
            utf8: mail.needs_smtputf8,
            envid: Some(reference.to_owned()),
        };
        Ok(Written { envelope, body })
    }
}

/// Makes references that only this run can make: `12f-9c…`, the delivery's id and a keyed proof of it.
///
/// A forged bounce or unsubscribe cannot name somebody else's delivery, since nobody can compute the proof.
#[derive(Debug)]
pub(crate) struct References {
    key: hmac::Key,
}

impl References {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }

    /// The reference of a delivery, the same every time.
    pub(crate) fn of(&self, id: DeliveryId) -> String {
        let proof = hmac::sign(&self.key, &id.0.to_be_bytes());
        let proof: String =
            proof.as_ref().iter().take(PROOF_BYTES).map(|byte| format!("{byte:02x}")).collect();
        format!("{:x}-{proof}", id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_stable_and_cannot_be_guessed() {
        let references = References::new(b"one run's key");
        assert_eq!(references.of(DeliveryId(303)), references.of(DeliveryId(303)));
        assert_ne!(references.of(DeliveryId(303)), references.of(DeliveryId(304)));
        assert_ne!(references.of(DeliveryId(303)), References::new(b"another").of(DeliveryId(303)));
        assert!(references.of(DeliveryId(303)).starts_with("12f-"));
    }
}
