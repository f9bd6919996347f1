"""The colours and letters of all figures.

Nothing here sets a background: a figure stands on the paper of the reader's own theme.
"""

BLUE, GREEN, VERMILLION, PURPLE, ORANGE = "#0072B2", "#009E73", "#D55E00", "#CC79A7", "#E69F00"

MONOSPACE = "var(--jp-code-font-family, ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace)"
SANS = "var(--jp-ui-font-family, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif)"
FAINT = "var(--jp-border-color2, #8886)"
PAPER = "var(--jp-layout-color0, Canvas)"  # what lies behind the figure

STYLE = f"""<style>
.mailkit {{ max-width: 900px; font-family: {SANS}; font-size: 13px; line-height: 1.45; }}
.mailkit figure {{ margin: 0; }}
.mailkit figcaption {{ display: flex; justify-content: space-between; gap: 1em; align-items: baseline;
  font-weight: 600; padding: 4px 0 6px; }}
.mailkit svg {{ display: block; width: 100%; height: auto; }}
.mailkit .badge, .mailkit .tls {{ border: 1px solid currentColor; border-radius: 3px; padding: 0 5px;
  font-size: 10px; font-weight: 600; letter-spacing: .06em; white-space: nowrap; }}
.mailkit .tls {{ color: color-mix(in srgb, {GREEN} 75%, currentColor); }}
.mailkit .tls svg {{ display: inline-block; width: 9px; height: 9px; margin-right: 3px; }}
.mailkit details {{ border-top: 1px solid {FAINT}; padding: 5px 0; }}
.mailkit details details {{ border: 1px solid {FAINT}; border-radius: 4px; padding: 3px 8px; margin: 4px 0; }}
.mailkit summary {{ cursor: pointer; }}
.mailkit pre {{ margin: 4px 0; padding: 0; font: 12px/1.5 {MONOSPACE}; white-space: pre-wrap;
  overflow-wrap: anywhere; color: inherit; background: none; }}
.mailkit table {{ border-collapse: collapse; width: 100%; margin: 4px 0; font-size: 13px; }}
.mailkit table caption {{ text-align: left; font-weight: 600; padding: 4px 0; caption-side: top; }}
.mailkit table th, .mailkit table td {{ text-align: left; vertical-align: top; padding: 2px 10px 2px 0;
  border: 0; white-space: normal; overflow-wrap: break-word; max-width: none; background: none; }}
.mailkit table thead th {{ border-bottom: 1px solid {FAINT}; font-weight: 600; }}
.mailkit table tbody th {{ font-weight: 600; }}
.mailkit table tbody tr {{ background: none; }}
.mailkit code {{ font: 12px/1.5 {MONOSPACE}; color: inherit; background: none; padding: 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }}
.mailkit .dim {{ opacity: .72; }}
.mailkit table.said td.why {{ width: 40%; opacity: .85; font-size: 12px; }}
.mailkit table.said td.ms {{ text-align: right; font: 11px/1.7 {MONOSPACE}; opacity: .7;
  white-space: nowrap; }}
.mailkit table.said th {{ white-space: nowrap; font: 600 12px/1.5 {MONOSPACE}; }}
.mailkit table.said tr.C > th {{ color: color-mix(in srgb, {BLUE} 65%, currentColor); }}
.mailkit table.said tr.S > th {{ color: color-mix(in srgb, {VERMILLION} 65%, currentColor);
  padding-left: 14px; }}
.mailkit table.said tr.S > td.line {{ padding-left: 14px; }}
.mailkit table.said tr.secure > th:first-of-type {{ border-left: 4px double {GREEN}; padding-left: 6px; }}
.mailkit table.said tr.S.secure > th:first-of-type {{ padding-left: 20px; }}
</style>"""
