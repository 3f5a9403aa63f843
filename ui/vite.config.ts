import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { firstScreen } from './scripts/first-screen.js';

const engine = process.env['HONGYAN_SERVER'];
const first = firstScreen();

export default defineConfig({
  plugins: [
    tailwindcss(),
    // The tests use what `npm run messages` made; the plugin would keep them from ending. Each message is a module, so
    // that the first screen reads only its own.
    ...(process.env['VITEST']
      ? []
      : [paraglideVitePlugin({ project: './project.inlang', outputStructure: 'message-modules' })]),
    sveltekit(),
    first.plugin,
    svelteTesting(),
  ],
  build: { target: ['es2022', 'safari16.4'] },
  environments: {
    client: {
      build: {
        rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', test: first.holds }] } } },
      },
    },
  },
  // Icons are imported one by one; bundled ahead, each new one would reload the page.
  optimizeDeps: { exclude: ['@lucide/svelte'] },
  server: {
    host: '127.0.0.1',
    // `HONGYAN_SERVER=http://127.0.0.1:PORT npm run dev` shows the pages as they are written, on a running engine.
    proxy: Object.fromEntries(
      (engine ? ['/rpc', '/events', '/files'] : []).map((path) => [
        path,
        { target: engine, changeOrigin: true, headers: { origin: engine ?? '' } },
      ]),
    ),
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
  },
});
