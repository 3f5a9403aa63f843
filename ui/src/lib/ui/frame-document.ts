/**
 * Foreign HTML as a closed document.
 *
 * The policy stands first, so that it holds for everything behind it; a frame of `srcdoc` also inherits the page's own.
 * `cid:` pictures were made `data:` in Rust. The text is never parsed here: parsing it in the page would load pictures.
 */
export function frameDocument(html: string, remote: boolean): string {
  const pictures = remote ? 'data: https:' : 'data:';
  const policy = `default-src 'none'; img-src ${pictures}; style-src 'unsafe-inline'; font-src data:; form-action 'none'; base-uri 'none'`;
  return (
    '<!doctype html><meta charset="utf-8">' +
    `<meta http-equiv="Content-Security-Policy" content="${policy}">` +
    '<meta name="referrer" content="no-referrer">' +
    '<style>html{background:#fff;color:#182022;font:14px/1.5 system-ui,sans-serif}img{max-width:100%;height:auto}</style>' +
    html
  );
}
