export type Theme = 'system' | 'light' | 'dark';

const dark = matchMedia('(prefers-color-scheme: dark)');
let chosen = $state<Theme>('system');
let systemIsDark = $state(dark.matches);

dark.addEventListener('change', () => {
  systemIsDark = dark.matches;
  paint();
});

function paint() {
  document.documentElement.dataset['theme'] = drawnTheme();
}

/** The theme that is drawn now. */
export function drawnTheme(): 'light' | 'dark' {
  if (chosen !== 'system') return chosen;
  return systemIsDark ? 'dark' : 'light';
}

/** Draws a theme; `system` follows the system from then on. */
export function showTheme(theme: Theme): void {
  chosen = theme;
  paint();
}
