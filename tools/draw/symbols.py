"""Colours and symbols of the circuit diagrams that drawing.py draws."""

# The picture brings its own background, and follows the reader's light or dark mode.
STYLE = """
  .paper { fill: #ffffff; stroke: #d1d9e0 }
  .ink { stroke: #1f2328; fill: none; stroke-width: 2 }
  .thin { stroke: #1f2328; fill: none; stroke-width: 1.5 }
  .thick { stroke: #1f2328; fill: none; stroke-width: 3 }
  .body { stroke: #1f2328; fill: #ffffff; stroke-width: 2 }
  .full, .dot { fill: #1f2328 }
  .power { fill: #fdf1ef } .logic { fill: #eef6ff } .other { fill: #f2f8ee }
  .hot { stroke: #bc4c00; fill: #fff8e8; stroke-width: 2 }
  .glow { stroke: #bc4c00; fill: none; stroke-width: 2.5 }
  .dash { stroke: #bc4c00; fill: none; stroke-width: 1.5; stroke-dasharray: 6 4 }
  .wall { stroke: #8250df; fill: none; stroke-width: 2; stroke-dasharray: 10 5 3 5 }
  .air { stroke: #59636e; fill: none; stroke-width: 2; stroke-dasharray: 2 7 }
  .plus { stroke: #cf222e } .minus { stroke: #1f2328 } .signal { stroke: #0969da }
  .supply { stroke: #bc4c00 } .ground { stroke: #57606a }
  .wire { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round }
  text { font: 15px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
  .title { font-size: 20px; font-weight: 600 } .name { font-weight: 600 }
  .note { fill: #59636e; font-size: 14px } .warn { fill: #bc4c00; font-size: 14px }
  .zone { fill: #59636e; font-weight: 600; font-size: 14px }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; stroke: #3d444d }
    .ink, .thin, .thick { stroke: #e6edf3 } .body { stroke: #e6edf3; fill: #161b22 }
    .full, .dot { fill: #e6edf3 }
    .power { fill: #24161a } .logic { fill: #0f2033 } .other { fill: #14241a }
    .hot { stroke: #f0883e; fill: #2b2113 } .glow, .dash { stroke: #f0883e }
    .wall { stroke: #ab7df8 } .air { stroke: #9198a1 }
    .plus { stroke: #ff7b72 } .minus { stroke: #e6edf3 } .signal { stroke: #58a6ff }
    .supply { stroke: #f0883e } .ground { stroke: #9198a1 }
    text { fill: #e6edf3 } .note, .zone { fill: #9198a1 } .warn { fill: #f0883e }
  }
"""

# Two-pole parts along the x axis, centred; they reach HALF to either side.
PARTS = {
    "resistor": '<rect class="body" x="-20" y="-7" width="40" height="14"/>',
    "fuse": '<rect class="body" x="-20" y="-7" width="40" height="14"/>'
    '<path class="ink" d="M-20 0H20"/>',
    "diode": '<path class="ink" d="M-20 0H20"/><path class="full" d="M-10 -10L9 0L-10 10Z"/>'
    '<path class="ink" d="M9 -10V10"/>',
    "zener": '<path class="ink" d="M-20 0H20"/><path class="full" d="M-10 -10L9 0L-10 10Z"/>'
    '<path class="ink" d="M15 -14L9 -10V10L3 14"/>',
    "capacitor": '<path class="ink" d="M-20 0H-4M4 0H20"/>'
    '<path class="thick" d="M-4 -12V12M4 -12V12"/>',
    # Closed while it is cool.
    "thermal": '<path class="ink" d="M-20 0H20M-5 0C-5 -9 5 -9 5 0"/>'
    '<circle class="body" cx="-14" cy="0" r="3.5"/><circle class="body" cx="14" cy="0" r="3.5"/>',
    "mat": '<rect class="hot" x="-38" y="-22" width="76" height="44" rx="5"/>'
    '<path class="glow" d="M-38 0H-30V-13H-20V13H-10V-13H0V13H10V-13H20V13H30V0H38"/>',
}
HALF = {"mat": 38}

# N-channel: drain at (0, -30), source at (0, 30), gate at (40, 0).
MOSFET = (
    '<circle class="body" cx="8" cy="0" r="27"/>'
    '<path class="ink" d="M0 -30V-14H16M0 30V14H16M16 0H0V14M24 -14V14M24 0H40"/>'
    '<path class="thick" d="M17 -20V-8M17 -6V6M17 8V20"/>'
    '<path class="full" d="M15 0L6 -5V5Z"/>'
)

# Collector (0, 0), emitter (0, 40), anode (80, 0), cathode (80, 40).
OPTOCOUPLER = (
    '<rect class="body" x="6" y="-20" width="68" height="80" rx="4"/>'
    '<path class="ink" d="M80 0H58V8M58 8V40H80M66 29H50M0 0H20L32 12M32 28L20 40H0"/>'
    '<path class="full" d="M66 12H50L58 28Z"/><path class="thick" d="M32 8V32"/>'
    '<path class="full" d="M21 39L31 35L25 30Z"/>'
    '<path class="thin" d="M47 15H38M41 12L38 15L41 18M47 23H38M41 20L38 23L41 26"/>'
)
