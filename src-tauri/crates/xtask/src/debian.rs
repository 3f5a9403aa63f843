//! Debian's packages: finds those that are missing and installs only them.
//!
//! Nothing is installed where nothing is missing, so that the second `npm start` neither asks for a password nor for the network.

use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::project::Project;

/// What building and running the app needs.
pub const APP: &[&str] =
    &["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev", "libgtk-3-dev", "libdbus-1-dev"];

/// What the tests need besides: a mail server with every way to log in, a program that checks signatures, the driver of
/// the web view with a display and a session bus for it, a browser, fonts for the screenshots, and Chinese as a system
/// language.
pub const TESTS: &[&str] = &[
    "postfix",
    "libsasl2-modules",
    "sasl2-bin",
    "python3-dkim",
    "python3-nacl",
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "dbus",
    "gnome-keyring",
    "chromium",
    "fonts-dejavu-core",
    "fonts-noto-cjk",
    "locales",
];

/// Installs what is missing of `wanted`; on another system says what would be needed.
pub fn install(project: &Project, wanted: &[&str]) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let Ok(installed) = command::read(&mut query(project, wanted)) else {
        return Err(Failure::Install(advice(wanted)));
    };
    let missing = missing(wanted, &installed);
    if missing.is_empty() {
        return Ok(());
    }
    println!("Missing system packages: {}", missing.join(" "));
    if missing.contains(&"postfix") {
        leave_postfix_unconfigured(project)?;
    }
    update(project)?;
    let mut arguments = vec![
        "-o",
        "DPkg::Lock::Timeout=300",
        "install",
        "-y",
        "-qq",
        "-o",
        "Dpkg::Use-Pty=0",
        "--no-install-recommends",
    ];
    arguments.extend(&missing);
    command::run(&mut as_root(project, "apt-get", &arguments)?)
}

/// Learns anew what packages there are.
pub fn update(project: &Project) -> Result<(), Failure> {
    command::run(&mut as_root(project, "apt-get", &["-o", "DPkg::Lock::Timeout=300", "update", "-qq"])?)
}

/// Whether a version of a package is not older than another.
pub fn is_at_least(project: &Project, version: &str, least: &str) -> Result<bool, Failure> {
    let mut compare = command::program(project, "dpkg", &["--compare-versions", version, "ge", least]);
    let status = compare.status().map_err(|source| Failure::Start { program: "dpkg".to_owned(), source })?;
    Ok(status.success())
}

fn query(project: &Project, wanted: &[&str]) -> Command {
    let mut command =
        command::program(project, "dpkg-query", &["-W", "-f", "${Package} ${db:Status-Status}\\n"]);
    command.args(wanted);
    command
}

fn missing<'a>(wanted: &[&'a str], installed: &str) -> Vec<&'a str> {
    let is_installed =
        |name: &str| installed.lines().any(|line| line.split_once(' ') == Some((name, "installed")));
    wanted.iter().copied().filter(|name| !is_installed(name)).collect()
}

/// Without this, Debian would set Postfix up as this machine's own mail server and start it. The tests bring a configuration of their own.
fn leave_postfix_unconfigured(project: &Project) -> Result<(), Failure> {
    let answer = "postfix postfix/main_mailer_type select No configuration\n";
    command::feed(&mut as_root(project, "debconf-set-selections", &[])?, answer)
}

fn as_root(project: &Project, program: &str, arguments: &[&str]) -> Result<Command, Failure> {
    let quiet = ["DEBIAN_FRONTEND=noninteractive", program];
    let is_root = command::read(&mut command::program(project, "id", &["-u"]))?.trim() == "0";
    let mut command = if is_root {
        command::program(project, "env", &quiet)
    } else if command::read(&mut command::program(project, "sudo", &["-V"])).is_ok() {
        let mut sudo = command::program(project, "sudo", &["env"]);
        sudo.args(quiet);
        sudo
    } else {
        return Err(Failure::Install(format!("Run this as root: {program} {}", arguments.join(" "))));
    };
    command.args(arguments);
    Ok(command)
}

fn advice(wanted: &[&str]) -> String {
    format!(
        "This system has no dpkg, so its packages cannot be checked. Install what goes by these names on Debian,\n\
         then build with cargo and npm by hand (CONTRIBUTING.md): {}",
        wanted.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_packages_that_are_not_fully_installed_are_missing() {
        let installed = "xvfb installed\nxauth config-files\n";
        assert_eq!(missing(&["xvfb", "xauth", "postfix"], installed), ["xauth", "postfix"]);
    }

    #[test]
    fn a_package_is_not_taken_for_another_whose_name_begins_alike() {
        assert_eq!(missing(&["dbus"], "dbus-x11 installed\n"), ["dbus"]);
    }
}
