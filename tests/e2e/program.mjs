// Runs a program of ours beside a test, and ends it with everything it started.
//
// The program gets a process group of its own, since killing only the one that was started leaves its children behind;
// they would hold the test runner's output open, and the run would never end.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 5000;

/** Starts a program; `stdout` is "pipe" to read it, else it goes to the log file with the errors. */
export function startProgram(path, args, { env, logFile, stdout = 'log' }) {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const child = spawn(path, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout === 'log' ? log : stdout, log],
  });
  closeSync(log);
  child.on('error', (error) => console.error(`${path}: ${error.message}`));
  return child;
}

/** Asks a program's process group to end, and ends it when it does not. */
export async function stopProgram(child) {
  signalGroup(child, 'SIGTERM');
  const gone = waitForExit(child);
  await Promise.race([gone, pause(PATIENCE_MS, undefined, { ref: false })]);
  signalGroup(child, 'SIGKILL');
  await gone;
}

/** Ends a program at once, as a crash would. */
export async function killProgram(child) {
  signalGroup(child, 'SIGKILL');
  await waitForExit(child);
}

function waitForExit(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', resolve));
}

function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
