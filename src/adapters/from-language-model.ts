import type { AgentLoader } from '../agents/agent-loader.js';
import type { Claim } from '../agents/claims.js';
import type { Message, ResponseFormat } from '../agents/messages.js';
import { UnmockedError } from '../errors.js';
import { fromFunction } from './from-function.js';
import type { FunctionRequest } from './function-backend.js';

/** The Prompt API's `LanguageModel`: the browser's, or one that behaves like it. */
export interface LanguageModelFactory {
  create(options?: object): Promise<LanguageModelSession>;
}

interface LanguageModelSession {
  prompt(input: LanguageModelTurn[], options?: LanguageModelCall): Promise<string>;
  promptStreaming(input: LanguageModelTurn[], options?: LanguageModelCall): ReadableStream<string>;
  destroy(): void;
}

interface LanguageModelCall {
  signal?: AbortSignal;
  responseConstraint?: Record<string, unknown>;
}

interface LanguageModelTurn {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** Options of `create`. The adapter adds the conversation to `initialPrompts`. */
export interface LanguageModelSessionOptions {
  initialPrompts?: readonly { readonly role: string }[];
  topK?: number;
  temperature?: number;
  samplingMode?: string;
  expectedInputs?: readonly object[];
  expectedOutputs?: readonly object[];
  tools?: readonly object[];
  monitor?: (monitor: never) => void;
}

export interface LanguageModelOptions {
  /** Default: `LanguageModel`. */
  name?: string;
  /** Default: `languageModelClaims`. */
  claims?: readonly Claim[];
}

/**
 * What the Prompt API can do. It limits no reply, knows no stop sequences and no seeds, and runs
 * tools itself. `topK` and `temperature` are for some pages only; if yours is one, add `temperature`.
 */
export const languageModelClaims: readonly Claim[] = [
  'chat',
  'streaming',
  'abort',
  'structured-output',
  'context-overflow',
];

/**
 * A `LanguageModel` of the Prompt API as an agent. Each call is a session of its own that begins
 * with the conversation so far, so the API drops no turn of it.
 *
 * @param createOptions more options of `create`. They win over the adapter's.
 * @example
 * const agent = fromLanguageModel(LanguageModel);
 * await runScenarios({ agent });
 */
export const fromLanguageModel = (
  LanguageModel: LanguageModelFactory,
  createOptions: LanguageModelSessionOptions = {},
  { name = 'LanguageModel', claims = languageModelClaims }: LanguageModelOptions = {},
): AgentLoader =>
  fromFunction({ name, claims }, async (request) => {
    const { messages, responseFormat, signal, stream, onText } = request;
    const turns = messages.map(toTurn);
    const session = await LanguageModel.create({
      ...(claims.includes('temperature') ? samplingOf(request.settings) : {}),
      ...createOptions,
      initialPrompts: initialPromptsOf(createOptions, turns.slice(0, -1)),
      signal,
    });
    try {
      const input = turns.slice(-1);
      const call = { signal, ...(responseFormat ? constraintOf(responseFormat) : {}) };
      if (!stream) return { text: await session.prompt(input, call) };
      const reader = session.promptStreaming(input, call).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return {};
        onText(value);
      }
    } finally {
      session.destroy();
    }
  });

/** The conversation's system prompt replaces the one that the options bring. */
function initialPromptsOf(
  { initialPrompts = [] }: LanguageModelSessionOptions,
  turns: readonly LanguageModelTurn[],
): object[] {
  const isSystem = ({ role }: { readonly role: string }) => role === 'system';
  const systems = turns.filter(isSystem);
  return [
    ...(systems.length > 0 ? systems : initialPrompts.filter(isSystem)),
    ...[...initialPrompts, ...turns].filter((turn) => !isSystem(turn)),
  ];
}

function toTurn({ role, content }: Message): LanguageModelTurn {
  if (role !== 'tool') return { role, content };
  throw new UnmockedError(
    'unsupported',
    'The Prompt API runs tools itself and takes no results of calls. Leave out messages with the ' +
      'role "tool".',
  );
}

/** The API wants both. It lowers `topK` to its maximum. */
const samplingOf = ({ temperature, topK }: FunctionRequest['settings']) => ({
  temperature,
  topK: temperature === 0 ? 1 : topK || Number.MAX_SAFE_INTEGER,
});

const constraintOf = (format: ResponseFormat) => ({
  responseConstraint: format.type === 'json' ? { type: 'object' } : format.schema,
});
