import { fireEvent, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { createRawSnippet, tick } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import Button from './Button.svelte';
import NumberField from './NumberField.svelte';
import SearchField from './SearchField.svelte';
import SelectField from './SelectField.svelte';
import Toaster from './Toaster.svelte';
import { toast } from './toasts.svelte';
import TableProbe from '../../test/TableProbe.svelte';

const words = (text: string) => createRawSnippet(() => ({ render: () => `<span>${text}</span>` }));

afterEach(() => vi.useRealTimers());

it('a button says what it is doing and cannot be pressed twice', async () => {
  let end!: () => void;
  const onclick = vi.fn(() => new Promise<void>((done) => (end = done)));
  render(Button, { onclick, busyLabel: 'Sending…', children: words('Send to 1,204 people') });
  const button = screen.getByRole('button');
  await fireEvent.click(button);
  expect(button.textContent).toContain('Sending…');
  await fireEvent.click(button);
  expect(onclick).toHaveBeenCalledTimes(1);
  end();
  await tick();
  await tick();
  expect(button.textContent).toContain('Send to 1,204 people');
});

it('a number field says so while what stands there is no number in its bounds, and knows how people write one', async () => {
  let value: number | null = 465;
  render(NumberField, {
    label: 'Port',
    max: 65535,
    min: 1,
    get value() {
      return value;
    },
    set value(next) {
      value = next;
    },
  });
  const box = screen.getByLabelText('Port');
  await userEvent.clear(box);
  expect(value).toBeNull();
  await userEvent.type(box, '70000');
  expect(value).toBeNaN();
  expect((box as HTMLInputElement).value).toBe('70000');
  await userEvent.clear(box);
  await userEvent.type(box, '587');
  expect(value).toBe(587);
  for (const [typed, read] of [
    ['１，０２５', 1025],
    ['1,5', NaN],
    ['5x', NaN],
  ] as const) {
    await userEvent.clear(box);
    await userEvent.type(box, typed);
    expect(value, typed).toBe(read);
  }
});

it('a search waits until the typing rests, and not for Enter', async () => {
  vi.useFakeTimers();
  let value = '';
  render(SearchField, {
    label: 'Search',
    get value() {
      return value;
    },
    set value(next) {
      value = next;
    },
  });
  const box = screen.getByRole('searchbox');
  await fireEvent.input(box, { target: { value: '王' } });
  expect(value).toBe('');
  vi.advanceTimersByTime(200);
  expect(value).toBe('王');
  await fireEvent.input(box, { target: { value: '王丽' } });
  await fireEvent.keyDown(box, { key: 'Enter' });
  expect(value).toBe('王丽');
});

it('an undo can be pressed for ten seconds', async () => {
  vi.useFakeTimers();
  const undo = vi.fn();
  render(Toaster);
  toast({ text: '12 contacts deleted', undo });
  vi.advanceTimersByTime(9_900);
  await tick();
  await fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(undo).toHaveBeenCalledTimes(1);
  expect(screen.queryByText('12 contacts deleted')).toBeNull();
});

describe('a table', () => {
  const rows = Array.from({ length: 1000 }, (_, at) => ({ id: at + 1, name: `Person ${at + 1}` }));

  it('draws only the rows in view', () => {
    render(TableProbe, { rows });
    expect(screen.getAllByRole('row').length).toBeLessThan(40);
    expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('1001');
  });

  it('is used with the keyboard alone', async () => {
    const onopen = vi.fn();
    const { component } = render(TableProbe, { rows, onopen });
    screen.getByRole('grid').focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown} {Enter}');
    expect(onopen).toHaveBeenCalledWith(rows[2]);
    expect(component.chosen()).toEqual([3]);
    await userEvent.keyboard('{Shift>}{ArrowDown}{/Shift}');
    expect(component.chosen()).toEqual([3, 4]);
  });

  it('asks for more when its end comes near, once', () => {
    const loadMore = vi.fn();
    render(TableProbe, { rows: rows.slice(0, 12), hasMore: true, loadMore });
    expect(loadMore).toHaveBeenCalledTimes(1);
  });

  it('says so when it is empty, but not while it is loading', async () => {
    const { rerender } = render(TableProbe, { rows: [], loading: true });
    expect(screen.queryByText('Nobody here')).toBeNull();
    await rerender({ rows: [], loading: false });
    expect(screen.getByText('Nobody here')).toBeTruthy();
  });
});

it('a list of choices is walked past without a change, whatever its choices are called', async () => {
  const onchange = vi.fn();
  const options = [
    { value: ',', label: 'Comma' },
    { value: '\t', label: 'Tab' },
  ];
  render(SelectField, { label: 'Separator', value: ',', options, onchange });
  await userEvent.tab();
  expect(document.activeElement).toBe(screen.getByLabelText('Separator'));
  await userEvent.tab();
  expect(document.activeElement).not.toBe(screen.getByLabelText('Separator'));
  expect(onchange).not.toHaveBeenCalled();
});
