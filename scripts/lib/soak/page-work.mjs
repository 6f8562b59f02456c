/* What the page does in a soak. Each function is for `page.evaluate` and has to stand alone; the page is
   the dev server's, so it can import the sources. */

/**
 * Loads, asks and disposes.
 *
 * @param {number} rounds
 */
export async function loadAndDispose(rounds) {
  const path = '/src/agents/load-agent.ts';
  const { loadAgent } = await import(path);
  for (let round = 0; round < rounds; round++) {
    const agent = await loadAgent({ device: 'wasm' });
    await agent.invoke('Hello', { maxTokens: 2 });
    await agent.dispose();
  }
}

/**
 * Asks one agent again and again.
 *
 * @param {number} count
 */
export async function generate(count) {
  const path = '/src/agents/load-agent.ts';
  const { loadAgent } = await import(path);
  const agent = await loadAgent({ device: 'wasm' });
  for (let n = 0; n < count; n++) {
    const { response } = await agent.invoke(`Hello, this is number ${n}.`, { maxTokens: 4 });
    if (typeof response !== 'string') throw new Error(`generation ${n} gave no text`);
  }
  await agent.dispose();
}

/**
 * Runs scenarios again and again. Every run has to pass.
 *
 * @param {{ runs: number, ids: readonly string[] }} work
 */
export async function runScenarios({ runs, ids }) {
  const paths = ['/src/harness/run.ts', '/src/scenarios/index.ts'];
  const [{ runScenarios: run }, { scenarios }] = await Promise.all(
    paths.map((path) => import(path)),
  );
  const chosen = scenarios.filter((/** @type {{ id: string }} */ { id }) => ids.includes(id));
  for (let n = 0; n < runs; n++) {
    const { results } = await run({ scenarios: chosen, device: 'wasm', server: null });
    const bad = results.find(
      (/** @type {{ status: string }} */ { status }) => status !== 'passed' && status !== 'skipped',
    );
    if (bad) throw new Error(`run ${n + 1}: ${bad.id} ${bad.status}: ${bad.reason}`);
  }
}

/** What can be counted from inside of the page. */
export async function countInPage() {
  const path = '/src/engine/engine.ts';
  const { Engine } = await import(path);
  const { held = [], pending = [] } = await navigator.locks.query();
  return { engines: Engine.alive.size, locks: held.length + pending.length };
}
