//! Row ids as newtypes, so that a list id can never be passed where a contact id is meant.
//!
//! Ids are positive and stay below 2^53, so that JSON numbers carry them exactly.

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
    )+};
}

id! {
    /// A person with an address.
    ContactId,
    /// A named set of contacts.
    ListId,
    /// Content that can be used again.
    TemplateId,
    /// An SMTP server with its login, or the sandbox.
    AccountId,
    /// Content + audience + sender + schedule.
    CampaignId,
    /// One execution of a campaign.
    RunId,
    /// One mail to one address.
    DeliveryId,
    /// One import of a file of contacts.
    ImportId,
}
