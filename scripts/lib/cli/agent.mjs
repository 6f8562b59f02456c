/**
 * Runs in the page: loads an agent's module and runs scenarios on it. The module's default export is
 * what an adapter gives. If the module also exports `claims`, it is one function that answers, as
 * `fromFunction` takes it.
 *
 * @param {{ url: string, file: string, ids: readonly string[], imports: Record<string, string> }}
 *   options
 */
async function startInPage({ url, file, ids, imports }) {
  const harness = document.querySelector('unmocked-harness');
  if (!harness || !('agent' in harness))
    throw new Error('This page is of an older version, which cannot run an agent');
  if (!document.querySelector('script[type=importmap]') && Object.keys(imports).length > 0) {
    const map = document.createElement('script');
    map.type = 'importmap';
    map.text = JSON.stringify({ imports });
    document.head.append(map);
  }
  const { default: exported, claims, name } = await import(/* @vite-ignore */ url);
  if (typeof exported !== 'function')
    throw new Error(
      `Its default export is ${exported === undefined ? 'missing' : typeof exported}. Allowed: a ` +
        'function that loads an agent, as an adapter gives it, or a function that answers, with ' +
        'an array of "claims" as another export',
    );
  if (claims === undefined) harness.agent = exported;
  else {
    const { fromFunction } = await import(/* @vite-ignore */ imports['unmocked/adapters'] ?? '');
    harness.agent = fromFunction({ name: name ?? file, claims }, exported);
  }
  await harness.settings.ready;
  void harness.run(ids).catch(() => undefined); // the page shows what goes wrong
}

/**
 * Starts the scenarios with these ids on the agent of a module.
 *
 * @param {<A, R>(script: (argument: A) => R, argument: A) => Promise<Awaited<R>>} evaluate
 * @param {Parameters<typeof startInPage>[0]} options
 * @throws {Error} of one line that names the file, if the module cannot be loaded or exports
 *   something else.
 */
export async function startAgent(evaluate, options) {
  try {
    await evaluate(startInPage, options);
  } catch (cause) {
    const message = /** @type {Error} */ (cause).message
      .replace(/^page\.evaluate: /, '')
      .replace(/^(?:Uncaught )?(?:Error: )?/, '')
      .split('\n    at ')[0];
    const bare = /bare specifier|resolve module specifier/.test(message ?? '')
      ? '. A browser knows the names of packages only if they are of Unmocked: bundle the file first'
      : '';
    throw new Error(`Cannot use the agent of ${options.file}: ${message}${bare}`, { cause });
  }
}
