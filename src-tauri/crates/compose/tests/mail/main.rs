//! What `hongyan-compose` promises, seen from outside: templates and contacts go in, mails come out and are read back
//! by a parser that is not ours.

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod language;
#[cfg(test)]
mod layout;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod signed;
#[cfg(test)]
mod text_part;
#[cfg(test)]
mod wire;
