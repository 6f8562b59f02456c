import backendDetection from './backend-detection.js';
import backendFallback from './backend-fallback.js';
import chatCompletion from './chat-completion.js';
import chatRoom from './chat-room.js';
import concurrentLoading from './concurrent-loading.js';
import configFile from './config-file.js';
import configPrecedence from './config-precedence.js';
import conversationFlow from './conversation-flow.js';
import environmentSummary from './environment-summary.js';
import invalidModel from './invalid-model.js';
import loadAgent from './load-agent.js';
import memoryCleanup from './memory-cleanup.js';
import reasoning from './reasoning.js';
import remoteAgent from './remote-agent.js';
import remoteFaults from './remote-faults.js';
import type { Scenario } from './scenario.js';
import settingsPersistence from './settings-persistence.js';
import startupValidation from './startup-validation.js';
import stopAndLimits from './stop-and-limits.js';
import streaming from './streaming.js';
import toolCalls from './tool-calls.js';
import validateAgent from './validate-agent.js';

/** The scenarios, in the order in which they run: what this page does itself, then what it does with a server. */
export const scenarios: readonly Scenario[] = [
  loadAgent,
  chatCompletion,
  validateAgent,
  invalidModel,
  backendDetection,
  configFile,
  concurrentLoading,
  streaming,
  memoryCleanup,
  conversationFlow,
  environmentSummary,
  remoteAgent,
  backendFallback,
  remoteFaults,
  configPrecedence,
  settingsPersistence,
  startupValidation,
  chatRoom,
  toolCalls,
  reasoning,
  stopAndLimits,
];
