/**
 * Ends this process when the one that started it is gone, however that ended: its end of the pipe
 * closes even after a `kill -9`.
 */
export function endWithParent(): void {
  process.stdin.on('close', () => process.exit(0)).resume();
}
