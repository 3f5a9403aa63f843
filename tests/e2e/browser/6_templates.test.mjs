// A template is written in Markdown, with fields of the recipient, and seen at once as each of them will see it.
import { givenList, people } from './given.mjs';
import { story } from './story.mjs';

const subject = '{{ name }}: 秋茶 autumn tea';
const body = '# 秋茶 autumn\n\n您好 {{ name }}, **{{ city | default("somewhere") }}** is 远.\n';
const [wang, , zhao] = people;

story('a letter is written, and shown as each contact will see it', async (scene) => {
  givenList(scene);
  const user = await scene.open();
  const preview = user.part('region', 'templates_preview');

  await user.goTo('templates');
  await user.sees('templates_empty');
  await user.looks('templates empty');
  await user.pressEntry('templates_new', 'templates_new_markdown');
  await user.field('templates_body').waitFor();
  await preview.mail();
  await user.looks('template new');

  await user.fill('templates_name', 'Autumn 秋');
  await user.fill('templates_subject', subject);
  await user.fill('templates_preheader', 'For {{ city | default("you") }} 秋');
  await user.fill('templates_body', body);
  await insertField(user);

  // One with a city, one without.
  for (const { address, name, city } of [wang, zhao]) {
    await user.find(user.field('templates_person'), address, name);
    await preview.seesText(`${name}: 秋茶 autumn tea`);
    await preview.seesText(`For ${city || 'you'} 秋`);
    const mail = await preview.mail();
    await mail.getByRole('heading', { name: '秋茶 autumn' }).waitFor();
    await mail.getByText(`您好 ${name}, ${city || 'somewhere'} is 远.`).waitFor();
  }
  await user.looks('template');
  await user.press('templates_view_text');
  await preview.seesText(`您好 ${zhao.name}, somewhere is 远.`);

  await user.press('ui_save');
  await user.sees('templates_saved', { name: 'Autumn 秋' });
  await user.goTo('templates');
  await user.seesText('Autumn 秋');
  await user.looks('templates');
});

/** At the end of what was written. */
async function insertField(user) {
  await user.page.keyboard.press('Control+End');
  await user.press('templates_insert');
  await user.dialog.find(user.dialog.field('templates_insert_field'), 'city');
  await user.dialog.fill('templates_insert_fallback', 'no town');
  await user.looks('template insert field');
  await user.dialog.press('templates_insert_verb');
  await user.seesText('{{ city | default("no town") }}');
}

story('a mistake in a template is said at once, with its line', async (scene) => {
  givenList(scene);
  const user = await scene.open();
  const findings = user.part('region', 'templates_problems');

  await user.goTo('templates');
  await user.pressEntry('templates_new', 'templates_new_markdown');
  await user.fill('templates_body', 'Hello\n\n{{ name | shout }}');
  await findings.sees('templates_problem_unknown_filter', { detail: 'shout' });
  await findings.sees('templates_place_line', { part: user.say('templates_body'), line: 3 });
  await user.looks('template mistake');

  await user.fill('templates_body', 'Hello {{ citty }}');
  await user.find(user.field('templates_person'), wang.address, wang.name);
  await findings.sees('templates_problem_missing_field', { field: 'citty' });

  // What is not saved is not lost by a wrong click, and one step back is one, however often the preview has changed.
  await user.goBack();
  await user.dialog.sees('templates_leave_title');
  await user.dialog.press('templates_leave_stay');
  await user.dialog.isGone();
  await user.goTo('home');
  await user.dialog.sees('templates_leave_title');
  await user.looks('template leave');
  await user.dialog.press('templates_leave_discard');
  await user.seesScreen('home_title');
});

story('a template can be HTML of one’s own', async (scene) => {
  const user = await scene.open();
  const preview = user.part('region', 'templates_preview');

  await user.goTo('templates');
  await user.pressEntry('templates_new', 'templates_new_html');
  await user.fill('templates_body', '<html><body><h1>Eigen 自己</h1><p>{{ email }}</p></body></html>');
  const mail = await preview.mail();
  await mail.getByRole('heading', { name: 'Eigen 自己' }).waitFor();
  await user.fill('templates_name', 'Eigen 自己');
  await user.press('ui_save');
  await user.sees('templates_saved', { name: 'Eigen 自己' });
});

story('a suggested letter is kept as it is, by the keyboard', async (scene) => {
  const user = await scene.open();

  await user.goTo('templates');
  await user.pressEntry('templates_new', 'templates_new_markdown');
  const name = user.field('templates_name');
  await name.waitFor();
  await user.page.keyboard.press('Control+s');
  await user.sees('templates_saved', { name: await name.inputValue() });
});
