import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { behaviours, renderProof } from '../support/proof.ts';

/** Prints the matrix, and writes docs/proof.md when everything was tried. */
export default class ProofReporter implements Reporter {
  readonly #startedAt = performance.now();

  onTestRunEnd(modules: readonly TestModule[]): void {
    const told = modules
      .flatMap((module) => [...module.children.allTests()])
      .flatMap((test) => test.meta().trial ?? [])
      .sort((one, other) => one.index - other.index);
    // A part of them was asked for.
    if (told.length < behaviours.length) return;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const page = renderProof(
      behaviours.flatMap((behaviour, index) => {
        const trial = told[index];
        return trial ? { behaviour, ...trial } : [];
      }),
    );
    writeFileSync(new URL('../../docs/proof.md', import.meta.url), page);
    const matrix = page.slice(page.indexOf('| mutants killed'), page.indexOf('## Mutants'));
    process.stdout.write(`\n${matrix}\n${told.length} runs in ${seconds.toFixed(1)} s\n`);
  }
}
