//! What `hongyan-compose` promises, seen from outside: templates and contacts go in, mails come out and are read back
//! by a parser that is not ours.

mod hostile;
mod language;
mod layout;
mod samples;
mod text_part;
mod wire;
