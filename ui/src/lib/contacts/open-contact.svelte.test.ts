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
});
