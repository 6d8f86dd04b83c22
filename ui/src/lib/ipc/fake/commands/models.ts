/** Model files. */
import type { Backend } from '../../contract';
import { Cancelled } from '../assistant';
import { answer, done, fake, pace, refuse, running } from '../core';

export const models = {
  models: () => answer(() => fake.models),
  knownModels: () =>
    answer(() => [
      {
        name: 'Harbour 270M (base)',
        license: 'Apache-2.0',
        source: 'https://example.org/harbour-270m',
        package: 'harbour-270m-gguf 1.0.0',
        bytes: 253_100_000,
        sha256: 'b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184',
      },
    ]),
  importModel: (path, request, sink) =>
    answer(async () => {
      if (path !== null && !path.endsWith('.gguf'))
        refuse(
          'models',
          'the model file is not sound: it is not a GGUF file.',
          'Use another copy.',
        );
      running.add(request);
      for (const share of [0, 0.4, 1]) {
        sink({ done: share * 253_100_000, all: 253_100_000 });
        await new Promise((resolve) => setTimeout(resolve, pace.step * 20));
        if (!running.has(request)) throw new Cancelled();
      }
      running.delete(request);
      const row = {
        id: 'harbour-270m',
        name: 'Harbour 270M',
        purpose: 'writing',
        license: 'Apache-2.0',
        bytes: 253_100_000,
        state: 'ready',
        advice: '',
        chosen: false,
        completes: false,
        removable: true,
        memory: 330_000_000,
      };
      fake.models = [...fake.models, row];
      return row;
    }),
  useModel: (id, task) =>
    done(() => {
      const used = task === 'drafting' ? 'chosen' : 'completes';
      fake.models = fake.models.map((model) =>
        model.purpose === 'writing' ? { ...model, [used]: model.id === id } : model,
      );
    }),
  removeModel: (id) =>
    done(() => {
      fake.models = fake.models.filter((model) => model.id !== id);
    }),
  measureModel: () => answer(() => ({ read: 980, written: 118 })),
} satisfies Partial<Backend['commands']>;
