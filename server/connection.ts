/** Facts about the socket of a request. A request without a socket has none. */
export interface Connection {
  remoteAddress?: string;
  /** Destroys the socket. */
  destroy?: () => void;
  /** Resolves when the answer is over: true if all of it was sent. */
  finished?: Promise<boolean>;
}
