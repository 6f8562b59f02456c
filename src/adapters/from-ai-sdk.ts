import { nextTask } from '../async.js';
import type { AgentLoader } from '../agents/agent-loader.js';
import { type Claim, openAiClaims } from '../agents/claims.js';
import { Assembly } from '../agents/remote/assembly.js';
import { UnmockedError } from '../errors.js';
import { type AISDKCallOptions, toCallOptions } from './ai-sdk-call.js';
import { type AISDKPart, type AISDKResult, readEnding, toAssemblyPart } from './ai-sdk-reply.js';
import { fromFunction } from './from-function.js';
import type { FunctionReply, FunctionRequest } from './function-backend.js';

/** A language model of any AI SDK provider. */
export interface AISDKLanguageModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doGenerate(options: AISDKCallOptions): PromiseLike<AISDKResult>;
  doStream(options: AISDKCallOptions): PromiseLike<{ stream: ReadableStream<AISDKPart> }>;
}

export interface AISDKOptions {
  /** Default: `aiSDKClaims`. */
  claims?: readonly Claim[];
  /** Tokens, prompt and reply together. */
  contextWindow?: number;
  /** More options of each call, such as `providerOptions`. They win over the adapter's. */
  call?: Readonly<Record<string, unknown>>;
}

/** What most providers do. Take away what yours lacks; add `seed` if it keeps to it. */
export const aiSDKClaims: readonly Claim[] = openAiClaims;

const VERSIONS = ['v2', 'v3', 'v4'];

/**
 * An AI SDK language model (`specificationVersion` v2, v3 or v4) as an agent.
 *
 * @example
 * const agent = fromAISDK(openai('gpt-5-mini'));
 * await runScenarios({ agent });
 * @throws UnmockedError `unsupported` for another version.
 */
export function fromAISDK(
  model: AISDKLanguageModel,
  { claims = aiSDKClaims, contextWindow, call }: AISDKOptions = {},
): AgentLoader {
  const { specificationVersion: version, provider, modelId } = model;
  if (!VERSIONS.includes(version))
    throw new UnmockedError(
      'unsupported',
      `"${modelId}" of ${provider} has specificationVersion "${version}". ` +
        `Allowed: ${VERSIONS.join(', ')}. Use a provider for the AI SDK 5, 6 or 7.`,
    );
  return fromFunction({ name: modelId, claims, contextWindow }, async (request) => {
    const options = { ...toCallOptions(request), ...call };
    if (!request.stream) return readWhole(await model.doGenerate(options));
    return readStream((await model.doStream(options)).stream, request);
  });
}

function readWhole({ content, ...ending }: AISDKResult): FunctionReply {
  const assembly = new Assembly();
  for (const part of content) assembly.take({}, undefined, toAssemblyPart(part));
  return toReply(assembly, readEnding(ending));
}

async function readStream(
  stream: ReadableStream<AISDKPart>,
  { onText, signal }: FunctionRequest,
): Promise<FunctionReply> {
  const assembly = new Assembly();
  const reader = stream.getReader();
  let ending: FunctionReply = {};
  try {
    for (;;) {
      const { value: part, done } = await reader.read();
      if (done || signal.aborted) break;
      if (part.type === 'error') throw part.error;
      if (part.type === 'finish') ending = readEnding(part);
      const text = assembly.take({}, undefined, toAssemblyPart(part));
      if (text) onText(text);
      await nextTask(); // many may arrive at once, and the reader may leave in between
    }
  } finally {
    reader.cancel().catch(() => undefined); // nobody reads the rest
  }
  const closing = assembly.close();
  if (closing) onText(closing);
  return toReply(assembly, ending);
}

/** The ending has the usage, too. */
const toReply = (assembly: Assembly, ending: FunctionReply): FunctionReply => ({
  ...assembly.finish(),
  usage: undefined,
  ...ending,
});
