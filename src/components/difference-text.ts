import type { TokenDifference } from '../reports/token-difference.js';
import { texts } from './texts.js';

/** Where two replies part, in a sentence. */
export function differenceText({ kind, message, position, tokenIds }: TokenDifference): string {
  if (kind !== 'output') return texts.reports.onlyOne[kind](message);
  const [before = '–', after = '–'] = tokenIds!.map((id) => id?.toString());
  return texts.reports.otherToken(message, position! + 1, before, after);
}
