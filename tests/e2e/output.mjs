// Where tests leave what people look at afterwards: screenshots and the logs of the programs they ran.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const screens = resolve(process.env.HONGYAN_SCREENS ?? 'test-output/screens');

/** Keeps a PNG under `name`, for instance "window/report-zh". */
export function keepScreen(name, png) {
  const file = join(screens, `${name}.png`);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, png);
}

/** The log file of a program that a test runs. */
export function logFile(name) {
  return join(screens, '..', 'logs', `${name}.log`);
}
