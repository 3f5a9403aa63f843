// The main job in the real window, in both languages: import, write, send, see who got it, and find it again.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { sentences } from '../messages.mjs';
import { makePlace, openApp } from './driver.mjs';
import { Page } from './page.mjs';

const people = [
  ['邮箱', 'name', '城市'],
  ['wang.li@example.cn', '王丽', '杭州'],
  ['anna@example.com', 'Anna Schmidt', 'Köln'],
  ['zhao@example.cn', '赵云', '成都'],
  ['not an address', 'Nobody', ''],
];
const list = '茶友 tea';
const template = 'Tea 茶';

const languages = [
  { locale: 'en', system: 'en_US.UTF-8', subject: 'Autumn in the tea garden', hello: 'Hello' },
  { locale: 'zh-CN', system: 'zh_CN.UTF-8', subject: '秋日茶园来信', hello: '您好' },
];

for (const { locale, system, subject, hello } of languages) {
  test(`a first campaign is sent and found again, ${locale}`, async (t) => {
    const say = sentences(locale);
    const everybody = say('campaigns_people', { count: 3, shown: 3 });
    const place = makePlace();
    const file = join(place.folder, `${list}.csv`);
    writeFileSync(file, people.map((row) => row.join(',')).join('\n'));

    let app;
    let page;
    t.after(async () => {
      if (!t.passed) await app?.screenshot(`failed-${locale}`);
      await app?.quit();
      place.remove();
    });
    async function open() {
      app = await openApp(place, { locale: system, env: { HONGYAN_E2E_PICK: file } });
      page = new Page(app.driver);
    }
    const keep = (name) => app.screenshot(`${name}-${locale}`);

    await open();
    await greet();
    await importContacts();
    await writeTemplate();
    await sendCampaign();
    await lookIntoSandbox();
    await app.quit();
    await open();
    await findEverythingAgain();

    async function greet() {
      await page.heading(say('home_welcome_title'));
      assert.equal(await app.driver.executeScript('return document.documentElement.lang'), locale);
      await keep('1-welcome');
    }

    async function importContacts() {
      await page.press(say('home_step_account_try'));
      await page.follow(say('home_step_contacts_do'));
      await page.press(say('import_file_choose'));
      await page.see('王丽', 'main');
      await page.press(say('import_continue'));
      await page.see(say('import_columns_text'));
      await keep('2-import');
      await page.press(say('import_continue'));
      await page.press(say('import_start'));
      await page.see(say('import_finished'));
      await page.see(say('import_problem_address_bad_character'));
      await keep('3-imported');
      await page.follow(say('import_show_contacts'));
      await page.see('Anna Schmidt', 'main');
      await keep('4-contacts');
    }

    async function writeTemplate() {
      await page.follow(say('app_rail_templates'));
      await page.press(say('templates_new'));
      await page.press(say('templates_new_markdown'));
      await page.write(`# ${subject}\n\n${hello} {{ name }}, **2026**`);
      await page.press(say('templates_properties'));
      await page.fill(say('templates_name'), template);
      await page.fill(say('templates_subject'), subject);
      await page.see(subject, 'main');
      await page.seeInFrame(subject);
      await keep('5-template');
      await page.press(say('ui_save'));
      await page.see(say('templates_saved', { name: template }));
    }

    async function sendCampaign() {
      const send = say('campaigns_send_to', { people: everybody });
      await page.follow(say('app_rail_campaigns'));
      await page.press(say('campaigns_new'));
      await page.choose(list);
      await page.press(say('campaigns_continue'));
      await page.choose(template);
      await page.see(send);
      await keep('6-campaign');
      await page.press(send);
      await page.see(say('campaigns_confirm_sandbox'));
      await page.press(send);
      await seeReport();
      await keep('7-report');
    }

    async function lookIntoSandbox() {
      await page.follow(say('campaigns_run_see_sandbox'));
      await page.heading(say('sandbox_title'));
      await page.see(subject, 'main');
      await page.seeInFrame(hello);
      await keep('8-sandbox');
    }

    async function findEverythingAgain() {
      await page.heading(say('home_title'));
      await keep('9-home');
      await page.follow(say('app_rail_campaigns'));
      await page.openRow(say('app_campaign_finished'));
      await seeReport();
      await page.follow(say('app_rail_contacts'));
      await page.see('王丽', 'main');
    }

    async function seeReport() {
      await page.see(say('campaigns_run_sent', { sent: 3, total: 3 }));
      await page.see(say('app_campaign_finished'), 'main');
      await page.see('zhao@example.cn', 'main');
    }
  });
}
