import { parentPort, workerData } from 'node:worker_threads';
import { TooSmall } from './coverage';
import { Loader } from './loader';
import type { LoaderAnswer, LoaderNews, LoaderRequest, LoaderSettings } from './loader-request';
import { connect } from './source';
import { answerRequests } from '../thread';

const { maxBytes, ...options } = workerData as LoaderSettings;
let loader: Loader;

answerRequests<LoaderRequest, LoaderAnswer>(parentPort!, async (request) => {
  if (request.do === 'look') return loader.look(request.thorough);
  if (request.do === 'apply') {
    loader.apply();
    return { found: 'loaded', data: loader.data, facts: loader.facts, showsChanges: loader.showsChanges };
  }
  try {
    loader = await Loader.load(await connect(options), maxBytes, (rows, of) =>
      parentPort!.postMessage({ news: { rows, of } satisfies LoaderNews }),
    );
    return { found: 'loaded', data: loader.data, facts: loader.facts, showsChanges: loader.showsChanges };
  } catch (error) {
    if (error instanceof TooSmall) return { found: 'too-small', why: error.message };
    throw error;
  }
});
