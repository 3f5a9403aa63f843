//! Every command, in one table.

use crate::commands::{
    account_handlers as account, app_handlers as app, campaign_handlers as campaign,
    contact_handlers as contact, dkim_handlers as dkim, import_handlers as import, limit_handlers as limit,
    list_handlers as list, sandbox_handlers as sandbox, suppression_handlers as suppression,
    template_handlers as template,
};
use crate::router::Router;

/// The table of commands.
pub fn router() -> Router {
    Router::default()
        // The app
        .command("app.status", app::status)
        .command("app.home", app::home)
        .command("settings.update", app::update_settings)
        .command("vault.create", app::create_vault)
        .command("vault.unlock", app::unlock_vault)
        // Accounts
        .command("account.list", account::list)
        .command("account.get", account::get)
        .command("account.create", account::create)
        .command("account.update", account::update)
        .command("account.delete", account::delete)
        .command("account.test", account::test)
        .command("account.suggest", account::suggest)
        .command("account.release", account::release)
        .command("account.try_fast", account::try_fast)
        .command("account.trust", account::trust)
        .command("account.state", limit::state)
        .command("account.limits", limit::get)
        .command("account.set_limits", limit::set)
        .command("account.set_dkim", dkim::set)
        .command("account.remove_dkim", dkim::remove)
        // Contacts
        .command("contact.list", contact::list)
        .command("contact.count", contact::count)
        .command("contact.get", contact::get)
        .command("contact.create", contact::create)
        .command("contact.update", contact::update)
        .command("contact.delete", contact::delete)
        .command("contact.restore", contact::restore)
        .command("contact.fields", contact::fields)
        .command("contact.add_to_list", contact::add_to_list)
        .command("contact.remove_from_list", contact::remove_from_list)
        .command("contact.export", contact::export)
        // Lists
        .command("list.list", list::list)
        .command("list.create", list::create)
        .command("list.rename", list::rename)
        .command("list.delete", list::delete)
        // Suppression list
        .command("suppression.list", suppression::list)
        .command("suppression.add", suppression::add)
        .command("suppression.remove", suppression::remove)
        // Imports
        .command("import.preview", import::preview)
        .command("import.start", import::start)
        .command("import.get", import::get)
        .command("import.cancel", import::cancel)
        .command("import.export_rejects", import::export_rejects)
        // Templates
        .command("template.list", template::list)
        .command("template.get", template::get)
        .command("template.create", template::create)
        .command("template.update", template::update)
        .command("template.duplicate", template::duplicate)
        .command("template.delete", template::delete)
        .command("template.restore", template::restore)
        .command("template.render", template::render)
        // Campaigns
        .command("campaign.list", campaign::list)
        .command("campaign.get", campaign::get)
        .command("campaign.create", campaign::create)
        .command("campaign.update", campaign::update)
        .command("campaign.change_accounts", campaign::change_accounts)
        .command("campaign.duplicate", campaign::duplicate)
        .command("campaign.delete", campaign::delete)
        .command("campaign.restore", campaign::restore)
        .command("campaign.audience", campaign::audience)
        .command("campaign.check", campaign::check)
        .command("campaign.preview", campaign::preview)
        .command("campaign.test", campaign::test)
        .command("campaign.schedule", campaign::schedule)
        .command("campaign.unschedule", campaign::unschedule)
        .command("campaign.start", campaign::start)
        .command("campaign.stop_start", campaign::stop_start)
        .command("campaign.pause", campaign::pause)
        .command("campaign.resume", campaign::resume)
        .command("campaign.cancel", campaign::cancel)
        .command("campaign.send_again", campaign::send_again)
        .command("campaign.settle_as_sent", campaign::settle_as_sent)
        .command("campaign.added_since", campaign::added_since)
        .command("campaign.progress", campaign::progress)
        .command("campaign.recipients", campaign::recipients)
        .command("campaign.reasons", campaign::reasons)
        .command("campaign.export", campaign::export)
        // The sandbox
        .command("sandbox.list", sandbox::list)
        .command("sandbox.get", sandbox::get)
        .command("sandbox.clear", sandbox::clear)
}
