export type { Connection } from './connection.js';
export { createHandler, type Handler, type HandlerOptions } from './handler.js';
export { toListener } from './listener.js';
export { ModelHost } from './model-host.js';
export { serve, type Served } from './serve.js';
export type { ServedModel } from '../src/openai/served-model.js';
export type { LoadModelOptions } from './load-model-options.js';
