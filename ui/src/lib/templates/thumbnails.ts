import { call } from '$lib/rpc/call';
import type { TemplateRow } from '$lib/rpc/schema';

const made = new Map<string, Promise<string>>();
/** Pictures of so many templates are kept; they are whole mails. */
const KEPT = 60;

/** The HTML of a template's mail for a made-up person; empty when the template has a mistake. Made once a version. */
export function thumbnailOf(template: TemplateRow): Promise<string> {
  const key = `${template.id}:${template.updatedAtMs}`;
  const known = made.get(key);
  if (known) return known;
  const html = render(template.id);
  made.set(key, html);
  html.catch(() => made.delete(key));
  const oldest = made.keys().next().value;
  if (made.size > KEPT && oldest !== undefined) made.delete(oldest);
  return html;
}

async function render(id: number): Promise<string> {
  const { template } = await call('template.get', { id });
  return (await call('template.render', { template, contactId: null })).html;
}
