import type { Page } from 'playwright-core';
import { type FakeOllama, startFakeOllama } from '../../support/fake-ollama';
import { type Dashboard, openDashboard } from './dashboard';
import type { Visit } from './visit';

/** Words that would do something that is noticed, were they ever taken for markup, a script or a picture. */
export const HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script><svg/onload=alert(3)>';
export const LINKED = '![x](https://example.invalid/pixel.png) javascript:alert(4)';

/** The dashboard beside a model whose every word is scripted, and a tab on it. */
export interface ModelDashboard {
  model: FakeOllama;
  on: Dashboard;
  tab: Visit;
  page: Page;
  /** What the model answers from now on, a question each, the last one to all that follow. */
  says(...answers: object[]): void;
  /** The model takes questions and answers none. Resolves once whoever asked has gone. */
  hangs(): Promise<void>;
  /** What the service would answer there, had it checked nothing; until `honest`. */
  answers(url: string, json: object): Promise<void>;
  honest(): Promise<void>;
  button(name: string | RegExp): ReturnType<Page['getByRole']>;
  alert(title: string): ReturnType<Page['getByRole']>;
  close(): Promise<void>;
}

export async function openWithModel(): Promise<ModelDashboard> {
  const model = await startFakeOllama();
  const on = await openDashboard(undefined, { OLLAMA_HOST: model.url });
  const tab = await on.visit();
  const { page } = tab;
  return {
    model,
    on,
    tab,
    page,
    says: (...answers) => model.says(...answers.map((answer) => JSON.stringify(answer))),
    hangs: () => new Promise((gone) => model.misbehaves((_req, res) => void res.once('close', () => gone()))),
    answers: async (url, json) => void (await page.route(url, (route) => route.fulfill({ json }))),
    honest: () => page.unrouteAll(),
    button: (name) => page.getByRole('button', { name, exact: true }),
    alert: (title) => page.getByRole('alert').filter({ hasText: title }),
    close: async () => {
      await on.close();
      await model.close();
    },
  };
}
