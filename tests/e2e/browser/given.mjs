// What stories begin with: a list, a template, an account.
import { readFileSync } from 'node:fs';

export const list = '茶友 tea';
export const template = 'Tea 茶';
export const sandbox = 'Sandbox';

/** Three people of both languages. Only the last has no city. */
export const people = [
  { address: 'wang.li@example.cn', name: '王丽', city: '杭州' },
  { address: 'anna@example.com', name: 'Anna Schmidt', city: 'Köln' },
  { address: 'zhao@example.cn', name: '赵云', city: '' },
];

export const letter = {
  subject: '{{ name }}: 秋茶 autumn tea',
  body: '# 秋茶 autumn\n\n您好 {{ name }}, **{{ city | default("everywhere") }}** 到了。\n',
};

/** A CSV file of people, as a spreadsheet saves it. */
export function csv(rows) {
  const lines = rows.map(({ address, name, city }) => [address, name, city].join(','));
  return ['邮箱,姓名,city', ...lines, ''].join('\r\n');
}

/** So many people with an address and a name. */
export function crowd(count) {
  return Array.from({ length: count }, (_, at) => {
    const number = String(at + 1).padStart(3, '0');
    return {
      address: `p${number}@example.com`,
      name: `Person ${number}`,
      city: 'Wien',
    };
  });
}

export function givenList(scene, rows = people) {
  scene.given('contacts', 'import', scene.file('people.csv', csv(rows)), '--list', list);
}

export function givenTemplate(scene, { subject, body } = letter) {
  const file = scene.file('letter.md', body);
  scene.given('template', 'add', file, '--name', template, '--subject', subject);
}

/** An account on a server without encryption, named after it. */
export function givenAccount(scene, server, connections, from = 'Tea 茶园 <tea@example.com>') {
  const place = ['--host', '127.0.0.1', '--port', String(server.port), '--tls', 'none'];
  const limit = ['--max-connections', String(connections)];
  scene.given('account', 'add', '--name', server.name, ...place, ...limit, '--from', from);
}

export function givenCampaign(scene, name, account) {
  const parts = ['--list', list, '--template', template, '--account', account];
  scene.given('campaign', 'create', '--name', name, ...parts);
}

/** What the user saved with `press`, as text. */
export async function download(user, press) {
  const [file] = await Promise.all([user.page.waitForEvent('download'), press()]);
  return {
    name: file.suggestedFilename(),
    text: readFileSync(await file.path(), 'utf8'),
  };
}
