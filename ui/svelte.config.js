import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
  kit: {
    // Hash routes let the same files run under tauri:// and on a loopback port, without a server that knows the routes.
    adapter: adapter({ pages: 'dist', assets: 'dist' }),
    router: { type: 'hash' },
    // The policy travels in the page, so that both hosts obey it. Previews of mail inherit it (a frame of `srcdoc`
    // does) and tighten it further; `https:` images are here only for the preview whose reader asked for them.
    csp: {
      mode: 'hash',
      directives: {
        'default-src': ['self'],
        'script-src': ['self'],
        'style-src': ['self', 'unsafe-inline'],
        'img-src': ['self', 'data:', 'blob:', 'https:'],
        'font-src': ['self', 'data:'],
        'connect-src': ['self', 'ipc:', 'http://ipc.localhost'],
        'frame-src': ['self'],
        'object-src': ['none'],
        'base-uri': ['none'],
        'form-action': ['none'],
      },
    },
  },
};
