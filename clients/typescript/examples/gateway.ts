/** The customer's browser at the page of the test gateway: it opens the page, presses “Pay”, and is led back. */

export async function payAtTestGateway(url: string): Promise<string> {
  const page = await fetch(url);
  if (!page.ok || !(await page.text()).includes('name="choice" value="pays"')) {
    throw new Error(`No page to pay at: ${page.status} ${url}`);
  }
  const pressed = await fetch(url, {
    method: "POST",
    body: new URLSearchParams({ choice: "pays" }),
    redirect: "manual",
  });
  const back = pressed.headers.get("Location");
  if (pressed.status !== 302 || !back) throw new Error(`The gateway did not lead back: ${pressed.status}`);
  return back;
}
