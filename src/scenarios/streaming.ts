import { isAbortError } from '../errors.js';
import type { Agent, AgentChunk, InvokeOptions, ResponseMetadata } from '../agents/agent.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Tell me a story about a dragon.';
/** Characters of two to four bytes and joined emoji. Each one spans several tokens. */
const EMOJI = '🙂';
const MULTI_BYTE = 'Café 👋🏽 naïve 👩‍🚀 日本 €5';

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: 24, temperature: 0, signal: t.signal };
  const whole = await agent.invoke(MESSAGE, options);

  const startedAt = performance.now();
  const stream = agent.stream(MESSAGE, options);
  const chunks: AgentChunk[] = [];
  for await (const chunk of stream) {
    if (chunks.length === 0) t.metric('firstChunkMs', performance.now() - startedAt);
    chunks.push(chunk);
  }
  const streamed = await stream.response;
  const pieces = chunks.map((chunk) => chunk.text).filter(Boolean);
  t.check('the stream has several chunks', pieces.length > 2, {
    actual: pieces.length,
    expected: 'more than 2',
  });
  t.equal('the joined chunks are the reply', pieces.join(''), streamed.metadata.text);
  const sameTokens = 'streaming does not change the tokens';
  if (t.can(agent, ['temperature', 'tokens'], sameTokens))
    t.equal(sameTokens, streamed.metadata.outputTokenIds, whole.metadata.outputTokenIds);
  const sameReply = 'streaming does not change the reply';
  if (t.can(agent, 'temperature', sameReply)) t.equal(sameReply, streamed.response, whole.response);
  const ownGarbage = whole.metadata.text.includes('\uFFFD');
  t.check(
    'no chunk contains a broken character',
    ownGarbage || pieces.every((piece) => !piece.includes('\uFFFD')),
    { actual: pieces.filter((piece) => piece.includes('\uFFFD')) },
  );

  if (t.can(agent, 'tokenizer', 'an emoji that spans tokens arrives whole')) {
    const tokenIds = await agent.encode!(MULTI_BYTE);
    const parts = await agent.streamTokens!(tokenIds);
    const alone = await Promise.all(tokenIds.map((tokenId) => agent.decode!([tokenId])));
    t.check(
      'characters of the test text span tokens',
      alone.some((text) => text.includes('\uFFFD')),
      {
        actual: alone.filter((text) => text.includes('\uFFFD')).length,
        expected: 'at least one token that is not valid text alone',
      },
    );
    t.equal(
      'an emoji that spans tokens arrives whole',
      parts.filter((part) => part.includes('\uFFFD')),
      [],
    );
    t.equal('streaming does not change text with emoji', parts.join(''), MULTI_BYTE);
  }

  if (t.can(agent, 'chat', 'an emoji in the reply arrives whole')) {
    const spoken: string[] = [];
    let tokens = 0;
    for await (const chunk of agent.stream(`Repeat after me: ${EMOJI} river`, options)) {
      tokens++;
      if (chunk.text) spoken.push(chunk.text);
    }
    t.check(
      'an emoji in the reply arrives whole',
      spoken.join('').includes(EMOJI) && !spoken.join('').includes('\uFFFD'),
      { actual: spoken, expected: `a reply with ${EMOJI}` },
    );
    const heldBack = 'the tokens of an emoji are held back until it is complete';
    if (t.can(agent, 'tokens', heldBack))
      t.check(heldBack, spoken.length < tokens, {
        actual: `${spoken.length} pieces of ${tokens} tokens`,
        expected: 'fewer pieces than tokens',
      });
  }
  // The faster of the two says how fast the engine is; a busy page slows one of them down.
  const slower = streamed.metadata.timings.total > whole.metadata.timings.total;
  await leaveEarly(t, agent, (slower ? whole : streamed).metadata, options);

  const after = await agent.invoke(MESSAGE, { ...options, maxTokens: 4 });
  const works = 'the agent still works afterwards';
  if ((['temperature', 'limits', 'tokens'] as const).every((one) => agent.claims.includes(one)))
    t.equal(works, after.metadata.outputTokenIds, whole.metadata.outputTokenIds.slice(0, 4));
  else t.check(works, after.metadata.text !== '', { actual: after.metadata.text });
}

async function leaveEarly(
  t: ScenarioContext,
  agent: Agent,
  whole: ResponseMetadata,
  options: InvokeOptions,
): Promise<void> {
  const aborts = 'leaving the loop early aborts the reply';
  const stops = 'leaving the loop early stops the computation';
  if (!t.can(agent, 'abort', aborts, stops)) return;

  // Stopping early proves that the first chunk arrived before the later tokens were computed.
  // A fast engine gets a longer reply: otherwise it finishes before the worker receives the stop.
  const fast = whole.timings.total < 500;
  const long = fast
    ? (await agent.invoke(MESSAGE, { ...options, maxTokens: 160 })).metadata
    : whole;
  const before = t.tokensComputed();
  const left = agent.stream(MESSAGE, { ...options, maxTokens: fast ? 160 : 24 });
  for await (const chunk of left) {
    if (chunk.text) break;
  }
  const outcome = await left.response.then(
    () => 'finished',
    (error: unknown) => (isAbortError(error) ? 'aborted' : String(error)),
  );
  const computed = t.tokensComputed() - before;
  const all = long.usage.completionTokens;
  t.equal(aborts, outcome, 'aborted');
  if (!t.can(agent, 'usage', stops)) return;
  if (t.foreign && computed === 0)
    return t.skipCheck(stops, 'the agent computes where nothing counts its tokens');
  t.check(stops, computed > 0 && computed < all, {
    actual: `${computed} tokens computed`,
    expected: `fewer than ${all}`,
  });
}
