/** A change of a text, and what is marked afterwards. */
export interface Edit {
  from: number;
  to: number;
  insert: string;
  markFrom: number;
  markTo: number;
}

export type MarkdownEdit = (text: string, from: number, to: number) => Edit;

/** Puts signs around what is marked; takes them off when they stand there already. */
function around(sign: string, otherwise: () => string): MarkdownEdit {
  return (text, from, to) => {
    const width = sign.length;
    const hasSigns = text.slice(from - width, from) === sign && text.slice(to, to + width) === sign && from >= width;
    const marked = text.slice(from, to) || otherwise();
    if (hasSigns) {
      const start = from - width;
      return { from: start, to: to + width, insert: text.slice(from, to), markFrom: start, markTo: to - width };
    }
    const start = from + width;
    return { from, to, insert: sign + marked + sign, markFrom: start, markTo: start + marked.length };
  };
}

/** Puts a sign before each line that is marked; takes it off when all have it. */
function before(sign: string, others: RegExp): MarkdownEdit {
  return (text, from, to) => {
    const start = text.lastIndexOf('\n', from - 1) + 1;
    const next = text.indexOf('\n', to);
    const end = next === -1 ? text.length : next;
    const lines = text.slice(start, end).split('\n');
    const allHave = lines.every((line) => line.startsWith(sign));
    const insert = lines
      .map((line) => (allHave ? line.slice(sign.length) : sign + line.replace(others, '')))
      .join('\n');
    return { from: start, to: end, insert, markFrom: start + insert.length, markTo: start + insert.length };
  };
}

/** What the toolbar does. `sample` is what stands where nothing was marked, in the user's language. */
export function markdownEdits(sample: () => string): Record<'bold' | 'heading' | 'list' | 'link', MarkdownEdit> {
  return {
    bold: around('**', sample),
    heading: before('## ', /^#{1,6} +/),
    list: before('- ', /^(?:[-*+]|\d+[.)]) +/),
    link: (text, from, to) => {
      const marked = text.slice(from, to);
      const isAddress = /^https?:\/\/\S+$/.test(marked);
      const [words, address] = isAddress ? [sample(), marked] : [marked || sample(), 'https://'];
      const insert = `[${words}](${address})`;
      const start = isAddress ? from + 1 : from + words.length + 3;
      return { from, to, insert, markFrom: start, markTo: start + (isAddress ? words.length : address.length) };
    },
  };
}
