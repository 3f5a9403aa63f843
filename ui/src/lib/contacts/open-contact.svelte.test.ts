import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import type { ContactDetail, ContactRow } from '$lib/rpc/schema';
import { answerWith } from '../../test/fake-host';
import { OpenContact } from './open-contact.svelte';

vi.mock('$lib/host', () => import('../../test/fake-host'));

const rowOf = (id: number, name: string) => ({ id, address: `p${id}@x.example`, name, fields: {}, lists: [] });
const contactOf = (id: number, name: string) => rowOf(id, name) as unknown as ContactRow;

describe('the contact in the drawer', () => {
  it('keeps its form when the answer to another one’s save comes late', async () => {
    let answer = (_: ContactRow): void => {};
    answerWith({
      'contact.get': ({ id }) => ({ contact: contactOf(id, `Person ${id}`), timeline: [] }) as ContactDetail,
      'contact.update': (() => new Promise((take) => (answer = take))) as never,
    });
    let id = $state(1);
    let open!: OpenContact;
    const stop = $effect.root(() => {
      open = new OpenContact(
        () => id,
        () => null,
      );
    });
    flushSync();
    await vi.waitUntil(() => open.form.name === 'Person 1');
    open.form.name = 'Renamed';
    const saved = open.save();
    id = 2;
    flushSync();
    await vi.waitUntil(() => (flushSync(), open.form.name === 'Person 2'));
    answer(contactOf(1, 'Renamed'));
    expect((await saved)?.name).toBe('Renamed');
    expect([open.form.address, open.form.name]).toEqual(['p2@x.example', 'Person 2']);
    stop();
  });

  it.each([1, 'new'] as const)('keeps what is typed while it is being saved (%s)', async (id) => {
    const answers: ((row: ContactRow) => void)[] = [];
    const asked: unknown[] = [];
    const later = (request: unknown) => {
      asked.push(request);
      return new Promise((take) => answers.push(take));
    };
    answerWith({
      'contact.get': () => ({ contact: contactOf(1, 'Person 1'), timeline: [] }) as unknown as ContactDetail,
      'contact.create': later as never,
      'contact.update': later as never,
    });
    let open!: OpenContact;
    const stop = $effect.root(() => {
      open = new OpenContact(
        () => id,
        () => null,
      );
    });
    flushSync();
    if (id === 1) await vi.waitUntil(() => (flushSync(), open.form.name === 'Person 1'));
    open.form.address = 'p1@x.example';
    open.form.name = 'Renamed';
    const first = open.save();
    open.form.name = 'Renamed again';
    answers[0]?.(contactOf(1, 'Renamed'));
    await first;
    expect([open.form.name, open.form.isChanged]).toEqual(['Renamed again', true]);
    const second = open.save();
    answers[1]?.(contactOf(1, 'Renamed again'));
    await second;
    expect(open.form.isChanged).toBe(false);
    expect(asked[1]).toMatchObject({ id: 1, contact: { name: 'Renamed again' } });
    stop();
  });
});
