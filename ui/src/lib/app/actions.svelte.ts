import { m } from '$lib/paraglide/messages';
import { call } from '$lib/rpc/call';
import { offerActions, offerSearch, type PaletteAction } from '$lib/ui';
import { go } from './navigate';
import { screens } from './screens';

const FOUND_AT_MOST = 5;

async function findContacts(search: string): Promise<PaletteAction[]> {
  const filter = { listId: null, search, suppressed: null };
  const page = await call('contact.list', {
    filter,
    order: 'name',
    descending: false,
    after: null,
    limit: FOUND_AT_MOST,
  });
  return page.rows.map((row) => ({
    id: `contact:${row.id}`,
    label: row.displayName ? `${row.displayName} · ${row.address}` : row.address,
    group: m.app_rail_contacts(),
    icon: screens.contacts.icon,
    run: () => go(`/contacts?contact=${row.id}`),
  }));
}

async function findCampaigns(search: string): Promise<PaletteAction[]> {
  const wanted = search.toLocaleLowerCase();
  const rows = (await call('campaign.list', {})).filter((row) => row.name.toLocaleLowerCase().includes(wanted));
  return rows.slice(0, FOUND_AT_MOST).map((row) => ({
    id: `campaign:${row.id}`,
    label: row.name,
    group: m.app_rail_campaigns(),
    icon: screens.campaigns.icon,
    run: () => go(`/campaigns/${row.id}`),
  }));
}

async function findTemplates(search: string): Promise<PaletteAction[]> {
  const wanted = search.toLocaleLowerCase();
  const rows = (await call('template.list', {})).filter((row) => row.name.toLocaleLowerCase().includes(wanted));
  return rows.slice(0, FOUND_AT_MOST).map((row) => ({
    id: `template:${row.id}`,
    label: row.name,
    group: m.app_rail_templates(),
    icon: screens.templates.icon,
    run: () => go(`/templates/${row.id}`),
  }));
}

/** What the palette can do on every screen: go anywhere, find a contact, a campaign, a template. */
export function offerEverywhere(): void {
  offerActions(
    () =>
      Object.values(screens).map(({ path, icon, label }): PaletteAction => {
        return { id: `go:${path}`, label: label(), group: m.app_go(), icon, keywords: [path], run: () => go(path) };
      }),
    'last',
  );
  [findContacts, findCampaigns, findTemplates].forEach(offerSearch);
}
