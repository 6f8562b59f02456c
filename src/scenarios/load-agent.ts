import type { LoadProgress } from '../engine/protocol.js';
import type { ScenarioContext } from './scenario.js';

export async function run(t: ScenarioContext): Promise<void> {
  const progress: LoadProgress[] = [];
  const startedAt = performance.now();
  // A pool of its own: an engine that is already running would answer without loading anything.
  const agent = await t.load({
    pool: t.subject.createPool(),
    onProgress: (event) => progress.push(event),
  });
  t.metric('loadMs', performance.now() - startedAt);
  t.reportOn(agent);
  const { metadata } = await agent.invoke('Hello, this is a test.', {
    maxTokens: 4,
    signal: t.signal,
  });
  t.metric('firstTokenMs', performance.now() - startedAt);
  t.check('it computes a token', metadata.outputTokenIds.length > 0, {
    actual: metadata.outputTokenIds.length,
    expected: 'at least 1',
  });

  const info = agent.engineInfo;
  if (
    !t.check('the runtime describes its session', info !== undefined, {
      actual: info ? 'described' : 'nothing',
    }) ||
    !info
  )
    return;
  t.metric('downloadMs', info.timings.download);
  t.metric('sessionMs', info.timings.session);
  t.metric('warmUpMs', info.timings.warmUp);

  const { geometry, contextWindow } = t.model;
  if (geometry) {
    const kv = (prefix: string) =>
      Array.from({ length: geometry.layers }, (_, layer) => [
        `${prefix}.${layer}.key`,
        `${prefix}.${layer}.value`,
      ]).flat();
    t.equal(
      'the session takes tokens and a KV cache of the right depth',
      missing(['input_ids', 'attention_mask', ...kv('past_key_values')], info.sessionInputs),
      [],
    );
    t.equal(
      'the session gives logits and a KV cache of the right depth',
      missing(['logits', ...kv('present')], info.sessionOutputs),
      [],
    );
    t.equal(
      'the session has no more layers than the registry says',
      info.sessionInputs.filter((name) => name.startsWith('past_key_values.')).length,
      2 * geometry.layers,
    );
  } else {
    t.skipCheck(
      'the session has the shape that the registry says',
      `"${t.model.id}" is not in the registry`,
    );
  }
  if (contextWindow)
    t.equal("the context window is the registry's", agent.contextWindow, contextWindow);
  else
    t.skipCheck("the context window is the registry's", `"${t.model.id}" is not in the registry`);

  const weights = info.files.find((file) => file.path === info.rung.file);
  const pinned = t.model.files[info.rung.file];
  if (pinned?.sha256 && weights?.pin !== 'source') {
    t.equal('the agent names the digest that the registry pins', agent.model.digest, pinned.sha256);
    t.equal('the weights have the digest that the registry pins', weights?.sha256, pinned.sha256);
    t.equal('the weights have the length that the registry pins', weights?.bytes, pinned.bytes);
  } else if (weights?.pin === 'source') {
    t.equal(
      'the weights have the digest that their server states',
      weights.sha256,
      weights.expected,
    );
  } else {
    t.skipCheck(
      'the weights have the digest that the registry pins',
      'nobody states a digest for this model; the one computed here is in the evidence',
    );
  }

  const bytes = progress.map((event) => event.loadedBytes);
  t.check(
    'progress never falls',
    bytes.every((value, index) => index === 0 || value >= bytes[index - 1]!),
    { actual: `${bytes.length} events` },
  );
  const last = progress
    .filter((event) => event.phase === 'download' || event.phase === 'verify')
    .at(-1);
  const total = info.files.reduce((sum, file) => sum + file.bytes, info.runtimeBytes);
  t.equal('progress reached the total', last?.loadedBytes, total);
  t.equal(
    'the total is the bytes of the files in use, and of the runtime where it was fetched',
    last?.totalBytes,
    total,
  );
}

const missing = (expected: string[], actual: string[]) =>
  expected.filter((name) => !actual.includes(name));
