export { http } from 'msw';
export { setupWorker } from 'msw/browser';
