"""How the screen looks beyond the theme: the logo and a few rules of layout."""

# The browser tab's. Our own: one of Streamlit's icons would be fetched from a server of fonts.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="-2 0 32 32">'
    '<path d="M4 3h13l6 6v20H4z" fill="#fff" stroke="#1f5f7a" stroke-width="2" stroke-linejoin="round"/>'
    '<path d="M17 3v6h6" fill="none" stroke="#1f5f7a" stroke-width="2" stroke-linejoin="round"/>'
    '<rect x="6.5" y="16" width="14" height="5.4" rx="1" fill="#ffd84d"/></svg>'
)
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="148" height="32" viewBox="0 0 148 32">'
    '<path d="M4 3h13l6 6v20H4z" fill="#fff" stroke="#1f5f7a" stroke-width="2" stroke-linejoin="round"/>'
    '<path d="M17 3v6h6" fill="none" stroke="#1f5f7a" stroke-width="2" stroke-linejoin="round"/>'
    '<path d="M8 13.5h11M8 24h8" stroke="#8fa5b0" stroke-width="2" stroke-linecap="round"/>'
    '<rect x="6.5" y="16" width="14" height="5.4" rx="1" fill="#ffd84d"/>'
    '<path d="M8 18.7h11" stroke="#1c2830" stroke-width="2" stroke-linecap="round"/>'
    '<text x="33" y="23" font-family="Source Sans, Segoe UI, Helvetica, Arial, sans-serif" font-size="21" '
    'font-weight="700" fill="#1c2830">Pagecite</text></svg>'
)

# Streamlit's upload field speaks English only: its words are replaced by ours.
_UPLOAD = """
[data-testid="stFileUploaderDropzone"] button p, [data-testid="stFileUploaderDropzoneInstructions"] span {{
  font-size: 0; }}
[data-testid="stFileUploaderDropzone"] button p::after {{ content: "{button}"; font-size: .875rem; }}
[data-testid="stFileUploaderDropzoneInstructions"] span::after {{ content: "{limit}"; font-size: .875rem; }}
"""

# Class names st-key-… come from the keys of containers; everything else here is our own.
_LAYOUT = """
.stMainBlockContainer { padding: 3rem 2.5rem 1rem; }
.pc-text { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.55; }
.pc-ref { color: #1f5f7a; font-weight: 650; }
.pc-title { font-size: 1.1rem; font-weight: 650; line-height: 1.3; overflow-wrap: anywhere; }
.pc-file { color: #55646e; font-size: .875rem; overflow-wrap: anywhere; }
.pc-kind { color: #55646e; font-size: .75rem; font-weight: 650; letter-spacing: .03em; margin-bottom: .2rem; }
.pc-quote { border-left: 4px solid #dea014; background: #fff8dc; color: #1c2830; border-radius: 0 .4rem .4rem 0;
  padding: .4rem .75rem; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.45; font-size: .925rem;
  max-height: calc(3 * 1.45em + .8rem); overflow-y: auto; }
.pc-near { border-left-color: #8aa8c4; background: #eef4fa; }
.pc-conflict { color: #7a4a00; font-weight: 650; font-size: .9rem; }
.pc-side { font-size: .925rem; min-width: 13.2rem; }
.pc-in_force, .pc-earlier { border-radius: 1rem; padding: .05rem .55rem; font-size: .75rem; margin-left: .3rem; }
.pc-in_force { background: #dff0e3; color: #1d5b2c; }
.pc-earlier { background: #eceff1; color: #55646e; }
[class*="st-key-conflict_"] { border-color: #e7c98f; gap: .45rem; }
[data-testid="stVerticalBlock"][class*="st-key-conflict_"]:has(.pc-conflict) { background: #fff9ec; }
[class*="st-key-conflict_"] button { text-align: left; justify-content: flex-start; }
.pc-blank { border: 1px dashed #b9c7cf; border-radius: .75rem; padding: 4.5rem 2rem; text-align: center; }
.pc-blank b { display: block; font-size: 1.05rem; margin-bottom: .4rem; }
.pc-blank span { color: #55646e; }
[class*="st-key-suggestions"] button, [class*="st-key-cites_"] button, [class*="st-key-nearest_"] button {
  text-align: left; justify-content: flex-start; }
/* Buttons that show an icon alone keep their words for screen readers. */
[class*="st-key-pager_"] button p, .st-key-evidence_close button p { position: absolute; width: 1px; height: 1px;
  overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.st-key-evidence_chosen, .st-key-evidence_auto { gap: .6rem; }
[class*="st-key-nearest_"] { gap: .4rem; }
.st-key-suggestions { gap: .6rem; }
[class*="st-key-pager_"] button span { gap: 0; }
.stImage img { border: 1px solid #d3dde3; border-radius: .25rem; box-shadow: 0 1px 6px rgba(28, 40, 48, .12); }

@media (min-width: 641px) {
  /* Conversation and evidence each fill the window and scroll by themselves. */
  [data-testid="stLayoutWrapper"]:has(> .st-key-conversation) { height: auto; }
  .st-key-conversation { height: calc(100vh - 9.2rem) !important; flex: none; }
  .st-key-conversation:has(~ .st-key-filter_row), div:has(> .st-key-conversation):has(~ div .st-key-filter_row)
    .st-key-conversation { height: calc(100vh - 12.6rem) !important; }
  .st-key-evidence_chosen, .st-key-evidence_auto { height: calc(100vh - 4.4rem); overflow-y: auto;
    flex-wrap: nowrap; padding: 2px .5rem 2px 2px; }
  .st-key-evidence_chosen > *, .st-key-evidence_auto > * { flex: none; }
  /* A whole page at a glance: as high as the window leaves room for. */
  .st-key-evidence_chosen img, .st-key-evidence_auto img { max-height: max(24rem, calc(100vh - 18.2rem));
    width: auto !important; max-width: 100%; }
}
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 4rem 1rem 1rem; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-conversation) { height: auto; }
  .st-key-conversation { height: calc(100dvh - 10.4rem) !important; flex: none; }
  .st-key-conversation:has(~ .st-key-filter_row), div:has(> .st-key-conversation):has(~ div .st-key-filter_row)
    .st-key-conversation { height: calc(100dvh - 13.6rem) !important; }
  /* A page that was asked for covers the conversation until it is closed. */
  .st-key-evidence_blank, .st-key-evidence_auto { display: none; }
  .st-key-evidence_chosen { position: fixed; inset: 3.75rem 0 0 0; z-index: 90; background: #fff; overflow-y: auto;
    padding: .75rem 1rem 2rem; }
}
"""


def css(upload_button: str, upload_limit: str) -> str:
    """The style sheet, with the words of the upload field."""
    return f"<style>{_LAYOUT}{_UPLOAD.format(button=upload_button, limit=upload_limit)}</style>"
