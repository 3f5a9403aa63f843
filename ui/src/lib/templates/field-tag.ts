/**
 * The merge tag of a field: `{{ city }}`, or `{{ city | default("your town") }}` where something stands in for people who
 * have none.
 */
export function fieldTag(field: string, fallback: string): string {
  const instead = fallback.trim();
  return instead ? `{{ ${field} | default("${quoted(instead)}") }}` : `{{ ${field} }}`;
}

/** Line breaks and braces could end the tag for the reader or for the engine; quotes and backslashes are escaped. */
function quoted(text: string): string {
  return text.replace(/[\r\n{}]+/g, ' ').replace(/[\\"]/g, (sign) => `\\${sign}`);
}
