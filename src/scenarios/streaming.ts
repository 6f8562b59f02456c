import { isAbortError } from '../errors.js';
import type { AgentChunk } from '../agents/agent.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Tell me a story about a dragon.';
/** Characters of two to four bytes and joined emoji. Each one spans several tokens. */
const EMOJI = '🙂';
const MULTI_BYTE = 'Café 👋🏽 naïve 👩‍🚀 日本 €5';

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.load();
  if (!agent.supportsStreaming) t.skip('the agent does not stream');
  const options = { maxTokens: 24, signal: t.signal };
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
  t.equal(
    'streaming does not change the tokens',
    streamed.metadata.outputTokenIds,
    whole.metadata.outputTokenIds,
  );
  t.equal('streaming does not change the reply', streamed.response, whole.response);
  const ownGarbage = whole.metadata.text.includes('\uFFFD');
  t.check(
    'no chunk contains a broken character',
    ownGarbage || pieces.every((piece) => !piece.includes('\uFFFD')),
    { actual: pieces.filter((piece) => piece.includes('\uFFFD')) },
  );

  if (agent.encode && agent.decode && agent.streamTokens) {
    const tokenIds = await agent.encode(MULTI_BYTE);
    const parts = await agent.streamTokens(tokenIds);
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
  } else {
    t.skipCheck(
      'an emoji that spans tokens arrives whole',
      'the agent has no tokenizer in this page',
    );
  }

  if (t.model.capabilities.includes('chat')) {
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
    t.check('the tokens of an emoji are held back until it is complete', spoken.length < tokens, {
      actual: `${spoken.length} pieces of ${tokens} tokens`,
      expected: 'fewer pieces than tokens',
    });
  } else {
    t.skipCheck('an emoji in the reply arrives whole', `"${t.model.id}" has no chat training`);
  }

  // Stopping early proves that the first chunk arrived before the later tokens were computed.
  // A fast engine gets a longer reply: otherwise it finishes before the worker receives the stop.
  const fast = whole.metadata.timings.total < 500;
  const long = fast ? await agent.invoke(MESSAGE, { ...options, maxTokens: 160 }) : whole;
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
  const all = long.metadata.outputTokenIds.length;
  t.equal('leaving the loop early aborts the reply', outcome, 'aborted');
  t.check('leaving the loop early stops the computation', computed > 0 && computed < all, {
    actual: `${computed} tokens computed`,
    expected: `fewer than ${all}`,
  });

  const after = await agent.invoke(MESSAGE, { maxTokens: 4, signal: t.signal });
  t.equal(
    'the agent still works afterwards',
    after.metadata.outputTokenIds,
    whole.metadata.outputTokenIds.slice(0, 4),
  );
}
