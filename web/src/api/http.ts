import { fromJson, toJson } from './json';

/** One place where requests leave and errors are made readable. */

import { noteServerTime } from './clock';

/** A failure with a sentence for the user. `status` 0 means that the server was not reached. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
    readonly details: unknown = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export const UNREACHABLE = 'unreachable';

export function isUnreachable(error: unknown): boolean {
  return error instanceof ApiError && error.code === UNREACHABLE;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** What to tell the user about any thrown value. */
export function describe(error: unknown): string {
  return error instanceof Error && error.message ? error.message : 'Something went wrong. Please try again.';
}

export interface RequestOptions {
  method?: string;
  json?: unknown;
  body?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

type Listener = (reached: boolean) => void;
const listeners = new Set<Listener>();

/** Be told after each request whether the server was reached. */
export function onReach(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function report(reached: boolean): void {
  for (const listener of listeners) listener(reached);
}

/** The response of a request that the server granted; throws ApiError otherwise. */
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const { json, signal, headers } = options;
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? (json === undefined && !options.body ? 'GET' : 'POST'),
      headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: json === undefined ? (options.body ?? null) : toJson(json),
      signal: signal ?? null,
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    report(false);
    throw new ApiError(
      'The VoiceGraph server does not answer. Check that it is running; this page goes on by itself once it is back.',
      UNREACHABLE,
      0,
    );
  }
  report(true);
  noteServerTime(response.headers);
  if (!response.ok) throw await toError(response);
  return response;
}

export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  return fromJson(await response.text()) as T;
}

async function toError(response: Response): Promise<ApiError> {
  const body = await response
    .text()
    .then(fromJson)
    .catch(() => null);
  if (body && typeof body === 'object' && 'error' in body && typeof body.error === 'string') {
    const code = 'code' in body && typeof body.code === 'string' ? body.code : `http_${response.status}`;
    return new ApiError(body.error, code, response.status, 'details' in body ? body.details : null);
  }
  return new ApiError(
    `The server answered ${response.status} without saying why. Its log has the details.`,
    `http_${response.status}`,
    response.status,
  );
}
