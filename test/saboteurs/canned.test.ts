import { expect } from '@esm-bundle/chai';
import { ledger } from '../../src/engine/ledger.js';
import { scenarios } from '../../src/scenarios/index.js';
import { agentSaboteurs } from './agent-saboteurs.js';
import { cannedSubject } from './canned.js';
import { lineOf, printMatrix, reasons, runOn } from './hunt.js';
import { pageSaboteurs } from './page-saboteurs.js';
import { serverSaboteurs } from './server-saboteurs.js';

const saboteurs = [...pageSaboteurs, ...agentSaboteurs, ...serverSaboteurs];

/** Checks of what was drawn for the run: no list of answers can pass them. */
const DRAWN: Record<string, string> = {
  'conversation-flow': 'what was corrected counts, not what was said first',
  'session-isolation': 'the first session knows its name',
  'concurrent-requests': 'a repetition gets its own answer',
  'tool-selection': 'a request that needs no tool is answered',
  'typed-arguments': 'the arguments are those of the request',
  'parallel-tools': 'the results of two calls are used',
  'structured-output': 'the values are those of the text',
  'chat-room': 'in this page: the reply names the party members',
  'tool-calls': 'in this page: the result of get_weather is used in the next turn',
};

describe('saboteurs', () => {
  it('a canned agent with right answers and no model fails every scenario', async function () {
    this.timeout(300_000);
    const before = ledger.tokens;
    const results = await runOn(
      cannedSubject(),
      scenarios.map(({ id }) => id),
    );
    await printMatrix(results.map((result) => lineOf('has canned answers', result)));
    expect(results.filter(({ status }) => status !== 'failed').map(({ id }) => id)).to.deep.equal(
      [],
    );
    expect(ledger.tokens - before, 'tokens computed').to.equal(0);
    const failed = results.flatMap((result) =>
      reasons(result).filter((check) => DRAWN[result.id] === check),
    );
    expect(failed).to.have.members(Object.values(DRAWN));
  });

  it('every scenario has a saboteur', () => {
    const guarded = new Set(saboteurs.flatMap(({ guards }) => Object.keys(guards)));
    expect(scenarios.map(({ id }) => id).filter((id) => !guarded.has(id))).to.deep.equal([]);
  });
});
