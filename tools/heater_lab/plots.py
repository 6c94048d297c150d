"""Pictures of what happened in the laboratory. Needs matplotlib (requirements-dev.txt)."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402  after the choice of what draws
from matplotlib.patches import Patch  # noqa: E402

_INK = "#1f2933"
_FAINT = "#9aa5b1"
_GRID = "#e4e7eb"
_COLD = "#2b6cb0"
_WARM = "#dd6b20"
_MAT = "#c53030"
_AIR = "#627d98"
_HEAT = "#fff4e6"
_LIMITS = "#2f855a"
# By the first word of the state.
_STATES = {
    "off": "#cbd2d9",
    "idle": "#9ae6b4",
    "heating": "#f6ad55",
    "waiting_charger": "#90cdf4",
    "blocked": "#faf089",
    "fault": "#fc8181",
}
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _GRID,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "legend.frameon": False,
    "figure.facecolor": "white",
}
_LABEL_SHARE = 0.055  # of the width that a state must last to be named in place


def draw(trace, path, title, subtitle, clock=None):
    """Draws a trace.Trace into the PNG file `path`.

    `clock`: the hour of the day at which it begins; without it the axis counts minutes.
    """
    scale = 1 if clock is not None else 60
    t = [hours * scale for hours in trace.t_h]
    with plt.rc_context(_STYLE):
        figure, (temps, power, states) = plt.subplots(
            3, 1, sharex=True, figsize=(11, 7.2), height_ratios=(5.2, 2, 0.55)
        )
        _draw_temps(temps, trace, t)
        _draw_power(power, trace, t)
        _draw_states(states, trace, t)
        _draw_events((temps, power), trace, scale)
        if clock is None:
            states.set_xlabel("minutes")
        else:
            hours = range(0, int(t[-1]) + 2, 3)
            states.set_xticks(hours, [f"{(clock + hour) % 24}:00" for hour in hours])
        states.set_xlim(t[0], t[-1])
        figure.suptitle(title, x=0.075, y=0.975, ha="left", size=15, weight="bold")
        figure.text(0.075, 0.925, subtitle, size=10, color="#52606d", va="top")
        figure.align_ylabels((temps, power))
        figure.subplots_adjust(left=0.075, right=0.9, top=0.84, bottom=0.075, hspace=0.24)
        figure.savefig(path, dpi=130)
        plt.close(figure)


def _draw_temps(axes, trace, t):
    law = trace.lab.heater.law
    axes.fill_between(t, trace.near_c, trace.far_c, color=_WARM, alpha=0.25, linewidth=0)
    axes.plot(t, trace.mat_c, color=_MAT, linewidth=1, alpha=0.6, label="mat")
    axes.plot(t, trace.air_c, color=_AIR, linewidth=1.4, label="air")
    axes.plot(t, trace.near_c, color=_WARM, linewidth=1.8, label="cells by the mat")
    axes.plot(t, trace.far_c, color=_COLD, linewidth=1.8, label="cells far from it")
    axes.step(
        t, _gaps(trace.coldest_c), where="post", color=_INK, linewidth=1, label="coldest sensor"
    )
    axes.set_ylabel("°C")
    if law.on_dc is not None:
        for level, text in ((law.on_dc, "heats below"), (law.off_dc, "warm enough")):
            axes.axhline(level / 10, color=_LIMITS, linewidth=1, linestyle=(0, (5, 3)))
            _name_end(axes, level / 10, text, _LIMITS)
    _shade(axes, trace, t, "output on")
    _legend(axes, 6)


def _draw_power(axes, trace, t):
    axes.fill_between(t, trace.mat_w, step="post", color=_MAT, alpha=0.3, linewidth=0)
    axes.step(t, trace.mat_w, where="post", color=_MAT, linewidth=1.2, label="into the mat")
    axes.step(t, trace.pack_w, where="post", color=_COLD, linewidth=1.4, label="into the pack")
    axes.axhline(0, color=_FAINT, linewidth=0.8)
    axes.set_ylabel("W")
    axes.margins(y=0.12)
    _shade(axes, trace, t)
    _legend(axes, 2)


def _draw_states(axes, trace, t):
    axes.set_yticks([])
    axes.grid(False)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(0, 1)
    named = set()  # the others are too short to carry their names: those go below
    for start, end, text in spans(t, trace.state):
        axes.axvspan(start, end, color=_STATES[text.split(":")[0]], linewidth=0)
        if end - start > _LABEL_SHARE * (t[-1] - t[0]) * max(1, len(text) / 9):
            axes.text((start + end) / 2, 0.46, text, ha="center", va="center", size=9)
            named.add(text)
    unnamed = sorted(set(trace.state) - named)
    axes.legend(
        [Patch(color=_STATES[text.split(":")[0]]) for text in unnamed],
        unnamed,
        loc="upper right",
        bbox_to_anchor=(1.01, -0.45),
        ncols=4,
        fontsize=9,
    )
    axes.set_ylabel("state", rotation=0, ha="right", va="center")


def _draw_events(all_axes, trace, scale):
    for hours, text in trace.events:
        for axes in all_axes:
            axes.axvline(hours * scale, color=_INK, linewidth=1.2, linestyle=":")
        all_axes[0].annotate(
            text,
            (hours * scale, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(5, -4),
            textcoords="offset points",
            va="top",
            weight="bold",
            size=10,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
        )


def _shade(axes, trace, t, label=None):
    for start, end, on in spans(t, trace.on):
        if on:
            axes.axvspan(start, end, color=_HEAT, linewidth=0, zorder=0, label=label)
            label = None


def _legend(axes, columns):
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.01, 0.99),
        ncols=columns,
        columnspacing=1.6,
        handlelength=1.6,
    )


def _name_end(axes, level, text, colour):
    axes.annotate(
        text,
        (1, level),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        color=colour,
        size=9.5,
    )


def spans(t, values):
    """Yields (start, end, value) of each run of equal values."""
    start = 0
    for i in range(1, len(values) + 1):
        if i == len(values) or values[i] != values[start]:
            yield t[start], t[min(i, len(values) - 1)], values[start]
            start = i


def _gaps(values):
    return [float("nan") if value is None else value for value in values]
