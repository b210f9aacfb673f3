import type { Reporter, TestModule } from 'vitest/node';
import { bugSite } from '../contract/bug-site.ts';
import { deliver } from '../report/deliver.ts';
import { outputOf } from '../report/output.ts';
import type { Handover } from './suite.ts';

/**
 * Tells the story of the project `conformance`: the same text, report and exit
 * code as the command. Without a report the run was none, and that is an error.
 */
export default class ConformanceReporter implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    for (const module of modules) {
      if (module.project.name !== 'conformance') continue;
      const { run } = module.meta() as { run?: Handover };
      const exitCode = run ? await this.#deliver(run) : this.#broken(module);
      // vitest sets an exit code of its own after this.
      process.on('exit', (code) => {
        if (code <= 1) process.exitCode = exitCode || code;
      });
    }
  }

  #deliver({ report, settings }: Handover): Promise<number> {
    const output = outputOf(process, process.env);
    // vitest's own reporter annotates what it ran.
    const delivery = { ...settings, annotate: false };
    return deliver(report, delivery, { ...output, out: (text) => output.out(`\n${text}`) });
  }

  #broken(module: TestModule): number {
    const what = module
      .errors()
      .map(({ name, stack }) => bugSite(Object.assign(new Error(), { name, stack })));
    process.stderr.write(`portal-conformance: the suite did not report. ${what.join('; ')}\n`);
    return 70;
  }
}
