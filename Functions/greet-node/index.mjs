// Greets, in JavaScript: the same answers as Hello gives, from a handler file without any package.

export const handler = async (event, context) => {
  const name = event.pathParameters?.name || event.name || 'world';
  console.log(`greeting ${name} for ${context.awsRequestId}, ${context.getRemainingTimeInMillis()} ms left`);
  const message = `Hello, ${name}!`;
  if (event.version === '2.0' || event.httpMethod !== undefined) {
    return {
      statusCode: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ message }),
    };
  }
  return { message };
};
