import { m } from '$lib/paraglide/messages';

/** The engine names a provider as it is called at home; who reads English knows some by another name. */
const names: Record<string, () => string> = {
  'QQ 邮箱': m.accounts_provider_qq,
  腾讯企业邮箱: m.accounts_provider_exmail,
  '网易 163 邮箱': m.accounts_provider_163,
  '网易 126 邮箱': m.accounts_provider_126,
  '网易 yeah 邮箱': m.accounts_provider_yeah,
  网易企业邮箱: m.accounts_provider_netease,
  阿里邮箱: m.accounts_provider_aliyun,
  阿里企业邮箱: m.accounts_provider_qiye,
  飞书邮箱: m.accounts_provider_feishu,
  新浪邮箱: m.accounts_provider_sina,
  '139 邮箱': m.accounts_provider_139,
  '189 邮箱': m.accounts_provider_189,
};

export function providerName(name: string): string {
  return names[name]?.() ?? name;
}
