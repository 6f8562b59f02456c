import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { API_ENTRIES } from '../../scripts/lib/docs/api-reference.mjs';
import { readDecisions } from '../../scripts/lib/docs/decisions.mjs';
import { slug } from '../../scripts/lib/docs/slug.mjs';
import { guide } from '../../scripts/lib/docs/sections.mjs';

/** The package that the pages show: the built one of this project, or that of `--package`. */
const PACKAGE = path.resolve(
  process.env.UNMOCKED_PACKAGE ?? path.join(import.meta.dirname, '../..'),
);
/** @param {string} name */
const library = (name) => path.join(PACKAGE, 'dist/lib', name);
const { unmocked } = await import(pathToFileURL(library('vite.js')).href);

/** Vue leaves our elements alone. */
const isCustomElement = (/** @type {string} */ tag) => tag.startsWith('unmocked-');

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='6' fill='%23143d3a'/%3E%3Cpath d='M7 8v9a5 5 0 0 0 10 0V8' fill='none' stroke='%23f4f3ee' stroke-width='3.5'/%3E%3Crect x='20' y='8' width='6' height='15' fill='%2357cdb9'/%3E%3C/svg%3E";

const api = [
  { text: 'All entries', link: '/api/' },
  ...API_ENTRIES.map((name) => ({ text: name, link: `/api/${name}` })),
];
const decisions = readDecisions(path.join(import.meta.dirname, '../decisions')).map(
  ({ file, title }) => ({ text: title, link: `/decisions/${file}` }),
);

export default {
  title: 'Unmocked',
  description: 'Real LLM scenarios in the browser: a real model, and checks on tokens it computed.',
  lang: 'en',
  head: [['link', { rel: 'icon', href: ICON }]],
  // Works on every static host: no rewriting of addresses.
  cleanUrls: false,
  srcExclude: ['node_modules/**'],
  rewrites: { 'decisions/README.md': 'decisions/index.md' },
  markdown: {
    anchor: { slugify: slug },
    // The default themes have comments that are too faint to read.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  vue: { template: { compilerOptions: { isCustomElement } } },
  vite: {
    plugins: [unmocked({ isolation: false })],
    resolve: { alias: { 'unmocked/scenario': library('scenario.js') } },
    build: { chunkSizeWarningLimit: 2000 },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Guide', link: '/tour', activeMatch: '^/(?!api/|decisions/)' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
      { text: 'Decisions', link: '/decisions/', activeMatch: '^/decisions/' },
    ],
    sidebar: {
      '/': guide,
      '/api/': [{ text: 'API reference', items: api }],
      '/decisions/': [
        {
          text: 'Decisions',
          items: [{ text: 'All decisions', link: '/decisions/' }, ...decisions],
        },
      ],
    },
  },
};
