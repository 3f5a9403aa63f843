//! Contacts, templates and heads for the tests.

use std::collections::BTreeMap;

use hongyan_compose::{
    Language, Mail, MailHead, MergeExtras, MergeFault, Merged, Source, TemplateFault, Unsubscribe, build,
    message_id, prepare,
};
use hongyan_domain::{Contact, EmailAddress, FieldName, Sender, TemplateFormat};

pub(crate) fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("a good address")
}

pub(crate) fn contact(name: &str, fields: &[(&str, &str)]) -> Contact {
    let field =
        |(name, value): &(&str, &str)| (FieldName::parse(name).expect("a good name"), (*value).to_owned());
    Contact {
        address: address("li@example.cn"),
        name: name.to_owned(),
        fields: fields.iter().map(field).collect::<BTreeMap<_, _>>(),
    }
}

pub(crate) fn markdown(body: &str) -> Source {
    Source {
        format: TemplateFormat::Markdown,
        language: Language::En,
        subject: "News".to_owned(),
        preheader: String::new(),
        body: body.to_owned(),
        text: None,
    }
}

pub(crate) fn html(body: &str) -> Source {
    Source { format: TemplateFormat::Html, ..markdown(body) }
}

pub(crate) fn unsubscribe() -> Unsubscribe {
    Unsubscribe::by_mail(&address("news@example.cn"), "r-1").expect("a good token")
}

pub(crate) fn head() -> MailHead {
    MailHead {
        from: Sender::new("鸿雁通讯", address("news@example.cn")),
        reply_to: None,
        to_name: "王丽".to_owned(),
        to: address("li@example.cn"),
        message_id: message_id("r-1", "example.cn"),
        reference: "r-1".to_owned(),
        list_id: None,
        date_unix_s: 1_700_000_000,
        unsubscribe: unsubscribe(),
    }
}

/// Why there is no mail.
#[derive(Debug, PartialEq)]
pub(crate) enum Fault {
    Template(TemplateFault),
    Merge(MergeFault),
}

pub(crate) fn merged(source: &Source, contact: &Contact) -> Result<Merged, Fault> {
    let prepared = prepare(source).map_err(Fault::Template)?;
    prepared.merge(contact, &MergeExtras::from(&unsubscribe())).map_err(Fault::Merge)
}

pub(crate) fn mail(source: &Source, contact: &Contact) -> Mail {
    let merged = merged(source, contact).expect("a mail");
    build(&head(), &merged).expect("a mail")
}

/// The HTML of a body that is only `body`: what stands between two marks.
pub(crate) fn html_of(body: &str, contact: &Contact) -> Result<String, Fault> {
    let html = merged(&html(&format!("<main>{body}</main>")), contact)?.html;
    let (_, behind) = html.split_once("<main>").expect("the first mark");
    Ok(behind.rsplit_once("</main>").expect("the second mark").0.to_owned())
}
