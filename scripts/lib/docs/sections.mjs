/** The pages of the guide in reading order, as VitePress's sidebar takes them. */
export const guide = [
  {
    text: 'Start',
    items: [
      { text: 'What it is', link: '/' },
      { text: 'A tour', link: '/tour' },
    ],
  },
  {
    text: 'Use it',
    items: [
      { text: 'Test your app', link: '/test-your-app' },
      { text: 'Test your agent', link: '/test-your-agent' },
      { text: 'Write a scenario', link: '/write-a-scenario' },
      { text: 'Embed it', link: '/embed' },
      { text: 'Run it in CI', link: '/ci' },
      { text: 'Talk to a model', link: '/agent' },
      { text: 'Servers', link: '/servers' },
    ],
  },
  {
    text: 'Look it up',
    items: [
      { text: 'Scenarios', link: '/scenarios' },
      { text: 'Configuration', link: '/configuration' },
      { text: 'Models', link: '/models' },
      { text: 'Model card', link: '/model-card' },
      { text: 'Reliability', link: '/reliability' },
      { text: 'Benchmarks', link: '/benchmarks' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
    ],
  },
];
