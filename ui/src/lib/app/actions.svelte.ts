import { m } from '$lib/paraglide/messages';
import { offerActions, type PaletteAction } from '$lib/ui';
import { go } from './navigate';

const screens = [
  ['/', m.app_rail_home],
  ['/campaigns', m.app_rail_campaigns],
  ['/contacts', m.app_rail_contacts],
  ['/contacts/import', m.app_go_import],
  ['/templates', m.app_rail_templates],
  ['/accounts', m.app_rail_accounts],
  ['/sandbox', m.app_rail_sandbox],
  ['/settings', m.app_rail_settings],
] as const;

/** The palette's "Go to" entries. Call it once, in the frame. */
export function offerScreens(): void {
  offerActions(() =>
    screens.map(([path, label]): PaletteAction => {
      return { id: `go:${path}`, label: label(), group: m.app_go(), keywords: [path], run: () => go(path) };
    }),
  );
}
