/**
 * Other libraries' models as agents for `runScenarios({ agent })`. Each adapter knows the other
 * library by the shape of its objects only, and loads nothing of it.
 */
export {
  aiSDKClaims,
  type AISDKLanguageModel,
  type AISDKOptions,
  fromAISDK,
} from './from-ai-sdk.js';
export {
  type ChatCompletionsClient,
  type ChatCompletionsOptions,
  chatCompletionsClaims,
  fromChatCompletions,
} from './from-chat-completions.js';
export { fromFunction } from './from-function.js';
export {
  fromLanguageModel,
  languageModelClaims,
  type LanguageModelFactory,
  type LanguageModelOptions,
  type LanguageModelSessionOptions,
} from './from-language-model.js';
export {
  fromPipeline,
  pipelineClaims,
  type PipelineOptions,
  type TextGeneration,
} from './from-pipeline.js';
export type {
  AgentFunction,
  FunctionAgentOptions,
  FunctionReply,
  FunctionRequest,
} from './function-backend.js';
export { type AgentLoader, type AgentLoaderOptions } from '../agents/agent-loader.js';
export { type Claim, claims } from '../agents/claims.js';
