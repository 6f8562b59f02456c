import { expect } from '@esm-bundle/chai';
import type { Agent } from '../../src/agents/agent.js';
import { loadAgent } from '../../src/agents/load-agent.js';
import { VALIDATION_PROMPT } from '../../src/agents/validate-agent.js';
import { type Conversation, conversations, MAX_TOKENS } from '../conversations.mjs';
import { golden, replies, weights } from '../golden.mjs';

/*
 * Greedy decoding on the bundled model, token by token. scripts/write-golden.mjs writes the ids in
 * test/golden.mjs from WASM, and the text of the replies. WebGPU must compute the same ids as WASM
 * in fp32. If something differs, the spec prints what was computed, and that script reads it.
 */
type Dtype = keyof typeof golden;
type Name = keyof typeof conversations;

const onWebGpu = window.unmockedGroup === 'webgpu';
const dtypes: Dtype[] = onWebGpu ? ['fp32'] : ['fp32', 'q8'];
type Asked = [Name, Conversation];
const asked = (Object.entries(conversations) as Asked[]).filter(
  ([, { wasmOnly }]) => !(onWebGpu && wasmOnly),
);

describe('golden tokens', () => {
  const computed = {
    weights: {} as Record<string, string>,
    golden: {} as Record<string, Record<string, number[][]>>,
    replies: {} as Record<string, string[]>,
  };
  let differs = false;
  const expectSame = (actual: unknown, expected: unknown) => {
    differs ||= JSON.stringify(actual) !== JSON.stringify(expected);
    expect(actual).to.deep.equal(expected);
  };

  after(async () => {
    if (differs && !onWebGpu)
      await fetch('/__print', {
        method: 'POST',
        body: `golden replies as computed: ${JSON.stringify(computed)}`,
      });
  });

  it('are of the prompt that validates agents', () => {
    expect(conversations.validation.turns).to.deep.equal([VALIDATION_PROMPT]);
  });

  for (const dtype of dtypes) {
    describe(`${window.unmockedGroup} ${dtype}`, () => {
      let agent: Agent;
      const talks = new Map<Name, ReturnType<typeof talk>>();
      async function talk([name, { system, turns, maxTokens = MAX_TOKENS }]: Asked) {
        const said = [];
        for (const content of turns)
          said.push(
            await agent.invoke(
              { messages: [{ role: 'user', content }], system, sessionId: name },
              { maxTokens },
            ),
          );
        return said;
      }

      before(async function () {
        this.timeout(240_000);
        agent = await loadAgent({ device: window.unmockedGroup, dtype });
        computed.weights[dtype] = agent.model.digest!;
        computed.golden[dtype] = {};
        differs ||= agent.model.digest !== weights[dtype];
        // On a GPU all at once: what a conversation leaves there must not reach another.
        for (const one of onWebGpu ? asked : []) {
          talks.set(one[0], talk(one));
          talks.get(one[0])!.catch(() => undefined); // each spec awaits its own
        }
      });
      after(() => agent.dispose());

      it('the weights are those that the golden tokens are of', () => {
        expect(agent.model.digest, 'other weights: run scripts/write-golden.mjs').to.equal(
          weights[dtype],
        );
      });

      for (const one of asked) {
        const [name, { turns, maxTokens }] = one;
        it(name, async function () {
          this.timeout(240_000);
          const said = await (talks.get(name) ?? talk(one));
          const ids = said.map(({ metadata }) => metadata.outputTokenIds);
          const texts = said.map(({ response }) => response);
          computed.golden[dtype]![name] = ids;
          if (dtype === 'q8') computed.replies[name] = texts;
          expectSame(ids, golden[dtype][name]);
          if (dtype === 'q8') expectSame(texts, replies[name]);
          if (maxTokens === undefined)
            expect(
              said.map(({ metadata }) => metadata.finishReason),
              'each reply ends by itself',
            ).to.deep.equal(turns.map(() => 'stop'));
        });
      }
    });
  }
});
