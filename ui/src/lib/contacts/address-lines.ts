/** An address that cannot be right, in the line it stands in; `reason` is the engine's word for it. */
export interface LineFault {
  line: number;
  reason: 'no_at' | 'many_ats' | 'bad_character' | 'bad_local_part' | 'bad_domain';
}

/**
 * Reads addresses, one a line.
 *
 * The engine checks every address itself and refuses all when one is wrong. This finds the plain mistakes first, as it
 * can name the line.
 */
export function readAddressLines(text: string): { addresses: string[]; faults: LineFault[] } {
  const addresses: string[] = [];
  const faults: LineFault[] = [];
  text.split(/\r\n|\r|\n/).forEach((raw, index) => {
    const address = raw.trim().replace(/[,;，；]$/, '');
    if (!address) return;
    const reason = faultOf(address);
    if (reason) faults.push({ line: index + 1, reason });
    else addresses.push(address);
  });
  return { addresses: [...new Set(addresses)], faults };
}

function faultOf(address: string): LineFault['reason'] | null {
  const [local, domain, ...more] = address.split('@');
  if (domain === undefined) return 'no_at';
  if (more.length > 0) return 'many_ats';
  if (/[\s"(),:;<>[\\\]`]/u.test(address)) return 'bad_character';
  if (!local || local.startsWith('.') || local.endsWith('.') || local.includes('..')) return 'bad_local_part';
  return /^[^.]+(\.[^.]+)+$/.test(domain) ? null : 'bad_domain';
}
