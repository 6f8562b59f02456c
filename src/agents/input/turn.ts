import type { ReasoningEffort } from '../../settings/settings.js';
import type { Message, ResponseFormat, Tool, ToolChoice } from '../agent.js';

/** An input in one form, checked. */
export interface Turn {
  /** What the turn adds to the conversation. */
  messages: readonly Message[];
  /** The conversation before it. Default: what the session remembers. */
  history?: readonly Message[];
  system?: string;
  /** Added to the end of the system prompt, even if a message brings it. */
  systemNotes?: string;
  tools?: readonly Tool[];
  toolChoice?: ToolChoice;
  responseFormat?: ResponseFormat;
  sessionId?: string;
  reasoningEffort?: ReasoningEffort;
}
