// What those who use S3 may set, in programs and on the command line.

export interface S3Options {
  /** Address of the S3 service, in place of that in the environment. */
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
