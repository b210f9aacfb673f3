import type { Reporter, TestModule } from 'vitest/node';
import { bugSite } from '../contract/judge.ts';
import { renderConsole } from './console.ts';
import { inert } from './inert.ts';
import type { Report } from './report.ts';
import { writeReports } from './write.ts';

/** What `specs/conformance.spec.ts` hands over when it has ended. */
interface Handed {
  readonly report: Report;
  readonly settings: {
    readonly reports: Parameters<typeof writeReports>[1];
    readonly detail: 'quiet' | 'normal' | 'verbose';
  };
}

/**
 * Tells the story of the project `conformance`: the same text, report and exit
 * code as the command. Without a report the run was none, and that is an error.
 */
export default class ConformanceReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      if (module.project.name !== 'conformance') continue;
      const { run } = module.meta() as { run?: Handed };
      const exitCode = run ? this.#deliver(run) : this.#broken(module);
      // vitest sets an exit code of its own after this.
      process.on('exit', (code) => {
        if (code <= 1) process.exitCode = exitCode || code;
      });
    }
  }

  #deliver({ report, settings: { reports, detail } }: Handed): number {
    const toStdout = reports.some(({ path }) => path === '-');
    const stream = toStdout ? process.stderr : process.stdout;
    const color = stream.isTTY === true && !process.env.NO_COLOR;
    stream.write(`\n${renderConsole(report, { color, detail })}`);
    const trouble = writeReports(report, reports, (text) => process.stdout.write(text));
    for (const sentence of trouble)
      process.stderr.write(`portal-conformance: ${inert(sentence)}\n`);
    return report.exitCode || (trouble.length > 0 ? 2 : 0);
  }

  #broken(module: TestModule): number {
    const what = module
      .errors()
      .map(({ name, stack }) => bugSite(Object.assign(new Error(), { name, stack })));
    process.stderr.write(`portal-conformance: the suite did not report. ${what.join('; ')}\n`);
    return 70;
  }
}
