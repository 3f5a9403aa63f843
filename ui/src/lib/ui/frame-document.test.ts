import { expect, it } from 'vitest';
import { frameDocument } from './frame-document';

const policyOf = (text: string) => /Content-Security-Policy" content="([^"]+)"/.exec(text)?.[1] ?? '';

it('the policy stands before anything of the mail', () => {
  const text = frameDocument('<img src="https://spy.example/1.png">', false);
  expect(text.indexOf('Content-Security-Policy')).toBeLessThan(text.indexOf('spy.example'));
});

it('nothing comes from the network unless the reader asked, and then pictures only', () => {
  expect(policyOf(frameDocument('', false))).not.toContain('http');
  const asked = policyOf(frameDocument('', true));
  expect(asked).toContain('img-src data: https:');
  expect(asked.match(/https:/g)).toHaveLength(1);
  expect(asked).toContain("default-src 'none'");
});
