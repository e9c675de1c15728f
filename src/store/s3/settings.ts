// Settings of S3, in programs and on the command line.

export interface S3Options {
  /** URL of the S3 service, instead of the one in the environment. */
  s3Endpoint?: string
}

export const S3_FLAGS = [
  {
    name: 's3-endpoint',
    setting: 's3Endpoint',
    value: 'url',
    description: 'S3 service to talk to',
    default: '$AWS_ENDPOINT_URL_S3, else AWS',
  },
] as const
