const looks = {
  light: 'html{color-scheme:light!important;color:#182022}',
  dark: 'html{color-scheme:dark!important;color:#e8eaea}',
};

/**
 * Foreign HTML as a closed document.
 *
 * It is drawn as a mail program with a light or a dark look does, whatever the system's look is: rules for the other
 * look never hold.
 *
 * The policy stands first, so that it holds for everything behind it; a frame of `srcdoc` also inherits the page's own.
 * `cid:` pictures were made `data:` in Rust. The text is never parsed here: parsing it in the page would load pictures.
 */
export function frameDocument(html: string, remote: boolean, look: 'light' | 'dark' = 'light'): string {
  const pictures = remote ? 'data: https:' : 'data:';
  const policy = `default-src 'none'; img-src ${pictures}; style-src 'unsafe-inline'; font-src data:; form-action 'none'; base-uri 'none'`;
  return (
    '<!doctype html><meta charset="utf-8">' +
    `<meta http-equiv="Content-Security-Policy" content="${policy}">` +
    '<meta name="referrer" content="no-referrer">' +
    `<style>${looks[look]}html{font:14px/1.5 system-ui,sans-serif}img{max-width:100%;height:auto}</style>` +
    html.replace(/prefers-color-scheme\s*:\s*(dark|light)/gi, (_, asked: string) =>
      asked.toLowerCase() === look ? 'min-width:0' : 'max-width:0',
    )
  );
}
