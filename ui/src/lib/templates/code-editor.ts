import { html } from '@codemirror/lang-html';
import { markdown } from '@codemirror/lang-markdown';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, lineNumbers, MatchDecorator, placeholder, ViewPlugin } from '@codemirror/view';
import type { ViewUpdate } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { minimalSetup } from 'codemirror';
import type { Edit } from './markdown-edits';

export type CodeLanguage = 'markdown' | 'html' | 'text';

export interface CodeEditorOptions {
  parent: HTMLElement;
  value: string;
  language: CodeLanguage;
  label: string;
  placeholder: string;
  readOnly: boolean;
  onchange: (value: string) => void;
}

/** The text editor of a template's body. This module is large; load it only when somebody writes. */
export interface CodeEditor {
  setValue(value: string): void;
  setLanguage(language: CodeLanguage): void;
  setReadOnly(readOnly: boolean): void;
  insert(text: string): void;
  apply(edit: (text: string, from: number, to: number) => Edit): void;
  goToLine(line: number): void;
  focus(): void;
  destroy(): void;
}

const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: '600', color: 'var(--ink)' },
  { tag: tags.strong, fontWeight: '600' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: [tags.link, tags.url], color: 'var(--accent)' },
  { tag: [tags.processingInstruction, tags.meta, tags.comment], color: 'var(--ink-faint)' },
  { tag: [tags.tagName, tags.keyword], color: 'var(--doubt)' },
  { tag: [tags.attributeName, tags.propertyName], color: 'var(--deferred)' },
  { tag: [tags.attributeValue, tags.string], color: 'var(--sent)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--ink)', fontSize: '14px' },
  '.cm-scroller': { lineHeight: '1.7' },
  '.cm-content': { padding: '12px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 16px 0 8px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-faint)', border: 'none', paddingLeft: '8px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft)',
  },
  '.cm-placeholder': { color: 'var(--ink-faint)' },
  '.cm-merge-tag': { backgroundColor: 'var(--accent-soft)', color: 'var(--accent-soft-ink)', borderRadius: '4px' },
});

const mergeTags = new MatchDecorator({
  regexp: /\{\{[^{}\n]*\}\}|\{%[^{}\n]*%\}/g,
  decoration: Decoration.mark({ class: 'cm-merge-tag' }),
});

const markMergeTags = ViewPlugin.define(
  (view) => ({
    marks: mergeTags.createDeco(view),
    update(update: ViewUpdate) {
      this.marks = mergeTags.updateDeco(update, this.marks);
    },
  }),
  { decorations: (plugin) => plugin.marks },
);

/** A letter reads best in the font of letters; HTML and text parts in one of equal widths. */
const monospaced = EditorView.theme({ '.cm-scroller': { fontFamily: 'var(--font-mono)' } });
const proportional = EditorView.theme({ '.cm-scroller': { fontFamily: 'inherit' } });

function support(language: CodeLanguage): Extension {
  if (language === 'markdown') return [markdown(), proportional];
  return language === 'html' ? [html(), monospaced] : monospaced;
}

export function createCodeEditor(options: CodeEditorOptions): CodeEditor {
  const language = new Compartment();
  const access = new Compartment();
  const frozen = (readOnly: boolean) => [EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)];
  const view = new EditorView({
    parent: options.parent,
    doc: options.value,
    extensions: [
      minimalSetup,
      lineNumbers(),
      EditorView.lineWrapping,
      syntaxHighlighting(colours),
      markMergeTags,
      look,
      placeholder(options.placeholder),
      language.of(support(options.language)),
      access.of(frozen(options.readOnly)),
      // What is only read is reached by keyboard as well.
      EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'true', tabindex: '0' }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) options.onchange(update.state.doc.toString());
      }),
    ],
  });

  function replace(from: number, to: number, insert: string, markFrom: number, markTo: number) {
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: markFrom, head: markTo },
      scrollIntoView: true,
      userEvent: 'input',
    });
    view.focus();
  }

  return {
    setValue(value) {
      const now = view.state.doc.toString();
      if (value !== now) view.dispatch({ changes: { from: 0, to: now.length, insert: value } });
    },
    setLanguage: (next) => view.dispatch({ effects: language.reconfigure(support(next)) }),
    setReadOnly: (readOnly) => view.dispatch({ effects: access.reconfigure(frozen(readOnly)) }),
    insert(text) {
      const { from, to } = view.state.selection.main;
      replace(from, to, text, from + text.length, from + text.length);
    },
    apply(edit) {
      const { from, to } = view.state.selection.main;
      const change = edit(view.state.doc.toString(), from, to);
      replace(change.from, change.to, change.insert, change.markFrom, change.markTo);
    },
    goToLine(line) {
      const { from, to } = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
      view.dispatch({
        selection: { anchor: from, head: to },
        effects: EditorView.scrollIntoView(from, { y: 'center' }),
      });
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
