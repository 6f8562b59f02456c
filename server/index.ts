export { createHandler, type Connection, type Handler, type HandlerOptions } from './handler.js';
export { DTYPES, loadServedModel, type ServedModel } from './model.js';
export { serve, type Served } from './serve.js';
