import { run as backendDetection } from './backend-detection.js';
import { run as backendFallback } from './backend-fallback.js';
import { run as cancelling } from './cancelling.js';
import { run as chatCompletion } from './chat-completion.js';
import { run as chatRoom } from './chat-room.js';
import { run as concurrentLoading } from './concurrent-loading.js';
import { run as concurrentRequests } from './concurrent-requests.js';
import { run as configFile } from './config-file.js';
import { run as configPrecedence } from './config-precedence.js';
import { run as contextOverflow } from './context-overflow.js';
import { run as conversationFlow } from './conversation-flow.js';
import { run as determinism } from './determinism.js';
import { run as environmentSummary } from './environment-summary.js';
import { run as invalidModel } from './invalid-model.js';
import { run as loadAgent } from './load-agent.js';
import { run as memoryCleanup } from './memory-cleanup.js';
import { run as parallelTools } from './parallel-tools.js';
import { run as reasoning } from './reasoning.js';
import { run as recovery } from './recovery.js';
import { run as remoteAgent } from './remote-agent.js';
import { run as remoteFaults } from './remote-faults.js';
import { run as sessionIsolation } from './session-isolation.js';
import { run as settingsPersistence } from './settings-persistence.js';
import { run as startupValidation } from './startup-validation.js';
import { run as stopAndLimits } from './stop-and-limits.js';
import { run as streaming } from './streaming.js';
import { run as structuredOutput } from './structured-output.js';
import { run as toolCalls } from './tool-calls.js';
import { run as toolSelection } from './tool-selection.js';
import { run as typedArguments } from './typed-arguments.js';
import { run as unicode } from './unicode.js';
import { run as usage } from './usage.js';
import { run as validateAgent } from './validate-agent.js';
import type { Scenario } from './scenario.js';

/** The code of every core scenario, by id. One module, so that a run fetches it in one request. */
export const scenarioRuns = {
  'load-agent': loadAgent,
  'chat-completion': chatCompletion,
  'validate-agent': validateAgent,
  'invalid-model': invalidModel,
  'backend-detection': backendDetection,
  'config-file': configFile,
  'concurrent-loading': concurrentLoading,
  streaming: streaming,
  'memory-cleanup': memoryCleanup,
  'conversation-flow': conversationFlow,
  'environment-summary': environmentSummary,
  'session-isolation': sessionIsolation,
  'concurrent-requests': concurrentRequests,
  cancelling: cancelling,
  determinism: determinism,
  usage: usage,
  'tool-selection': toolSelection,
  'typed-arguments': typedArguments,
  'parallel-tools': parallelTools,
  'structured-output': structuredOutput,
  unicode: unicode,
  'context-overflow': contextOverflow,
  recovery: recovery,
  'remote-agent': remoteAgent,
  'backend-fallback': backendFallback,
  'remote-faults': remoteFaults,
  'config-precedence': configPrecedence,
  'settings-persistence': settingsPersistence,
  'startup-validation': startupValidation,
  'chat-room': chatRoom,
  'tool-calls': toolCalls,
  reasoning: reasoning,
  'stop-and-limits': stopAndLimits,
} satisfies Record<string, Scenario['run']>;
