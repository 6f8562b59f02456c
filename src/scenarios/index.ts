import { fetched } from '../fetched.js';
import { defineScenario, type Scenario, type ScenarioGroup } from './scenario.js';
import type { scenarioRuns } from './runs.js';

/**
 * The core scenarios in the order in which they run: first the page, then the page with a server.
 * Those of the suite `agent` also run on somebody else's agent. The code of each scenario is in the file named after its id.
 */
const catalogue: (Omit<Scenario, 'prepare' | 'run'> & {
  id: keyof typeof scenarioRuns;
  group: ScenarioGroup;
})[] = [
  {
    id: 'load-agent',
    title: 'Loads the agent',
    group: 'engine',
    proves:
      'The model is fetched, verified and loaded by the runtime in this page, and the loaded ' +
      'session matches the registry.',
    tags: ['core', 'loading'],
  },
  {
    id: 'chat-completion',
    title: 'Completes a chat',
    group: 'conversation',
    proves:
      'Every token of a reply was computed, its text is the decoded token ids, and its finish ' +
      'reason is correct.',
    suite: 'agent',
    tags: ['core', 'chat'],
  },
  {
    id: 'validate-agent',
    title: 'Validates the agent',
    group: 'agent',
    proves:
      'Validation asks the model and judges its answer. ' +
      'A working agent passes with its reply as evidence, and a mute or failing one is ' +
      'rejected with the reason.',
    suite: 'agent',
    tags: ['core', 'validation'],
  },
  {
    id: 'invalid-model',
    title: 'Fails cleanly on an invalid model',
    group: 'engine',
    proves:
      'A missing model and a damaged model each fail with a specific error, and a good model ' +
      'then loads and answers in the same page.',
    tags: ['core', 'failure'],
  },
  {
    id: 'backend-detection',
    title: 'Detects the backend',
    group: 'engine',
    proves:
      '`auto` picks what this browser supports, an explicit device is used or refused but ' +
      'never swapped, and if nothing works, one error lists every attempt.',
    tags: ['core', 'device'],
  },
  {
    id: 'config-file',
    title: 'Applies a config file',
    group: 'settings',
    proves:
      'The values of a config.toml change what the model computes. ' +
      'Broken TOML is rejected with its position, and unknown keys are reported.',
    tags: ['core', 'configuration'],
  },
  {
    id: 'concurrent-loading',
    title: 'Loads concurrently',
    group: 'engine',
    proves:
      'Four agents that load at once share one engine and one download, and their four ' +
      'conversations stay separate.',
    tags: ['core', 'concurrency'],
  },
  {
    id: 'streaming',
    title: 'Streams',
    group: 'conversation',
    proves:
      'Tokens arrive before the reply is complete, together they are the whole reply, no ' +
      'character is broken, and leaving the stream early stops the computation.',
    suite: 'agent',
    claims: ['streaming'],
    tags: ['core', 'streaming'],
  },
  {
    id: 'memory-cleanup',
    title: 'Releases its memory',
    group: 'engine',
    proves:
      'After five rounds of load, use and dispose, no worker and no memory is left. ' +
      'A disposed agent says so, and loading again works.',
    tags: ['core', 'memory'],
    timeout: 240_000,
    // A cold start is the honest baseline. It is also necessary: the threads of a loaded engine
    // sleep in Atomics.wait, where the browser cannot measure their memory.
    cold: true,
  },
  {
    id: 'conversation-flow',
    title: 'Keeps a conversation',
    group: 'conversation',
    proves:
      'Each turn keeps the context, a correction included, and computes only its new tokens, and ' +
      'the KV cache does not change the replies.',
    suite: 'agent',
    tags: ['core', 'conversation'],
  },
  {
    id: 'environment-summary',
    title: 'Reports its environment',
    group: 'engine',
    proves:
      'What the page reports agrees with the engine: ' +
      'browser, WebGPU adapter or why there is none, threads, isolation, versions and model.',
    tags: ['core', 'environment'],
  },
  {
    id: 'session-isolation',
    title: 'Keeps sessions apart',
    group: 'conversation',
    proves:
      'Two conversations that take turns know nothing of each other, a history given as messages ' +
      'leaks into nothing, and a forgotten session is gone.',
    suite: 'agent',
    tags: ['agent', 'conversation'],
  },
  {
    id: 'concurrent-requests',
    title: 'Answers several requests at once',
    group: 'conversation',
    proves:
      'Each of several requests at once gets its own answer, the same as alone, and giving one up ' +
      'disturbs no other.',
    suite: 'agent',
    tags: ['agent', 'concurrency'],
  },
  {
    id: 'cancelling',
    title: 'Cancels',
    group: 'conversation',
    proves:
      'A request ends with an AbortError before it begins, while it waits and while it streams. ' +
      'Its turn is not remembered, and the next request works.',
    suite: 'agent',
    claims: ['abort'],
    tags: ['agent', 'cancelling'],
  },
  {
    id: 'determinism',
    title: 'Is deterministic',
    group: 'conversation',
    proves:
      'Greedy decoding repeats itself, the same seed gives the same text, different seeds and a ' +
      'higher temperature give others.',
    suite: 'agent',
    claims: ['temperature'],
    tags: ['agent', 'sampling'],
  },
  {
    id: 'usage',
    title: 'Counts tokens',
    group: 'conversation',
    proves:
      'The counts are positive, grow with the conversation, keep to the limit and agree with the ' +
      'stream and with the token ids.',
    suite: 'agent',
    claims: ['usage'],
    tags: ['agent', 'usage'],
  },
  {
    id: 'tool-selection',
    title: 'Chooses the right tool',
    group: 'agent',
    proves:
      'Of several tools the right one is called, none where none is needed, and never one that was ' +
      'not offered.',
    suite: 'agent',
    claims: ['tools'],
    tags: ['agent', 'tools'],
    needs: ['tools'],
  },
  {
    id: 'typed-arguments',
    title: 'Keeps the types of arguments',
    group: 'agent',
    proves:
      'A forced call names the chosen tool, and its arguments are those of the request and fit the ' +
      'schema: text, numbers, booleans, enums, arrays and nested objects keep their JSON types.',
    suite: 'agent',
    claims: ['tool-choice'],
    tags: ['agent', 'tools'],
  },
  {
    id: 'parallel-tools',
    title: 'Handles parallel calls',
    group: 'agent',
    proves:
      'The results of two calls reach the model, whatever their order, and an agent that claims it ' +
      'makes several calls in one reply.',
    suite: 'agent',
    claims: ['tools'],
    tags: ['agent', 'tools'],
    needs: ['tools'],
  },
  {
    id: 'structured-output',
    title: 'Replies in JSON that fits a schema',
    group: 'agent',
    proves:
      'Whole, streamed and sampled replies parse and fit the schema, values come from the text, and a ' +
      'limit that cuts one is reported.',
    suite: 'agent',
    claims: ['structured-output'],
    tags: ['agent', 'structured-output'],
  },
  {
    id: 'unicode',
    title: 'Keeps Unicode intact',
    group: 'conversation',
    proves:
      'Emoji, combining marks, right-to-left text and CJK reach the model unchanged, and no piece ' +
      'of a reply has a broken character.',
    suite: 'agent',
    tags: ['agent', 'unicode'],
  },
  {
    id: 'context-overflow',
    title: 'Refuses what does not fit',
    group: 'conversation',
    proves:
      'A message beyond the context window is refused with its length and what fits. Nothing is ' +
      'computed or remembered, and the next request works.',
    suite: 'agent',
    claims: ['context-overflow'],
    tags: ['agent', 'errors'],
  },
  {
    id: 'recovery',
    title: 'Recovers from bad requests',
    group: 'agent',
    proves:
      'Each bad request gets an error that names what is wrong. The conversation is not lost, and ' +
      'the next request works.',
    suite: 'agent',
    tags: ['agent', 'errors'],
  },
  {
    id: 'remote-agent',
    title: 'Talks to a server',
    group: 'server',
    proves:
      'The reply, the stream and the usage of an OpenAI-compatible server agree with each ' +
      'other, and match the same model in this page token for token.',
    tags: ['remote'],
    needs: ['remote'],
  },
  {
    id: 'backend-fallback',
    title: 'Falls back from a server to this page',
    group: 'server',
    proves:
      '`auto` tries the server first. If the server is unavailable, this page computes the ' +
      'reply and the trace says why. An explicit backend is never swapped.',
    tags: ['remote', 'fallback'],
    needs: ['remote', 'faults'],
  },
  {
    id: 'remote-faults',
    title: 'Survives server faults',
    group: 'server',
    proves:
      'Every server fault becomes a specific error with a remedy, within a time limit, and ' +
      'the same agent works again afterwards.',
    tags: ['remote', 'errors'],
    needs: ['remote', 'faults'],
  },
  {
    id: 'config-precedence',
    title: 'Applies settings by precedence',
    group: 'settings',
    proves:
      'Argument > URL > stored settings > backend section > base section > environment > ' +
      'default. Each level is proven on both backends by what is computed.',
    tags: ['remote', 'configuration'],
    needs: ['remote'],
  },
  {
    id: 'settings-persistence',
    title: 'Remembers its settings',
    group: 'settings',
    proves:
      'Saved settings survive reopening, a changed backend answers the next request, and a ' +
      'key is kept only for the session unless the user decides otherwise.',
    tags: ['remote', 'configuration'],
    needs: ['remote'],
  },
  {
    id: 'startup-validation',
    title: 'Validates its backend at startup',
    group: 'settings',
    proves:
      'A configured backend is validated in the background. ' +
      'A working one is valid, a broken one is reported with the cause, and without ' +
      'configuration nothing happens.',
    tags: ['remote', 'configuration'],
    needs: ['remote'],
  },
  {
    id: 'chat-room',
    title: 'Chats in a game',
    group: 'server',
    proves:
      "A game's data reaches the prompt and is read in any form, replies stream, the history lasts, " +
      'and the next message works after a failure in mid-stream.',
    tags: ['remote', 'chat'],
    needs: ['remote'],
  },
  {
    id: 'tool-calls',
    title: 'Calls tools',
    group: 'agent',
    proves:
      'The model calls the right tool with the right text, numbers, booleans and enums, and uses its ' +
      'result in the next turn. A malformed call is reported, not thrown.',
    suite: 'agent',
    claims: ['tools'],
    tags: ['remote', 'tools'],
    needs: ['remote', 'tools'],
  },
  {
    id: 'reasoning',
    title: 'Separates reasoning from the reply',
    group: 'agent',
    proves:
      'Reasoning never appears in the reply: whole, streamed, ' +
      'with a tag that never closes, and in a separate field of the server.',
    suite: 'agent',
    claims: ['reasoning'],
    tags: ['remote', 'reasoning'],
    needs: ['remote', 'reasoning'],
  },
  {
    id: 'stop-and-limits',
    title: 'Respects limits and seeds',
    group: 'conversation',
    proves:
      'Stop sequences, token limits and seeds work in this page and on a server. ' +
      'The same seed gives the same text, and different seeds differ.',
    suite: 'agent',
    tags: ['remote', 'sampling'],
    needs: ['remote'],
  },
];

/** Loaded on demand: a page that only lists the scenarios does not need their code. */
const loadRuns = () => fetched(import('./runs.js'));

/** The core scenarios. Their code is fetched when a run begins. */
export const scenarios: readonly Scenario[] = catalogue.map((entry) =>
  defineScenario({
    ...entry,
    prepare: loadRuns,
    run: async (t) => (await loadRuns()).scenarioRuns[entry.id](t),
  }),
);
