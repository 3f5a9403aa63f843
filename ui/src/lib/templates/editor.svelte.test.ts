import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import type { TemplateDraft, TemplateView } from '$lib/rpc/schema';
import { answerWith, calls } from '../../test/fake-host';
import { TemplateEditor } from './editor.svelte';

vi.mock('$lib/host', () => import('../../test/fake-host'));

const viewOf = (id: number, template: TemplateDraft) => ({ id, template }) as unknown as TemplateView;

describe('the editor of a template', () => {
  it('makes a new template once, and saves what was written meanwhile', async () => {
    let answer = (): void => {};
    answerWith({
      'template.create': (({ template }: { template: TemplateDraft }) =>
        new Promise((take) => (answer = () => take(viewOf(7, template))))) as never,
      'template.update': ({ id, template }) => viewOf(id, template),
      'template.get': ({ id }) => viewOf(id, editor.draft),
    });
    let editor!: TemplateEditor;
    const stop = $effect.root(() => {
      editor = new TemplateEditor(
        () => null,
        () => 'markdown',
      );
    });
    flushSync();
    editor.draft.name = 'May';
    const first = editor.save();
    await vi.waitUntil(() => calls.some((call) => call.command === 'template.create'));
    editor.draft.subject = 'Hello in May';
    const second = editor.save();
    answer();
    expect([await first, await second, await editor.save()]).toEqual([true, true, true]);
    const saves = calls.filter((call) => call.command !== 'template.get');
    expect(saves.map((call) => call.command)).toEqual(['template.create', 'template.update']);
    expect([editor.id, editor.isChanged]).toEqual([7, false]);
    stop();
  });
});
