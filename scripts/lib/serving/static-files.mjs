export * from '../../../src/tools/static-files.js';
