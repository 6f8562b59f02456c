import type { FinishReason } from './agent.js';

/** A reply that ended by itself and calls tools ended in order to call them. A cut reply stays cut. */
export const finishReasonOf = (ended: FinishReason, callsTools: boolean): FinishReason =>
  ended === 'stop' && callsTools ? 'tool_calls' : ended;
