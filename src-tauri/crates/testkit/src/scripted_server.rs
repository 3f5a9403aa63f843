//! An SMTP server on loopback that follows a script and remembers everything.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hongyan_listener::{Extensions, Limits, Listener, Options, Tls};
use rustls::pki_types::CertificateDer;

use crate::certificate::{Oddity, self_signed};
use crate::script::Script;
use crate::{Heard, Received, Rule};

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct ScriptedServer {
    listener: Listener,
    script: Arc<Script>,
    certificate: Option<CertificateDer<'static>>,
}

/// What a server will be like.
#[derive(Debug, Default)]
pub struct ServerBuilder {
    port: u16,
    options: Options,
    rules: Vec<Rule>,
    login: Option<(String, String)>,
    certificate: Option<CertificateDer<'static>>,
}

/// What a certificate for this computer is for.
const HERE: &[&str] = &["localhost", "127.0.0.1"];

impl ScriptedServer {
    /// A server that behaves well: no TLS, any login.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// A server to be told how to behave.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// Where it listens: 127.0.0.1 and a free port. Its certificates are for `localhost` and `127.0.0.1`.
    pub const fn address(&self) -> SocketAddr {
        self.listener.local_addr()
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.address().port()
    }

    /// The certificate a client must trust, if it has TLS.
    pub fn certificate(&self) -> Option<CertificateDer<'static>> {
        self.certificate.clone()
    }

    /// Adds a rule from now on.
    pub fn add(&self, rule: Rule) {
        self.script.state().rules.push(rule);
    }

    /// Forgets all rules.
    pub fn behave(&self) {
        self.script.state().rules.clear();
    }

    /// Every command heard so far, in order.
    pub fn heard(&self) -> Vec<Heard> {
        self.script.state().heard.clone()
    }

    /// The verbs of every command heard so far, in order.
    pub fn verbs(&self) -> Vec<&'static str> {
        self.script.state().heard.iter().map(|heard| heard.command.verb()).collect()
    }

    /// Every mail taken so far, in order.
    pub fn received(&self) -> Vec<Received> {
        self.script.state().received.clone()
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.script.state().connections
    }

    /// Successful logins so far.
    pub fn logins(&self) -> usize {
        self.script.state().logins
    }

    /// Waits until at least so many mails were taken.
    pub async fn wait_for_mails(&self, count: usize) {
        let _ = self.script.received.subscribe().wait_for(|&taken| taken >= count).await;
    }

    /// Waits until at least so many commands were heard.
    pub async fn wait_for_commands(&self, count: usize) {
        let _ = self.script.heard.subscribe().wait_for(|&heard| heard >= count).await;
    }

    /// Stops it, waits until its connections are closed, and gives every mail it took.
    pub async fn stop(self) -> Vec<Received> {
        self.listener.shutdown().await;
        std::mem::take(&mut self.script.state().received)
    }
}

impl ServerBuilder {
    /// On this port, where an earlier server stood.
    pub const fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Changes what is announced.
    pub fn extensions(mut self, change: impl FnOnce(&mut Extensions)) -> Self {
        change(&mut self.options.extensions);
        self
    }

    /// Changes what is allowed.
    pub fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.options.limits);
        self
    }

    /// Wants this login before mail.
    pub fn login(mut self, user: &str, password: &str) -> Self {
        self.options.login_required = true;
        self.login = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Offers STARTTLS with a self-signed certificate.
    pub fn start_tls(self) -> Self {
        self.with_tls(HERE, Oddity::None, Tls::StartTls)
    }

    /// Speaks TLS from the first byte, with a self-signed certificate.
    pub fn implicit_tls(self) -> Self {
        self.with_tls(HERE, Oddity::None, Tls::Implicit)
    }

    /// Speaks TLS from the first byte, with a certificate whose time is over.
    pub fn implicit_tls_expired(self) -> Self {
        self.with_tls(HERE, Oddity::Expired, Tls::Implicit)
    }

    /// Speaks TLS from the first byte, with a self-signed certificate that may sign others.
    pub fn implicit_tls_of_an_authority(self) -> Self {
        self.with_tls(HERE, Oddity::Authority, Tls::Implicit)
    }

    /// Speaks TLS from the first byte, with a self-signed certificate for another host.
    pub fn implicit_tls_for(self, name: &str) -> Self {
        self.with_tls(&[name], Oddity::None, Tls::Implicit)
    }

    /// Adds a misbehaviour; of several that fit, the first acts.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Starts it.
    pub async fn start(self) -> ScriptedServer {
        let script = Arc::new(Script::new(self.rules, self.login));
        let listener =
            Listener::bind((Ipv4Addr::LOCALHOST, self.port).into(), self.options, Arc::clone(&script)).await;
        ScriptedServer {
            listener: listener.expect("the port is free"),
            script,
            certificate: self.certificate,
        }
    }

    fn with_tls(
        mut self,
        names: &[&str],
        oddity: Oddity,
        tls: impl FnOnce(Arc<rustls::ServerConfig>) -> Tls,
    ) -> Self {
        let (config, certificate) = self_signed(names, oddity);
        self.options.tls = Some(tls(config));
        self.certificate = Some(certificate);
        self
    }
}
