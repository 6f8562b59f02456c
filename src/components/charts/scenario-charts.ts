import { html, nothing } from 'lit';
import { formatBytes, formatDuration, formatMetric } from '../../format.js';
import type { ScenarioResult } from '../../harness/report.js';
import { spreadOf, tokenTimes, type TokenTime } from '../../reports/timings.js';
import { define } from '../define.js';
import { type Chart, tenth } from './chart.js';
import { chartTexts } from './chart-texts.js';
import { linePicture, type Points } from './line-picture.js';
import { UnmockedChart } from './unmocked-chart.js';

define({ 'unmocked-chart': UnmockedChart });

/** The charts of one scenario's result; nothing if nothing in it was measured. */
export function scenarioCharts(result: ScenarioResult | undefined) {
  const charts = result ? chartsOf(result) : [];
  if (charts.length === 0) return nothing;
  return html`<div class="charts" part="charts">
    ${charts.map((chart) => html`<unmocked-chart .chart=${chart}></unmocked-chart>`)}
  </div>`;
}

export function chartsOf({ evidence, series = {} }: ScenarioResult): Chart[] {
  const tokens = tokenChart(tokenTimes(evidence.exchanges));
  const others = Object.entries(series).filter(([, values]) => values.length > 0);
  return [
    ...(tokens ? [tokens] : []),
    ...others.map(([name, values]) => seriesChart(name, values)),
  ];
}

/** Undefined if no reply had a second token. */
export function tokenChart(tokens: readonly TokenTime[]): Chart | undefined {
  const texts = chartTexts.tokens;
  const later = tokens.filter(({ token }) => token > 1);
  const spread = spreadOf(later.map(({ milliseconds }) => milliseconds));
  if (!spread) return undefined;
  const contexts = tokens.map(({ context }) => context);
  const replies = groupByReply(tokens);
  const time = ({ milliseconds }: TokenTime) => milliseconds;
  const lines = (from: number, read: (token: TokenTime) => number): Points[] =>
    replies.flatMap((reply) => {
      const points = reply.filter(({ token }) => token.token >= from);
      return points.length > 0 ? [points.map(({ place, token }) => [place, read(token)])] : [];
    });
  return {
    title: texts.title,
    summary: texts.summary({
      tokens: tokens.length,
      replies: replies.length,
      median: formatDuration(spread.median),
      lowest: formatDuration(spread.lowest),
      highest: formatDuration(spread.highest),
      context: [Math.min(...contexts), Math.max(...contexts)],
    }),
    note: texts.note,
    picture: linePicture(
      [
        { name: texts.milliseconds, format: String, lines: lines(2, time), height: 120 },
        {
          name: texts.context,
          format: String,
          lines: lines(1, ({ context }) => context),
          height: 56,
        },
      ],
      { end: tokens.length, name: texts.x, marks: replies.map(([first]) => first!.place) },
    ),
    columns: texts.columns,
    rows: tokens.map(({ request, token, context, milliseconds }, index) => [
      index + 1,
      request,
      token,
      context,
      milliseconds,
    ]),
  };
}

/** The tokens of each reply, with their places in the scenario, from 1. */
function groupByReply(tokens: readonly TokenTime[]) {
  const replies: { place: number; token: TokenTime }[][] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.token === 1) replies.push([]);
    replies.at(-1)!.push({ place: index + 1, token });
  }
  return replies;
}

function seriesChart(name: string, values: readonly number[]): Chart {
  const texts = chartTexts.series;
  const words = texts.names[name] ?? formatMetric(name, 0).name;
  const format = (value: number) => formatMetric(name, value).value;
  return {
    title: texts.title(words),
    summary: texts.summary(
      words,
      values.length,
      format(values[0]!),
      format(values.at(-1)!),
      format(Math.max(...values)),
    ),
    picture: linePicture(
      [
        {
          name: words,
          format: name.endsWith('Bytes') ? (value) => formatBytes(Math.round(value)) : format,
          lines: [values.map((value, index) => [index + 1, value])],
          dots: true,
          height: 120,
        },
      ],
      { end: values.length, name: texts.x },
    ),
    columns: texts.columns(words, texts.units[/(Ms|Bytes)$/.exec(name)?.[1] ?? ''] ?? ''),
    rows: values.map((value, index) => [index + 1, tenth(value)]),
  };
}
