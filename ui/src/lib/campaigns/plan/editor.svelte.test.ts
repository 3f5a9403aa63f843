import { describe, expect, it, vi } from 'vitest';
import type { CampaignPlan, CampaignView } from '$lib/rpc/schema';
import { answerWith } from '../../../test/fake-host';
import { PlanEditor } from './editor.svelte';

vi.mock('$lib/host', () => import('../../../test/fake-host'));

const plan: CampaignPlan = { name: 'Spring', listIds: [], templateId: null, accounts: [], retryHours: 72 };
const viewOf = (kept: CampaignPlan) => ({ campaign: { id: 3 }, plan: kept }) as unknown as CampaignView;

interface Save {
  plan: CampaignPlan;
  take: () => void;
  refuse: (code: string) => void;
}

/** An editor whose saves come to an end when the test says so. */
function slowEditor() {
  const saves: Save[] = [];
  const seen: CampaignView[] = [];
  answerWith({
    'campaign.update': (({ plan }: { plan: CampaignPlan }) =>
      new Promise((take, refuse) => {
        saves.push({ plan, take: () => take(viewOf(plan)), refuse: (code) => refuse({ code, params: {} }) });
      })) as never,
  });
  return { saves, seen, editor: new PlanEditor(viewOf(plan), (view) => seen.push(view)) };
}

const save = async (saves: Save[], at: number) => vi.waitUntil(() => saves[at]);

describe('the editor of a plan', () => {
  it('saves one plan at a time, and what changed meanwhile with the next', async () => {
    const { editor, saves } = slowEditor();
    editor.change({ listIds: [1] });
    editor.change({ templateId: 7 });
    editor.change({ listIds: [1, 2] });
    expect(saves).toHaveLength(1);
    (await save(saves, 0)).take();
    const last = await save(saves, 1);
    expect(last.plan).toEqual({ ...plan, listIds: [1, 2], templateId: 7 });
    last.take();
    expect(await editor.settled()).toBe(true);
    expect([editor.saving, editor.round, saves.length]).toEqual(['saved', 2, 2]);
  });

  it('keeps a choice that is not saved yet when the engine tells of an older plan', async () => {
    const { editor, saves } = slowEditor();
    editor.change({ accounts: [{ accountId: 4, weight: 1 }] });
    editor.take(viewOf(plan));
    expect(editor.plan.accounts[0]?.accountId).toBe(4);
    (await save(saves, 0)).take();
    await editor.settled();
    editor.take(viewOf({ ...plan, accounts: [{ accountId: 5, weight: 1 }] }));
    expect(editor.plan.accounts[0]?.accountId).toBe(5);
  });

  it('says that it could not save, and saves all of it on the next try', async () => {
    const { editor, saves } = slowEditor();
    editor.change({ listIds: [1] });
    (await save(saves, 0)).refuse('disk_full');
    await vi.waitUntil(() => editor.saving === 'failed');
    expect(editor.error?.code).toBe('disk_full');
    void editor.retry();
    const again = await save(saves, 1);
    expect(again.plan.listIds).toEqual([1]);
    again.take();
    expect(await editor.settled()).toBe(true);
    expect(editor.error).toBeUndefined();
  });

  it('saves the other choices when a name is refused', async () => {
    const { editor, saves } = slowEditor();
    const renamed = editor.rename('Autumn');
    editor.change({ listIds: [9] });
    (await save(saves, 0)).refuse('name_taken');
    const rest = await save(saves, 1);
    expect(rest.plan).toEqual({ ...plan, listIds: [9] });
    rest.take();
    expect(await renamed).toBe(false);
    expect(editor.nameError).toBeTruthy();
    expect([editor.plan.name, editor.saving]).toEqual(['Spring', 'saved']);
  });

  it('takes back a name that is being saved', async () => {
    const { editor, saves } = slowEditor();
    void editor.rename('Autumn');
    const first = await save(saves, 0);
    const back = editor.rename('Spring');
    first.take();
    (await save(saves, 1)).take();
    expect(await back).toBe(true);
    expect([editor.plan.name, saves[1]?.plan.name]).toEqual(['Spring', 'Spring']);
  });

  it('forgets the refused name when the old one is put back', async () => {
    const { editor, saves } = slowEditor();
    const renamed = editor.rename('Autumn');
    (await save(saves, 0)).refuse('name_taken');
    (await save(saves, 1)).take();
    await renamed;
    expect(await editor.rename('Spring')).toBe(true);
    expect(editor.nameError).toBeUndefined();
    expect(saves).toHaveLength(2);
  });
});
