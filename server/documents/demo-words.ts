/** Stands on the face and in the data file of whatever the sandbox made. */
export const DEMO_WORDS = '演示票据，不作报销凭证'
