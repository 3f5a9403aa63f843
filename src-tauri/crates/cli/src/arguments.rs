//! What can be typed behind `hongyanctl`: one variant a noun, each with its verbs in the noun's own file.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::account::AccountCommand;
use crate::campaign::CampaignCommand;
use crate::contacts::ContactsCommand;
use crate::sandbox::SandboxCommand;
use crate::serve::ServeArguments;
use crate::template::TemplateCommand;

/// Hongyan without a window: the same data, the same engine.
#[derive(Debug, Parser)]
#[command(name = "hongyanctl", version, disable_help_subcommand = true)]
pub struct Arguments {
    /// The data folder [default: the one of the Hongyan app]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print one JSON document; an error is one on standard error
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The nouns.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The accounts mail leaves through
    #[command(subcommand)]
    Account(AccountCommand),
    /// The people you write to
    #[command(subcommand)]
    Contacts(ContactsCommand),
    /// What you write
    #[command(subcommand)]
    Template(TemplateCommand),
    /// Sending a template to lists
    #[command(subcommand)]
    Campaign(CampaignCommand),
    /// The mails the sandbox account caught
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Serve the app to a browser on this computer, and send what is to be sent
    Serve(ServeArguments),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(std::iter::once("hongyanctl").chain(line.split(' ')))
    }

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_documented_line_is_understood() {
        for line in [
            "account add --name Shop --host mail.example --port 465 --tls implicit --from a@b.example",
            "account add --name S --host h --port 25 --tls none --user u --password-stdin --max-connections 4 --from a@b.example --reply-to r@b.example",
            "account add --name S --host h --port 465 --tls implicit --user u --token-stdin --proxy socks5://u:p@h:1080 --from a@b.example",
            "account set Shop --name Store --host h --port 465 --tls implicit --user u --password-stdin --from a@b.example --reply-to none",
            "account set Shop --proxy none --max-connections 4 --limit hour=200",
            "account state Shop",
            "account trust Shop --fingerprint AB:CD",
            "account trust Shop --none",
            "account list",
            "account test Shop",
            "account delete Shop",
            "contacts import people.csv --list Friends --map Mail=email --map 2=name --map City=city --encoding GBK --delimiter ;",
            "contacts list --list Friends --search li --limit 10",
            "contacts count --search li",
            "contacts export --list Friends --output out.csv",
            "template add hello.md --name Hello --subject Hi --preheader There --language zh-CN",
            "template list",
            "template preview Hello --contact a@b.example --part text",
            "campaign create --name May --list A --list B --template Hello --account Shop --at 2027-05-01T09:00:00+08:00",
            "campaign create --name May --list A --template Hello --account Shop --retry-for 336",
            "campaign list",
            "campaign start May --wait",
            "campaign pause May",
            "campaign resume May",
            "campaign cancel May",
            "campaign check May",
            "campaign report May --recipients",
            "campaign test May --to a@b.example",
            "sandbox list",
            "sandbox show 1",
            "serve --port 0 --ui dist",
            "serve --data there --json",
        ] {
            assert!(parse(line).is_ok(), "{line}: {}", parse(line).unwrap_err());
        }
    }

    #[test]
    fn what_must_not_be_on_the_command_line_is_refused() {
        let account = "account add --name S --host h --port 25 --tls none --from a@b.example";
        for rest in [
            "--user u --password secret",
            "--password-stdin --token-stdin",
            "--tls maybe",
            "--max-connections 0",
        ] {
            assert!(parse(&format!("{account} {rest}")).is_err(), "{rest}");
        }
        for line in [
            "campaign create --name M --list L --template T --account A --at tomorrow",
            "campaign create --name M --list L --template T --account A --retry-for 0",
            "campaign create --name M --list L --template T --account A --retry-for 337",
            "campaign begin M",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
