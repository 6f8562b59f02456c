import backendDetection from './backend-detection.js';
import chatCompletion from './chat-completion.js';
import concurrentLoading from './concurrent-loading.js';
import configFile from './config-file.js';
import conversationFlow from './conversation-flow.js';
import environmentSummary from './environment-summary.js';
import invalidModel from './invalid-model.js';
import loadAgent from './load-agent.js';
import memoryCleanup from './memory-cleanup.js';
import type { Scenario } from './scenario.js';
import streaming from './streaming.js';
import validateAgent from './validate-agent.js';

/** The core scenarios, in the order in which they run. */
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
];
