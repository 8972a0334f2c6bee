/**
 * Run as a child process with TMPDIR set: unpacks Chromium and its libraries there and ends.
 * A child, because the package reads TMPDIR and AWS_LAMBDA_JS_RUNTIME while it is being imported, and a
 * test process should not live with either.
 */
// Without it the package keeps the NSS and NSPR libraries packed, and a bare machine has none of its own.
process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs24.x'

const { default: packed } = await import('@sparticuz/chromium')
await packed.executablePath()
