"""As agent.py, where OpenAI's client cannot be had."""

import json
import os
import urllib.request

ask = {"model": "shout", "messages": [{"role": "user", "content": "one two three"}]}


def post(body):
    headers = {"authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "content-type": "application/json"}
    url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
    return urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=240)


whole = json.load(post(ask))
print(whole["choices"][0]["message"]["content"], whole["usage"]["total_tokens"], flush=True)
for line in post({**ask, "stream": True}):
    text = line.decode().strip()
    if text == "" or text == "data: [DONE]":
        continue
    print(json.loads(text[len("data: ") :])["choices"][0]["delta"]["content"], flush=True)
    urllib.request.urlopen(os.environ["MODEL_URL"]).read()
