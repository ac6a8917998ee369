// Preloaded into a target of bootstrap.mjs: asks the target to end when the bootstrap is gone, killed or not.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Listening would keep the process alive; it must end when its own work is done.
process.channel?.unref();
