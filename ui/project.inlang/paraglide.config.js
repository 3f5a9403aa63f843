/** How the message files become functions; read by the command line and by Vite alike. */
export default {
  outdir: './src/lib/paraglide',
  strategy: ['globalVariable', 'baseLocale'],
  outputStructure: 'locale-modules',
  emitTsDeclarations: true,
  emitReadme: false,
  isServer: 'false',
};
