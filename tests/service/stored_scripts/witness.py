"""What stands beside a page in a browser, and notes each script of somebody else that runs or nearly does."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request

# Nothing is there, and nothing of ours leads there.
ELSEWHERE = "https://elsewhere.invalid/"

# What needs no reader runs by itself. The rest is poked: the events that readers cause are sent, and what
# leads to a script is followed. Elements that a text brought along and that cannot be poked are marked, and
# count by being there. Methods are taken from prototypes, for names of elements hide those of the document.
_POKE = """() => {
    const nodes = [...Document.prototype.querySelectorAll.call(document, "*")];
    for (const { shadowRoot } of nodes)
        if (shadowRoot) nodes.push(...DocumentFragment.prototype.querySelectorAll.call(shadowRoot, "*"));
    const addresses = ["href", "xlink:href", "src", "action", "formaction", "data"];
    const scheme = (value) => {
        try { return new URL(value, location).protocol; } catch { return ""; }
    };
    const odd = [];
    for (const node of nodes) {
        for (const name of ["mouseover", "mouseenter", "pointerover", "focus"])
            node.dispatchEvent(new Event(name));
        if (node.hasAttribute("data-ran")) ran(Number(node.getAttribute("data-ran")));
        const led = addresses.map((name) => node.hasAttribute(name) && scheme(node.getAttribute(name)));
        const heard = node.getAttributeNames().some((name) => name.startsWith("on"));
        if (led.includes("javascript:") || node.hasAttribute("onclick"))
            node.dispatchEvent(new MouseEvent("click", { cancelable: true }));
        if (heard || led.includes("javascript:") || led.includes("data:"))
            odd.push(node.outerHTML.slice(0, 200));
    }
    return odd;
}"""
_SETTLE = "milliseconds => new Promise((done) => setTimeout(done, milliseconds))"


@dataclass
class Witness:
    """Which texts ran, and whatever else looks as if one had tried to."""

    ran: set[int] = field(default_factory=set)
    attempts: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Listen to all pages of a context, and give their scripts the marker to call."""
        context.expose_binding("ran", lambda source, index: self.ran.add(index))
        context.route(f"{ELSEWHERE}**", lambda route: route.abort())
        context.on("request", self._heed_request)
        context.on("console", self._heed_console)
        context.on("dialog", self._heed_dialog)

    def look(self, page: Page, patience: int = 0) -> None:
        """Poke everything on a page, and wait some milliseconds for what comes later."""
        self.attempts += page.evaluate(_POKE)
        page.evaluate(_SETTLE, patience)

    def _heed_dialog(self, dialog: Dialog) -> None:
        self.attempts.append(dialog.message)
        dialog.dismiss()

    def _heed_request(self, request: Request) -> None:
        if request.url.startswith(ELSEWHERE):
            self.attempts.append(request.url)

    def _heed_console(self, said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text or "Trusted" in said.text:
            self.attempts.append(said.text)
