import type { Locale } from '$lib/format';
import type { TemplateDraft } from '$lib/rpc/schema';

export type TemplateFormat = 'markdown' | 'html';

type Words = Pick<TemplateDraft, 'name' | 'subject' | 'preheader' | 'body'>;

const markdown: Record<Locale, Words> = {
  en: {
    name: 'Newsletter',
    subject: 'Something for you, {{ first_name | default("friend") }}',
    preheader: 'Three lines that say why to read on.',
    body: `# Good news

Dear {{ first_name | default("friend") }},

write here what is new and **why it matters** to the people on your list. One thought a paragraph reads best.

- what is new
- since when
- what to do now

[Read more on our site](https://example.com)

Just answer this mail if you have a question: it reaches a person.

Kind regards
Your name
`,
  },
  'zh-CN': {
    name: '通讯',
    subject: '{{ name | default("您好") }}，这里有一份新消息',
    preheader: '用一两句话说明这封邮件值得一读的原因。',
    body: `# 新消息

尊敬的{{ name | default("客户") }}：

您好！请在这里写下最近的新动态，以及它**对收件人意味着什么**。一段只说一件事，读起来最轻松。

- 有什么新内容
- 从什么时候开始
- 接下来可以做什么

[前往网站了解详情](https://example.com)

如有任何问题，直接回复这封邮件即可，会有专人答复。

此致
敬礼

您的姓名
`,
  },
};

const html: Record<Locale, Words> = {
  en: {
    name: 'Newsletter (HTML)',
    subject: 'Something for you, {{ first_name | default("friend") }}',
    preheader: 'Three lines that say why to read on.',
    body: page(
      'en',
      `<h1 style="margin:0 0 16px;font-size:26px;line-height:1.35">Good news</h1>
          <p style="margin:0 0 16px">Dear {{ first_name | default("friend") }},</p>
          <p style="margin:0 0 16px">write here what is new and <strong>why it matters</strong> to the people on your list.</p>
          <p style="margin:0 0 24px">
            <a href="https://example.com" style="display:inline-block;padding:12px 24px;border-radius:6px;background:#0b6b79;color:#ffffff;text-decoration:none">Read more</a>
          </p>
          <p style="margin:0">Kind regards<br>Your name</p>`,
    ),
  },
  'zh-CN': {
    name: '通讯（HTML）',
    subject: '{{ name | default("您好") }}，这里有一份新消息',
    preheader: '用一两句话说明这封邮件值得一读的原因。',
    body: page(
      'zh-CN',
      `<h1 style="margin:0 0 16px;font-size:26px;line-height:1.35">新消息</h1>
          <p style="margin:0 0 16px">尊敬的{{ name | default("客户") }}：</p>
          <p style="margin:0 0 16px">您好！请在这里写下最近的新动态，以及它<strong>对收件人意味着什么</strong>。</p>
          <p style="margin:0 0 24px">
            <a href="https://example.com" style="display:inline-block;padding:12px 24px;border-radius:6px;background:#0b6b79;color:#ffffff;text-decoration:none">了解详情</a>
          </p>
          <p style="margin:0">此致<br>您的姓名</p>`,
    ),
  },
};

/** The frame of an HTML mail: tables and inline styles, as old mail programs know nothing else. */
function page(language: Locale, inside: string): string {
  return `<!doctype html>
<html lang="${language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
</head>
<body style="margin:0;padding:0;background:#f4f5f5">
  <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
    <tr><td align="center" style="padding:24px 12px">
      <table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px;background:#ffffff">
        <tr><td style="padding:32px;font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',Arial,sans-serif;font-size:16px;line-height:1.7;color:#182022">
          ${inside}
        </td></tr>
      </table>
    </td></tr>
  </table>
</body>
</html>
`;
}

/** What a new template begins with: a short mail in the user's language, to write over. */
export function starter(format: TemplateFormat, locale: Locale): TemplateDraft {
  const words = format === 'html' ? html[locale] : markdown[locale];
  return { ...words, format, text: null, language: locale };
}
