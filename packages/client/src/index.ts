export type { ClaimedNotification, WorkerTotals } from './batch';
export { type Client, type ClientSettings, createClient } from './client';
export type { BodyOf, CallOptions, Method, OptionsOf, PathOf, Schema } from './operations';
export { NotDelivered } from './outcomes';
export { ApiProblem, NoAnswer, type ProblemCode } from './problem';
export { runWorker, type WorkerOptions } from './worker';
export type { components, paths } from './schema';
