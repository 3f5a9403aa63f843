import { m } from '$lib/paraglide/messages';

/** Fields that contacts often have: offered even before there is one. */
export const usualFields: readonly string[] = ['first_name', 'last_name', 'company', 'phone', 'city'];

const labels: Record<string, () => string> = {
  email: m.contacts_address,
  name: m.contacts_name,
  first_name: m.contacts_field_first_name,
  last_name: m.contacts_field_last_name,
  company: m.contacts_field_company,
  phone: m.contacts_field_phone,
  city: m.contacts_field_city,
};

/** What a field is called: the usual ones by their meaning, all others by their own name. */
export function fieldLabel(field: string): string {
  return labels[field]?.() ?? field;
}
