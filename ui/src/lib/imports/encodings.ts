import { m } from '$lib/paraglide/messages';

const choices: Record<string, () => string> = {
  'UTF-8': m.import_encoding_utf_8,
  GBK: m.import_encoding_gbk,
  gb18030: m.import_encoding_gb18030,
  Big5: m.import_encoding_big5,
  'UTF-16LE': m.import_encoding_utf_16,
  'UTF-16BE': m.import_encoding_utf_16_be,
  Shift_JIS: m.import_encoding_shift_jis,
  'EUC-JP': m.import_encoding_euc_jp,
  'EUC-KR': m.import_encoding_euc_kr,
  'windows-1250': m.import_encoding_central_europe,
  'windows-1251': m.import_encoding_cyrillic,
  'windows-1252': m.import_encoding_western,
};

/** Encodings to choose from, by what they are for; the one in use stands among them even when it is a rare one. */
export function encodingChoices(inUse: string): { value: string; label: string; detail: string }[] {
  const known = Object.entries(choices).map(([value, label]) => ({ value, label: label(), detail: value }));
  const isKnown = known.some((choice) => choice.value === inUse);
  return isKnown ? known : [{ value: inUse, label: inUse, detail: '' }, ...known];
}
