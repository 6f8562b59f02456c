import type { LoadProgress } from '../engine/protocol.js';
import type { ScenarioContext } from './scenario.js';

export async function run(t: ScenarioContext): Promise<void> {
  const progress: LoadProgress[] = [];
  const startedAt = performance.now();
  // Use a separate pool: an engine that is already running would answer without loading anything.
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
  t.check('the agent computes a token', metadata.outputTokenIds.length > 0, {
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
      'the session returns logits and a KV cache of the right depth',
      missing(['logits', ...kv('present')], info.sessionOutputs),
      [],
    );
    t.equal(
      'the session has as many layers as the registry says',
      info.sessionInputs.filter((name) => name.startsWith('past_key_values.')).length,
      2 * geometry.layers,
    );
  } else {
    t.skipCheck(
      'the session has the shape in the registry',
      `"${t.model.id}" is not in the registry`,
    );
  }
  if (contextWindow)
    t.equal('the context window matches the registry', agent.contextWindow, contextWindow);
  else
    t.skipCheck(
      'the context window matches the registry',
      `"${t.model.id}" is not in the registry`,
    );

  const weights = info.files.find((file) => file.path === info.rung.file);
  const pinned = t.model.files[info.rung.file];
  if (pinned?.sha256 && weights?.pin !== 'source') {
    t.equal('the agent reports the digest in the registry', agent.model.digest, pinned.sha256);
    t.equal('the weights have the digest in the registry', weights?.sha256, pinned.sha256);
    t.equal('the weights have the length in the registry', weights?.bytes, pinned.bytes);
  } else if (weights?.pin === 'source') {
    t.equal(
      'the weights have the digest that their server reports',
      weights.sha256,
      weights.expected,
    );
  } else {
    t.skipCheck(
      'the weights have the digest in the registry',
      'no digest is published for this model; the evidence has the one computed here',
    );
  }

  const bytes = progress.map((event) => event.loadedBytes);
  t.check(
    'progress never decreases',
    bytes.every((value, index) => index === 0 || value >= bytes[index - 1]!),
    { actual: `${bytes.length} events` },
  );
  const last = progress
    .filter((event) => event.phase === 'download' || event.phase === 'verify')
    .at(-1);
  const total = info.files.reduce((sum, file) => sum + file.bytes, info.runtimeBytes);
  t.equal('progress reached the total', last?.loadedBytes, total);
  t.equal(
    'the total is the size of the files in use, plus the runtime if it was fetched',
    last?.totalBytes,
    total,
  );
}

const missing = (expected: string[], actual: string[]) =>
  expected.filter((name) => !actual.includes(name));
