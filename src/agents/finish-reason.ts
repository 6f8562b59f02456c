import type { FinishReason } from './agent.js';

/** A complete reply with tool calls ended in order to call them. A cut reply stays cut. */
export const finishReasonOf = (ended: FinishReason, callsTools: boolean): FinishReason =>
  ended === 'stop' && callsTools ? 'tool_calls' : ended;
