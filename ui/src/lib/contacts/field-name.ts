const LETTER = /^\p{Alphabetic}$/u;
const LETTER_OR_DIGIT = /^[\p{Alphabetic}\p{N}]$/u;
const MAX_CHARS = 64;

/**
 * What people type for a new field, as a name that can stand in a merge tag: `First Name` → `first_name`,
 * `公司 名称` → `公司_名称`. Empty when nothing is left of it. The engine checks names itself; this only helps on the way.
 */
export function toFieldName(text: string): string {
  let name = '';
  for (const char of text.trim()) {
    if (LETTER_OR_DIGIT.test(char)) {
      if (!name && !LETTER.test(char)) name = 'field_';
      name += char.toLowerCase();
    } else if (name && !name.endsWith('_')) {
      name += '_';
    }
  }
  return [...name.replace(/_+$/, '')].slice(0, MAX_CHARS).join('');
}
