// An S3 server in a process of its own: node s3-server-child.mjs <folder> <bucket...>; says its port on stdout.
import S3rver from '@20minutes/s3rver';

const [directory, ...buckets] = process.argv.slice(2);
const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory,
  vhostBuckets: false,
  // It signs `/bucket` where the AWS SDK signs `/bucket/`: names of keys are checked, their signatures are not.
  allowMismatchedSignatures: true,
  configureBuckets: buckets.map((name) => ({ name })),
});
const { port } = await server.run();
process.stdout.write(`${port}\n`);
process.on('disconnect', () => process.exit(0));
