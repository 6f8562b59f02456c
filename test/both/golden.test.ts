import { expect } from '@open-wc/testing';
import type { Agent } from '../../src/agents/agent.js';
import { loadAgent } from '../../src/agents/load-agent.js';
import { golden, weights } from '../golden.js';

/*
 * Greedy decoding on the bundled model, token by token. scripts/write-golden.mjs writes the ids in
 * test/golden.ts from WASM. WebGPU must compute the same ids as WASM in fp32. If ids differ, the
 * spec prints the computed ones, and that script reads them.
 */
type Dtype = keyof typeof golden;

interface Conversation {
  turns: string[];
  maxTokens?: number;
  /** Long ones take too long on a GPU that is computed by the CPU. */
  wasmOnly?: boolean;
}

const conversations: Record<string, Conversation> = {
  greeting: { turns: ['Hello, this is a test.'] },
  'name recall': { turns: ['My name is Zorvik.', 'What is my name?'] },
  add: { turns: ['What is 2 plus 3?'] },
  repeat: { turns: ['Repeat after me: blue river stone'], wasmOnly: true },
  story: { turns: ['Tell me a story about a dragon.'], maxTokens: 24, wasmOnly: true },
};

const onWebGpu = window.unmockedGroup === 'webgpu';
const dtypes: Dtype[] = onWebGpu ? ['fp32'] : ['fp32', 'q8'];

describe('golden tokens', () => {
  const computed: Record<string, Record<string, number[][]>> = {};
  const digests: Record<string, string> = {};
  let differs = false;

  after(async () => {
    if (differs && !onWebGpu)
      await fetch('/__print', {
        method: 'POST',
        body:
          'golden tokens as computed: ' + JSON.stringify({ weights: digests, golden: computed }),
      });
  });

  for (const dtype of dtypes) {
    describe(`${window.unmockedGroup} ${dtype}`, () => {
      let agent: Agent;
      before(async function () {
        this.timeout(240_000);
        agent = await loadAgent({ device: window.unmockedGroup, dtype });
        digests[dtype] = agent.model.digest!;
        differs ||= agent.model.digest !== weights[dtype];
      });
      after(() => agent.dispose());

      it('the weights are those that the golden tokens are of', () => {
        expect(agent.model.digest, 'other weights: run scripts/write-golden.mjs').to.equal(
          weights[dtype],
        );
      });

      for (const [name, { turns, maxTokens = 16 }] of Object.entries(conversations).filter(
        ([, { wasmOnly }]) => !(onWebGpu && wasmOnly),
      )) {
        it(name, async function () {
          this.timeout(240_000);
          const ids: number[][] = [];
          for (const content of turns) {
            const { metadata } = await agent.invoke(
              { messages: [{ role: 'user', content }], sessionId: name },
              { maxTokens },
            );
            ids.push(metadata.outputTokenIds);
          }
          (computed[dtype] ??= {})[name] = ids;
          const expected = golden[dtype][name];
          differs ||= JSON.stringify(ids) !== JSON.stringify(expected);
          expect(ids).to.deep.equal(expected);
        });
      }
    });
  }
});
