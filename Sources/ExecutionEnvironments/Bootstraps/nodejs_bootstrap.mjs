// Runs a Node.js handler against the Lambda Runtime API, as AWS's nodejs runtimes do. Standard library only, Node.js 18 or later.
//
// The handler is named by _HANDLER (`file.function`, `folder/file.nested.function`) and looked for under LAMBDA_TASK_ROOT,
// CommonJS or ES module. Texts, error types, exit statuses, log formats and the shape of the context are those of AWS's Node.js
// runtime. Requests go over one `net` socket, which keeps the event loop alive only while a request is under way: so Node's
// `beforeExit` tells that the function has nothing left to do, on which `callbackWaitsForEmptyEventLoop` rests.
//
// Two choices differ from AWS's client on purpose. A log message of several lines ends its lines with \n, as CloudWatch shows
// them, not with the \r that AWS's client writes to a plain pipe. And the prelude of HttpResponseStream is also sent when the
// body is empty.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import util from 'node:util';

const MAXIMUM_SHORT_CONNECTIONS = 10;
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId');

// --- Errors
// ----------------------------------------------------------------------------------------------------------------------

function runtimeError(name) {
  const type = { [name]: class extends Error {} }[name];
  type.prototype.name = `Runtime.${name}`;
  return type;
}
const ImportModuleError = runtimeError('ImportModuleError');
const HandlerNotFound = runtimeError('HandlerNotFound');
const MalformedHandlerName = runtimeError('MalformedHandlerName');
const UserCodeSyntaxError = runtimeError('UserCodeSyntaxError');
const MalformedStreamingHandler = runtimeError('MalformedStreamingHandler');
const InvalidStreamingOperation = runtimeError('InvalidStreamingOperation');
const NodeJsExit = runtimeError('NodeJsExit');
const UnhandledPromiseRejection = runtimeError('UnhandledPromiseRejection');

class HostGone extends Error {}

const NODE_EXIT =
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. ' +
  'For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';

/** The JSON that the invoker sees. */
function report(error) {
  try {
    if (util.types.isNativeError(error) || (error?.name && error?.message && error?.stack)) {
      return { errorType: error.name, errorMessage: error.message, trace: error.stack.split('\n') };
    }
    return { errorType: typeof error, errorMessage: error.toString(), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
    };
  }
}

/** An error in a log line: a tab, then JSON with what `JSON.stringify` leaves out of errors. */
function formatted(error) {
  const visible = (_, value) => {
    if (!(value instanceof Error)) return value;
    const fields = { errorType: value.name, errorMessage: value.message, code: value.code, ...value };
    return typeof value.stack === 'string' ? { ...fields, stack: value.stack.split('\n') } : fields;
  };
  try {
    return `\t${JSON.stringify(error, visible)}`;
  } catch {
    return `\t${JSON.stringify(report(error))}`;
  }
}

// --- Logs
// ------------------------------------------------------------------------------------------------------------------------

const LEVELS = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 };
const isJSONLog = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
let tenantID;

function errorFields(error) {
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
  };
}

function jsonLine(timestamp, level, message, parameters) {
  const line = { timestamp, level, requestId: globalThis[REQUEST_ID] };
  if (tenantID) line.tenantId = tenantID;
  if (parameters.length === 0) {
    try {
      const expand = (_, value) => (value instanceof Error ? { ...errorFields(value), ...value } : value);
      return JSON.stringify({ ...line, message }, expand);
    } catch {
      return JSON.stringify({ ...line, message: util.format(message) });
    }
  }
  const error = parameters.find((parameter) => parameter instanceof Error);
  return JSON.stringify({ ...line, message: util.format(message, ...parameters), ...(error ? errorFields(error) : {}) });
}

function log(level, message, parameters) {
  const timestamp = new Date().toISOString();
  const line = isJSONLog
    ? jsonLine(timestamp, level, message, parameters)
    : `${timestamp}\t${globalThis[REQUEST_ID]}\t${level}\t${util.format(message, ...parameters)}`;
  process.stdout.write(`${line}\n`);
}

