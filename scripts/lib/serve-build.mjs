import path from 'node:path';

/**
 * Builds the page into a folder of its own (a build takes about a second, and dist/ stays as it is) and serves it on a free
 * port: `{ url, close }`. What runs is what gets published, with the same headers.
 */
export async function serveBuild(root) {
  const { build, preview } = await import('vite');
  const outDir = path.join(root, '.cache/scenarios');
  await build({ root, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
  const server = await preview({
    root,
    logLevel: 'warn',
    build: { outDir },
    preview: { port: 0, strictPort: false },
  });
  return { url: server.resolvedUrls.local[0], close: () => server.close() };
}
