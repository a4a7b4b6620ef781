"""An agent that knows OpenAI's client and its two variables, and no word of money."""

import os
import sys
import urllib.request

from openai import OpenAI

client = OpenAI(timeout=240, max_retries=0)
ask = [{"role": "user", "content": "one two three"}]
whole = client.chat.completions.create(model="shout", messages=ask)
print(whole.choices[0].message.content, whole.usage.total_tokens, flush=True)
for piece in client.chat.completions.create(model="shout", messages=ask, stream=True):
    print(piece.choices[0].delta.content, flush=True)
    # The model goes on once this has arrived: whoever holds answers back would wait for ever.
    urllib.request.urlopen(os.environ["MODEL_URL"]).read()
sys.exit(0)