function patchConsole() {
  const least = LEVELS[process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()] ?? LEVELS.TRACE;
  const methods = { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR', fatal: 'FATAL' };
  for (const [method, level] of Object.entries(methods)) {
    console[method] = LEVELS[level] >= least ? (message, ...parameters) => log(level, message, parameters) : () => {};
  }
  console.log = console.info;
}

function logError(title, error) {
  const real = error instanceof Error ? error : new Error(error);
  if (isJSONLog) console.error(real);
  else console.error(title, formatted(real));
}

// --- The wire
// --------------------------------------------------------------------------------------------------------------------

/** One keep-alive connection, one request at a time. */
class RuntimeAPI {
  constructor(address) {
    const slash = address.indexOf('/') < 0 ? address.length : address.indexOf('/');
    this.authority = address.slice(0, slash);
    const colon = this.authority.lastIndexOf(':');
    this.host = this.authority.slice(0, colon).replace(/^\[|\]$/g, '');
    this.port = Number(this.authority.slice(colon + 1));
    this.prefix = `${address.slice(slash).replace(/\/$/, '')}/2018-06-01/runtime/`;
    this.socket = undefined;
    this.hasConnected = false;
    this.buffer = Buffer.alloc(0);
    this.waiting = undefined;
  }

  /** Waits for an event. Undefined when the host has gone. */
  async next() {
    let shortConnections = 0;
    while (shortConnections < MAXIMUM_SHORT_CONNECTIONS) {
      const started = Date.now();
      try {
        const answer = await this.exchange([`GET ${this.prefix}invocation/next HTTP/1.1\r\nHost: ${this.authority}\r\n\r\n`]);
        if (answer.status !== 200) {
          throw new Error(`/runtime/invocation/next was answered with ${answer.status} ${answer.body.toString('utf8', 0, 1024)}`);
        }
        return answer;
      } catch (error) {
        if (error.code === 'ECONNREFUSED' && this.hasConnected) return undefined;
        if (error.code === 'ECONNREFUSED') throw error;
        if (!(error instanceof HostGone) && error.code === undefined) throw error;
        shortConnections = Date.now() - started < 1000 ? shortConnections + 1 : 0;
      }
    }
    return undefined;
  }

  /** Sends a result that is known as a whole. A refusal is logged only: the host has told the invoker already. */
  async post(route, body, headers = {}) {
    const bytes = Buffer.from(body);
    const parts = [this.head(route, { ...headers, 'Content-Length': bytes.length }), bytes];
    // The host may have closed the connection while the handler ran. If it did read the request, it refuses the second one.
    const again = (error) => {
      if (error instanceof HostGone || error.code !== undefined) return this.exchange(parts);
      throw error;
    };
    this.checkAcknowledgement(route, await this.exchange(parts).catch(again));
  }

  checkAcknowledgement(route, answer) {
    if (answer.status >= 300) process.stderr.write(`${route} was answered with ${answer.status} ${answer.body.toString('utf8', 0, 1024)}\n`);
  }

  head(route, headers) {
    const lines = Object.entries({ Host: this.authority, 'Content-Type': 'application/json', ...headers });
    return `POST ${this.prefix}${route} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  }

  async exchange(parts) {
    await this.open();
    this.socket.cork();
    for (const part of parts) this.socket.write(part);
    this.socket.uncork();
    return this.answer();
  }

  async open() {
    if (this.socket && !this.socket.destroyed && !this.socket.readableEnded) return;
    this.buffer = Buffer.alloc(0);
    const socket = net.connect({ host: this.host, port: this.port, noDelay: true });
    this.socket = socket;
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.removeAllListeners('error');
    this.hasConnected = true;
    socket.unref();
    socket.on('data', (data) => {
      this.buffer = this.buffer.length === 0 ? data : Buffer.concat([this.buffer, data]);
      this.settle();
    });
    const gone = (error) => {
      socket.destroy();
      this.fail(error ?? new HostGone('the host closed the connection'));
    };
    socket.on('error', gone).on('end', () => gone()).on('close', () => gone());
  }

  /** Resolves with the next answer on the connection, and keeps the process alive until it is there. */
  answer() {
    this.socket.ref();
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject, socket: this.socket, head: undefined, parts: [], have: 0 };
      if (this.socket.destroyed) this.fail(new HostGone('the host closed the connection'));
      else this.settle();
    });
  }

  fail(error) {
    const waiting = this.waiting;
    this.waiting = undefined;
    waiting?.reject(error);
  }

  settle() {
    const waiting = this.waiting;
    if (!waiting) return;
    try {
      waiting.head ??= this.takeHead();
      if (!waiting.head) return;
      if (!(waiting.head.chunked ? this.takeChunks(waiting) : this.takeBody(waiting))) return;
    } catch (error) {
      waiting.socket.destroy();
      return this.fail(error);
    }
    this.waiting = undefined;
    waiting.socket.unref();
    if (waiting.head.headers.connection?.toLowerCase() === 'close') waiting.socket.destroy();
    waiting.resolve({ status: waiting.head.status, headers: waiting.head.headers, body: Buffer.concat(waiting.parts) });
  }

  takeHead() {
    const end = this.buffer.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [status, ...lines] = this.take(end + 4).toString('utf8', 0, end).split('\r\n');
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    return {
      status: Number(status.split(' ')[1]),
      headers,
      length: Number(headers['content-length'] ?? 0),
      chunked: headers['transfer-encoding']?.toLowerCase() === 'chunked',
    };
  }

  takeBody(waiting) {
    const part = this.take(Math.min(this.buffer.length, waiting.head.length - waiting.have));
    waiting.parts.push(part);
    waiting.have += part.length;
    return waiting.have === waiting.head.length;
  }

  takeChunks(waiting) {
    for (;;) {
      const end = this.buffer.indexOf('\r\n');
      if (end < 0) return false;
      const size = parseInt(this.buffer.toString('latin1', 0, end), 16);
      if (!(size >= 0)) throw new Error('a chunk has no proper size');
      if (size === 0) {
        const last = this.buffer.indexOf('\r\n\r\n', end);
        if (last < 0) return false;
        this.take(last + 4);
        return true;
      }
      if (this.buffer.length < end + 2 + size + 2) return false;
      this.take(end + 2);
      waiting.parts.push(this.take(size));
      this.take(2);
    }
  }

  take(length) {
    const taken = this.buffer.subarray(0, length);
    this.buffer = this.buffer.subarray(length);
    return taken;
  }
}

/** The body of a streamed response: chunks, and trailers when it fails. Its head leaves with the first bytes. */
class ResponseStream extends Writable {
  #api;
  #route;
  #contentType = 'application/octet-stream';
  #begun = false;
  #trailers = '';

  constructor(api, requestID, highWaterMark) {
    super({ highWaterMark, decodeStrings: true });
    this.#api = api;
    this.#route = `invocation/${requestID}/response`;
    this.acknowledged = new Promise((resolve, reject) => this.once('finish', resolve).once('error', reject));
    // A failure is reported where the promise is awaited; nobody may be there yet.
    this.acknowledged.catch(() => {});
  }

  setContentType(type) {
    if (this.#begun) throw new InvalidStreamingOperation('Cannot set content-type, too late.');
    this.#contentType = type;
  }

  write(chunk, ...rest) {
    const isPlain = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return super.write(isPlain ? chunk : JSON.stringify(chunk), ...rest);
  }

  end(chunk, ...rest) {
    const isPlain = chunk == null || typeof chunk === 'string' || typeof chunk === 'function' || chunk instanceof Uint8Array;
    return super.end(isPlain ? chunk : JSON.stringify(chunk), ...rest);
  }

  /** Ends the response with an error. */
  fail(error) {
    const body = report(error);
    this.#trailers =
      `Lambda-Runtime-Function-Error-Type: ${body.errorType.replace(/[^\x20-\x7e]/g, '?')}\r\n` +
      `Lambda-Runtime-Function-Error-Body: ${Buffer.from(JSON.stringify(body)).toString('base64')}\r\n`;
    if (!this.writableEnded) this.end();
    return this.acknowledged;
  }

  _write(chunk, _, callback) {
    this.#begin().then(() => this.#send(chunk, callback), callback);
  }

  _final(callback) {
    const finish = async () => {
      await this.#begin();
      this.#api.socket.write(`0\r\n${this.#trailers}\r\n`);
      this.#api.checkAcknowledgement(this.#route, await this.#api.answer());
    };
    finish().then(() => callback(), callback);
  }

  async #begin() {
    if (this.#begun) return;
    this.#begun = true;
    await this.#api.open();
    const headers = {
      'Content-Type': this.#contentType,
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      'Transfer-Encoding': 'chunked',
      Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
    };
    this.#api.socket.write(this.#api.head(this.#route, headers));
    this._onBeforeFirstWrite?.((part) => this.#send(Buffer.from(part)));
  }

  #send(chunk, callback) {
    if (chunk.length === 0) return callback?.();
    const socket = this.#api.socket;
    socket.cork();
    socket.write(`${chunk.length.toString(16)}\r\n`);
    socket.write(chunk);
    socket.write('\r\n', callback);
    socket.uncork();
  }
}

// --- The handler
// -----------------------------------------------------------------------------------------------------------------

const taskRequire = createRequire(import.meta.url);

function installGlobals() {
  if (['1', 'true'].includes(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) return;
  globalThis.awslambda = {
    streamifyResponse: (handler, options) => {
      handler[STREAMING] = 'response';
      if (typeof options?.highWaterMark === 'number') handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
      return handler;
    },
    HttpResponseStream: {
      from: (stream, prelude) => {
        stream.setContentType('application/vnd.awslambda.http-integration-response');
        stream._onBeforeFirstWrite = (write) => {
          write(JSON.stringify(prelude));
          write(new Uint8Array(8));
        };
        return stream;
      },
    },
  };
}

function isInModulePackage(folder) {
  if (folder.endsWith('/node_modules')) return false;
  const description = path.join(folder, 'package.json');
  if (fs.existsSync(description)) {
    try {
      return JSON.parse(fs.readFileSync(description, 'utf8')).type === 'module';
    } catch (error) {
      console.warn(`${description} cannot be read, it will be ignored for ES module detection purposes.`, error);
      return false;
    }
  }
  return folder !== '/' && isInModulePackage(path.dirname(folder));
}

/** The function's module, tried in AWS's order: no extension, .js, .mjs, .cjs, TypeScript where Node.js strips types, packages. */
async function loadModule(root, folder, name) {
  const base = path.resolve(root, folder, name);
  const isModule = isInModulePackage(path.dirname(base));
  const takesTypes = Number.parseInt(process.versions.node, 10) >= 24;
  const candidates = [
    ['', false],
    ['.js', isModule],
    ['.mjs', true],
    ['.cjs', false],
    ...(takesTypes ? [['.ts', isModule], ['.mts', true], ['.cts', false]] : []),
  ];
  for (const [extension, asModule] of candidates) {
    const file = base + extension;
    if (!fs.existsSync(file)) continue;
    return asModule ? await import(pathToFileURL(file).href) : taskRequire(file);
  }
  return taskRequire(taskRequire.resolve(name, { paths: [root, path.resolve(root, folder)] }));
}

async function loadHandler(root, name) {
  if (name.includes('..')) {
    throw new MalformedHandlerName(
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const last = path.basename(name);
  const match = last.match(/^([^.]*)\.(.*)$/);
  if (!match) throw new MalformedHandlerName('Bad handler');
  let module;
  try {
    module = await loadModule(root, name.slice(0, name.indexOf(last)), match[1]);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserCodeSyntaxError(error);
    if (error?.code === 'MODULE_NOT_FOUND') throw new ImportModuleError(error);
    throw error;
  }
  const handler = match[2].split('.').reduce((value, key) => value?.[key], module);
  if (!handler) throw new HandlerNotFound(`${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw new HandlerNotFound(`${name} is not a function`);
  if (handler[STREAMING] && handler[STREAMING] !== 'response') {
    throw new MalformedStreamingHandler('Only response streaming is supported.');
  }
  return handler;
}

function parseHeader(text, name) {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

/** Completes the object with `callbackWaitsForEmptyEventLoop` and the like to the context of an invocation. */
function completeContext(context, headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return Object.assign(context, {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parseHeader(headers['lambda-runtime-client-context'], 'ClientContext'),
    identity: parseHeader(headers['lambda-runtime-cognito-identity'], 'CognitoIdentity'),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  });
}

function stringify(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? 'null';
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

// --- Running
// ---------------------------------------------------------------------------------------------------------------------

/** What to do when the event loop is empty; replaced by whoever has something to do then. */
let whenIdle = () => {};
process.on('beforeExit', () => {
  const action = whenIdle;
  whenIdle = () => {};
  action();
});

/** Resolves when the function has nothing left to do, or at once. */
function idle(waits) {
  if (!waits) return Promise.resolve();
  return new Promise((resolve) => {
    whenIdle = resolve;
  });
}

/** Calls a handler that gives its result by returning it, by a promise, or by one of the callbacks. Resolves when it is sent. */
function invokeBuffered(api, handler, { headers, body }) {
  const requestID = headers['lambda-runtime-aws-request-id'];
  return new Promise((resolve, reject) => {
    let waits = true;
    let isSettled = false;
    const postError = async (error) => {
      logError('Invoke Error', error);
      await api.post(`invocation/${requestID}/error`, JSON.stringify(report(error)));
    };
    const post = async (result) => {
      let text;
      try {
        text = stringify(result);
      } catch (error) {
        return postError(error);
      }
      await api.post(`invocation/${requestID}/response`, text);
    };
    // Only the first call of any of the callbacks counts.
    const settle = (send) => {
      if (isSettled) return;
      isSettled = true;
      whenIdle = () => {};
      send().then(resolve, reject);
    };
    const isError = (error) => error !== undefined && error !== null;
    const done = (error, result) => settle(() => (isError(error) ? postError(error) : post(result)));
    const callback = (error, result) =>
      settle(() => (isError(error) ? postError(error) : idle(waits).then(() => post(result))));
    const context = {
      get callbackWaitsForEmptyEventLoop() {
        return waits;
      },
      set callbackWaitsForEmptyEventLoop(value) {
        waits = value;
      },
      succeed: (result) => done(null, result),
      fail: (error) => done(isError(error) ? error : 'handled'),
      done,
    };
    // The loop has run empty and nobody has called back. An async function will never settle; of others AWS takes that for null.
    whenIdle = () => done(handler.constructor.name === 'AsyncFunction' ? new NodeJsExit(NODE_EXIT) : null, null);
    try {
      const result = handler(JSON.parse(body.toString()), completeContext(context, headers), callback);
      if (typeof result?.then === 'function') result.then(context.succeed, context.fail);
    } catch (error) {
      done(isError(error) ? error : 'handled');
    }
  });
}

/** Calls a handler that was wrapped by `streamifyResponse`. Resolves when its response has ended. */
async function invokeStreaming(api, handler, { headers, body }) {
  const stream = new ResponseStream(api, headers['lambda-runtime-aws-request-id'], handler[HIGH_WATER_MARK]);
  const fail = (error) => {
    logError('Invoke Error', error);
    return stream.fail(error);
  };
  const context = { callbackWaitsForEmptyEventLoop: true };
  try {
    const result = handler(JSON.parse(body.toString()), stream, completeContext(context, headers));
    if (typeof result?.then !== 'function') return await fail('Streaming does not support non-async handlers.');
    const neverEnds = new Promise((_, reject) => {
      whenIdle = () => reject('Response stream is not finished.');
    });
    if ((await Promise.race([result, neverEnds])) !== undefined) console.warn('Streaming handlers ignore return values.');
    await Promise.race([stream.acknowledged, neverEnds]);
  } catch (error) {
    return await fail(error);
  }
  await idle(context.callbackWaitsForEmptyEventLoop);
}

async function run() {
  patchConsole();
  if (!process.env.AWS_LAMBDA_RUNTIME_API) {
    process.stderr.write('AWS_LAMBDA_RUNTIME_API is not set: a Lambda host has to start this program.\n');
    process.exit(1);
  }
  const api = new RuntimeAPI(process.env.AWS_LAMBDA_RUNTIME_API);
  let requestID;
  // Over a connection of its own: the other one may have a request under way.
  const die = async (title, error, status) => {
    logError(title, error);
    const text = report(error);
    const header = { 'Lambda-Runtime-Function-Error-Type': text.errorType };
    const route = requestID ? `invocation/${requestID}/error` : 'init/error';
    try {
      await new RuntimeAPI(process.env.AWS_LAMBDA_RUNTIME_API).post(route, JSON.stringify(text), requestID ? {} : header);
    } finally {
      process.exit(status);
    }
  };
  process.on('uncaughtException', (error) => die('Uncaught Exception', error, 129));
  process.on('unhandledRejection', (reason) =>
    die('Unhandled Promise Rejection', Object.assign(new UnhandledPromiseRejection(reason), { reason }), 128),
  );
  installGlobals();
  let handler;
  try {
    handler = await loadHandler(process.env.LAMBDA_TASK_ROOT ?? process.cwd(), process.env._HANDLER ?? '');
  } catch (error) {
    return die('Uncaught Exception', error, 129);
  }
  const invoke = handler[STREAMING] ? invokeStreaming : invokeBuffered;
  for (;;) {
    const invocation = await api.next();
    if (!invocation) process.exit(0);
    requestID = invocation.headers['lambda-runtime-aws-request-id'];
    globalThis[REQUEST_ID] = requestID;
    tenantID = invocation.headers['lambda-runtime-aws-tenant-id'];
    const trace = invocation.headers['lambda-runtime-trace-id'];
    if (trace) process.env._X_AMZN_TRACE_ID = trace;
    else delete process.env._X_AMZN_TRACE_ID;
    await invoke(api, handler, invocation);
  }
}

run();
