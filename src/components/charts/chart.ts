import type { TemplateResult } from 'lit';

/** A picture of numbers, with the numbers themselves. */
export interface Chart {
  title: string;
  /** What the picture shows, in words, for who does not see it. */
  summary: string;
  /** What one has to know to read it. */
  note?: string;
  picture: TemplateResult;
  /** The table behind the picture: the first column names the row. */
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}

/** A number as the tables show it: as it is in the report, to the tenth. */
export const tenth = (value: number): number => Math.round(value * 10) / 10;
