import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    tailwindcss(),
    // The tests use what `npm run messages` made; the plugin would keep them from ending.
    ...(process.env['VITEST'] ? [] : [paraglideVitePlugin({ project: './project.inlang' })]),
    sveltekit(),
    svelteTesting(),
  ],
  build: { target: ['es2022', 'safari16.4'] },
  server: { host: '127.0.0.1', port: 5173, strictPort: false },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
  },
});
