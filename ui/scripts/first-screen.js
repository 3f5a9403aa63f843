// Everything that the start reads goes into one file: the frame, and the screen of the very first start. The web view
// asks for each file by itself, and for a screen's file only once the router knows which screen it is.

/** As SvelteKit's list of screens names it. */
const SCREEN = '/welcome';

/** The frame's number in that list. */
const FRAME = '0';

/** Modules that only pass on others, by name. To follow all of those would bring the whole app into the file. */
const BARRELS = [
  {
    is: /\/paraglide\/messages(\/_index)?\.js$/,
    name: /\bm\.(\w+)/g,
    file: (/** @type {string} */ name) => `/paraglide/messages/${name}.js`,
  },
  {
    is: /\/lib\/ui\/index\.ts$/,
    name: /\b([A-Z]\w+)\b/g,
    file: (/** @type {string} */ name) => `/lib/ui/${name}.svelte`,
  },
];

/**
 * What of a barrel is named in there, and perhaps more: a name too many costs nothing.
 *
 * @param {string | null} code
 * @param {RegExp} pattern
 */
function namesIn(code, pattern) {
  return new Set([...(code ?? '').matchAll(pattern)].map(([, name = '']) => name));
}

/**
 * Has the list of screens hold these two, instead of asking for them when it needs them.
 *
 * @param {string} list
 */
function withScreens(list) {
  const screen = new RegExp(`"${SCREEN}": \\[(\\d+)\\]`).exec(list)?.[1];
  let imports = '';
  for (const number of [FRAME, screen]) {
    const asks = `() => import('./nodes/${number}')`;
    if (!list.includes(asks)) throw new Error('SvelteKit names its screens in another way than it used to');
    imports += `import * as node${number} from './nodes/${number}';\n`;
    list = list.replace(asks, `() => Promise.resolve(node${number})`);
  }
  return imports + list;
}

/**
 * The plugin that finds what belongs into the file, and the question whether a module does.
 *
 * @returns {{ plugin: import('vite').Plugin; holds: (id: string) => boolean }}
 */
export function firstScreen() {
  /** @type {Set<string>} */
  const found = new Set();
  /** @type {import('vite').Plugin} */
  const plugin = {
    name: 'first-screen',
    apply: 'build',
    applyToEnvironment: ({ name }) => name === 'client',
    transform: (code, id) => (id.endsWith('/client-optimized/app.js') ? withScreens(code) : undefined),
    buildEnd(error) {
      if (error) return;
      const all = [...this.getModuleIds()];
      const endsWith = (/** @type {string} */ path) => all.filter((id) => id.endsWith(path));
      const visit = (/** @type {string} */ id) => {
        const module = this.getModuleInfo(id);
        if (!module || found.has(id)) return;
        found.add(id);
        for (const imported of module.importedIds) {
          const barrel = BARRELS.find(({ is }) => is.test(imported));
          if (barrel) namesIn(module.code, barrel.name).forEach((name) => endsWith(barrel.file(name)).forEach(visit));
          else visit(imported);
        }
      };
      // The two ways in; each screen is another for SvelteKit.
      all.filter((id) => this.getModuleInfo(id)?.isEntry && !id.includes('/nodes/')).forEach(visit);
    },
  };
  return { plugin, holds: (id) => found.has(id) };
}
