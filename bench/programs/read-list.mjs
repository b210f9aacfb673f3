// Reads a list so many times, one after the other, and parses it: what no judge of it can do without.
const [, , url, token, times] = process.argv;
for (let time = 0; time < Number(times); time += 1) {
  const response = await fetch(`${url}/api/portal/v1/apiTokens`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  JSON.parse(await response.text());
}
