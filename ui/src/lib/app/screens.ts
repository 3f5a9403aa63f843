import AtSign from '@lucide/svelte/icons/at-sign';
import FlaskConical from '@lucide/svelte/icons/flask-conical';
import House from '@lucide/svelte/icons/house';
import LayoutTemplate from '@lucide/svelte/icons/layout-template';
import Send from '@lucide/svelte/icons/send';
import Settings from '@lucide/svelte/icons/settings';
import Upload from '@lucide/svelte/icons/upload';
import UserRound from '@lucide/svelte/icons/user-round';
import { m } from '$lib/paraglide/messages';

/** The screens one can go to from everywhere: in the rail and in the palette. */
export const screens = {
  home: { path: '/', icon: House, label: m.app_rail_home },
  campaigns: { path: '/campaigns', icon: Send, label: m.app_rail_campaigns },
  contacts: { path: '/contacts', icon: UserRound, label: m.app_rail_contacts },
  import: { path: '/contacts/import', icon: Upload, label: m.app_go_import },
  templates: { path: '/templates', icon: LayoutTemplate, label: m.app_rail_templates },
  accounts: { path: '/accounts', icon: AtSign, label: m.app_rail_accounts },
  sandbox: { path: '/sandbox', icon: FlaskConical, label: m.app_rail_sandbox },
  settings: { path: '/settings', icon: Settings, label: m.app_rail_settings },
} as const;
