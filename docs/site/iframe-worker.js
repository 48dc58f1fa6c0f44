/* Search in pages that are opened as files: browsers start no worker there, so its script runs in a hidden frame.
   Stands in for Worker; the search's script asks for it by the name IFrameWorker. */
if (location.protocol === "file:") {
  window.IFrameWorker = window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      frame.srcdoc = `<script>postMessage = data => setTimeout(() => frameElement.answer(data))</script>
        <script src="${new URL(url, document.baseURI)}"></script>`
      frame.answer = data => this.dispatchEvent(new MessageEvent("message", { data }))
      this.ready = new Promise(ready => (frame.onload = () => ready(frame.contentWindow)))
      const put = () => document.body.append(frame)
      document.body ? put() : document.addEventListener("DOMContentLoaded", put)
    }

    postMessage(data) {
      this.ready.then(inside => inside.dispatchEvent(new MessageEvent("message", { data })))
    }
  }
}
