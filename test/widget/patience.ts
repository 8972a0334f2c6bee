import { configure } from '@testing-library/preact'

/** How long `waitFor` and `findBy…` look: as long as `expect.poll` does (vitest.config.ts). */
configure({ asyncUtilTimeout: 25_000 })
