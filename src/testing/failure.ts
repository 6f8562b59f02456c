import type { ScenarioResult } from '../harness/report.js';
import type { Check } from '../scenarios/scenario.js';

/** Long enough for a short reply, short enough for a console. */
const LONGEST = 500;

/** A failed scenario as the message of a failed test: its failed checks with their values. */
export function describeFailure({
  id,
  status,
  reason,
  checks,
  error,
  device,
  evidence,
}: ScenarioResult): string {
  const where = [evidence.modelId, evidence.dtype, device?.actual].filter(Boolean).join(', ');
  const failed = checks.filter((check) => check.status === 'failed');
  return [
    `Scenario "${id}" ${status.replace('-', ' ')} (${where}): ${reason ?? 'no reason was given'}`,
    ...failed.map(describeCheck),
    ...(error ? [`  ${error.name}${error.code ? ` (${error.code})` : ''}: ${error.message}`] : []),
  ].join('\n');
}

function describeCheck({ name, actual, expected, reason }: Check): string {
  return [
    `  ✗ ${name}`,
    ...(actual === undefined ? [] : [`      actual:   ${show(actual)}`]),
    ...(expected === undefined ? [] : [`      expected: ${show(expected)}`]),
    ...(reason === undefined ? [] : [`      ${reason}`]),
  ].join('\n');
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}
