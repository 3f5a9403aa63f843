import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import NumberField from './NumberField.svelte';

it('a number field keeps what was typed and says what is wrong with it', async () => {
  let value = $state<number | null>(50);
  render(NumberField, {
    label: 'Per hour',
    max: 100,
    get value() {
      return value;
    },
    set value(next) {
      value = next;
    },
  });
  const box = screen.getByLabelText<HTMLInputElement>('Per hour');
  await userEvent.type(box, '/h');
  expect([box.value, box.getAttribute('aria-invalid')]).toEqual(['50/h', 'true']);
  expect(screen.getByRole('alert').textContent).toContain('from 0 to 100');
  await userEvent.clear(box);
  expect([value, box.getAttribute('aria-invalid')]).toEqual([null, null]);
});

it('a number field says what is wrong with it also where its screen keeps the number there was', async () => {
  render(NumberField, {
    label: 'Per cent',
    max: 100,
    get value() {
      return 0.4;
    },
    set value(_) {},
  });
  const box = screen.getByLabelText<HTMLInputElement>('Per cent');
  expect([box.value, screen.queryByRole('alert')]).toEqual(['0.4', null]);
  await userEvent.clear(box);
  await userEvent.type(box, '500');
  expect([box.value, box.getAttribute('aria-invalid')]).toEqual(['500', 'true']);
});
