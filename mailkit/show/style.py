"""The colours and letters of all figures.

Nothing here sets a background: a figure stands on the paper of the reader's own theme.
"""

BLUE, GREEN, VERMILLION, PURPLE, ORANGE = "#0072B2", "#009E73", "#D55E00", "#CC79A7", "#E69F00"

MONOSPACE = "var(--jp-code-font-family, ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace)"
SANS = "var(--jp-ui-font-family, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif)"
FAINT = "var(--jp-border-color2, #8886)"
PAPER = "var(--jp-layout-color0, Canvas)"  # what lies behind the figure

# Named three times, so that these rules are stronger than those that JupyterLab has for its own tables.
OURS = ".mailkit.mailkit.mailkit"

STYLE = f"""<style>
{OURS} {{ max-width: 900px; font-family: {SANS}; font-size: 13px; line-height: 1.45; }}
{OURS} figure {{ margin: 0; }}
{OURS} figcaption {{ display: flex; justify-content: space-between; gap: 1em; align-items: baseline;
  font-weight: 600; padding: 4px 0 6px; }}
{OURS} svg {{ display: block; width: 100%; height: auto; }}
{OURS} .badge, {OURS} .tls {{ border: 1px solid currentColor; border-radius: 3px; padding: 0 5px;
  font-size: 10px; font-weight: 600; letter-spacing: .06em; white-space: nowrap; }}
{OURS} .tls {{ color: color-mix(in srgb, {GREEN} 75%, currentColor); }}
{OURS} .tls svg {{ display: inline-block; width: 9px; height: 9px; margin-right: 3px; }}
{OURS} details {{ border-top: 1px solid {FAINT}; padding: 5px 0; }}
{OURS} details details {{ border: 1px solid {FAINT}; border-radius: 4px; padding: 3px 8px; margin: 4px 0; }}
{OURS} summary {{ cursor: pointer; }}
{OURS} pre {{ margin: 4px 0; padding: 0; font: 12px/1.5 {MONOSPACE}; white-space: pre-wrap;
  overflow-wrap: anywhere; color: inherit; background: none; }}
{OURS} table {{ border-collapse: collapse; table-layout: auto; width: 100%; margin: 4px 0;
  font-size: 13px; }}
{OURS} table caption {{ text-align: left; font-weight: 600; padding: 4px 0; caption-side: top; }}
{OURS} table th, {OURS} table td {{ text-align: left; vertical-align: top; padding: 2px 10px 2px 0;
  border: 0; white-space: normal; overflow-wrap: break-word; max-width: none; background: none; }}
{OURS} table thead th {{ border-bottom: 1px solid {FAINT}; font-weight: 600; }}
{OURS} table tbody th {{ font-weight: 600; }}
{OURS} table tbody tr {{ background: none; }}
{OURS} code {{ font: 12px/1.5 {MONOSPACE}; color: inherit; background: none; padding: 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }}
{OURS} .dim {{ opacity: .72; }}
{OURS} table.said td.why {{ width: 40%; opacity: .85; font-size: 12px; }}
{OURS} table.said td.ms {{ text-align: right; font: 11px/1.7 {MONOSPACE}; opacity: .7;
  white-space: nowrap; }}
{OURS} table.said th {{ white-space: nowrap; font: 600 12px/1.5 {MONOSPACE}; }}
{OURS} table.said tr.C > th {{ color: color-mix(in srgb, {BLUE} 65%, currentColor); }}
{OURS} table.said tr.S > th {{ color: color-mix(in srgb, {VERMILLION} 65%, currentColor);
  padding-left: 14px; }}
{OURS} table.said tr.S > td.line {{ padding-left: 14px; }}
{OURS} table.said tr.secure > th:first-of-type {{ border-left: 4px double {GREEN}; padding-left: 6px; }}
{OURS} table.said tr.S.secure > th:first-of-type {{ padding-left: 20px; }}
</style>"""
