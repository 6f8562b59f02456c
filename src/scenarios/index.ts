import { fetched } from '../fetched.js';
import { defineScenario, type Scenario } from './scenario.js';
import type { scenarioRuns } from './runs.js';

/** In the order in which they run: what this page does itself, then what it does with a server. What each of them does is in a file called after its id. */
const catalogue: (Omit<Scenario, 'prepare' | 'run'> & { id: keyof typeof scenarioRuns })[] = [
  {
    id: 'load-agent',
    title: 'Loads the agent',
    proves:
      'The model was really fetched, checked and loaded by the runtime here, and what it turned out to be is what the registry says.',
    tags: ['core', 'loading'],
  },
  {
    id: 'chat-completion',
    title: 'Completes a chat',
    proves:
      'A message gets a reply whose every token was computed here: the text is the decoded token ids, and the finish reason is true.',
    tags: ['core', 'chat'],
  },
  {
    id: 'validate-agent',
    title: 'Validates the agent',
    proves:
      'Validation asks the model and believes its answer: a working agent passes with its reply as evidence, a mute one does not, and the reason says so.',
    tags: ['core', 'validation'],
  },
  {
    id: 'invalid-model',
    title: 'Fails cleanly on an invalid model',
    proves:
      'A model that does not exist and one that is damaged each fail with an error of their own, and a good model then loads and answers in the same page.',
    tags: ['core', 'failure'],
  },
  {
    id: 'backend-detection',
    title: 'Detects the backend',
    proves:
      '`auto` picks what this browser can really do, an explicit device is honoured or refused but never swapped, and when nothing works one error lists every attempt.',
    tags: ['core', 'device'],
  },
  {
    id: 'config-file',
    title: 'Obeys a config file',
    proves:
      'What a config.toml says takes effect on what the model computes; broken TOML is refused with its place, and unknown keys are not swallowed.',
    tags: ['core', 'configuration'],
  },
  {
    id: 'concurrent-loading',
    title: 'Loads concurrently',
    proves:
      'Four agents loaded at once share one engine and one download, and four conversations at once stay apart.',
    tags: ['core', 'concurrency'],
  },
  {
    id: 'streaming',
    title: 'Streams',
    proves:
      'Tokens arrive while later ones are still to be computed, joined they are the whole reply, no character is broken, and leaving early stops the work.',
    tags: ['core', 'streaming'],
  },
  {
    id: 'memory-cleanup',
    title: 'Gives its memory back',
    proves:
      'Load, use and dispose, five times over, leaves no worker and no memory behind; a disposed agent says so, and loading again works.',
    tags: ['core', 'memory'],
    timeout: 240_000,
    // Besides being the honest baseline: a thread of a loaded multi-threaded engine sleeps in Atomics.wait, and no browser can ask it for its memory.
    cold: true,
  },
  {
    id: 'conversation-flow',
    title: 'Keeps a conversation',
    proves:
      'Turns keep their context, each pays for its new tokens only, and the KV cache changes nothing about the replies.',
    tags: ['core', 'conversation'],
  },
  {
    id: 'environment-summary',
    title: 'Says what it ran on',
    proves:
      'What the page says of itself agrees with what the engine did: browser, adapter or why none, threads, isolation, versions and model.',
    tags: ['core', 'environment'],
  },
  {
    id: 'remote-agent',
    title: 'Talks to a server',
    proves:
      'An OpenAI-compatible server answers: reply, stream and usage agree with one another, and token for token with the same model in this page.',
    tags: ['remote'],
    needs: ['remote'],
  },
  {
    id: 'backend-fallback',
    title: 'Falls back from a server to this page',
    proves:
      'With auto a server is the first rung: where it cannot be had, this page computes instead and the trace says why. An explicit backend is never swapped.',
    tags: ['remote', 'fallback'],
    needs: ['remote', 'faults'],
  },
  {
    id: 'remote-faults',
    title: 'Survives a server that misbehaves',
    proves:
      'Whatever a server does wrong is an error of its own with a remedy, within its time limit, and the same agent works again afterwards.',
    tags: ['remote', 'errors'],
    needs: ['remote', 'faults'],
  },
  {
    id: 'config-precedence',
    title: 'Obeys the strongest source',
    proves:
      'argument > URL > settings > backend section > base section > environment > default, for each of them and on both backends, by what is computed.',
    tags: ['remote', 'configuration'],
    needs: ['remote'],
  },
  {
    id: 'settings-persistence',
    title: 'Remembers its settings',
    proves:
      'Settings that were saved are there when they are opened anew; a changed backend is the one that answers; a key is kept for the session only, unless the user says otherwise.',
    tags: ['remote', 'configuration'],
    needs: ['remote'],
  },
  {
    id: 'startup-validation',
    title: 'Checks its backend when it starts',
    proves:
      'A configured backend is asked in the background: one that answers is valid, one that does not is named with the cause, and where nothing is configured nothing happens.',
    tags: ['remote', 'configuration'],
    needs: ['remote'],
  },
  {
    id: 'chat-room',
    title: 'Chats with a party',
    proves:
      "A game's data in the message reaches the prompt, replies stream, what was said lasts over several messages, and after a failure in mid-stream the next message works.",
    tags: ['remote', 'chat'],
    needs: ['remote'],
  },
  {
    id: 'tool-calls',
    title: 'Calls tools',
    proves:
      'A tool that was offered is called with the right arguments, its result is used in the next turn, and a malformed call is reported, not thrown.',
    tags: ['remote', 'tools'],
    needs: ['remote', 'tools'],
  },
  {
    id: 'reasoning',
    title: 'Keeps thinking and response apart',
    proves:
      'Reasoning never shows in the reply: whole, streamed, with a tag that spans chunks, with one that never closes, and where a server has a field of its own for it.',
    tags: ['remote', 'reasoning'],
    needs: ['remote', 'reasoning'],
  },
  {
    id: 'stop-and-limits',
    title: 'Stops where it is told',
    proves:
      'Stop sequences, token limits and seeds hold in this page and on a server: the same seed gives the same text, another seed another.',
    tags: ['remote', 'sampling'],
    needs: ['remote'],
  },
];

/** A page that shows the scenarios need not hold all that they do. */
const loadRuns = () => fetched(import('./runs.js'));

/** The core scenarios. What they do is fetched when a run begins. */
export const scenarios: readonly Scenario[] = catalogue.map((entry) =>
  defineScenario({
    ...entry,
    prepare: loadRuns,
    run: async (t) => (await loadRuns()).scenarioRuns[entry.id](t),
  }),
);
