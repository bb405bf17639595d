/** The conversations of the demo, in the order of their choice. Apart from what happens in them, which only its page loads. */
export const STORIES = ['answer', 'inside', 'failure'] as const
export type StoryName = (typeof STORIES)[number]
