// Draws the figures of a page that have a ``data-chart``. The library is fetched only where a chart
// comes into view; whoever does not see charts has the table beside it.

const scheme = matchMedia("(prefers-color-scheme: dark)");

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function option(given) {
  const soft = colour("--ink-soft");
  const axis = { axisLabel: { color: soft }, axisLine: { lineStyle: { color: colour("--line") } } };
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    color: [colour("--accent"), colour("--green")],
    grid: { left: 8, right: 8, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: { color: soft } },
    // Rich text: a tooltip of markup would need styles of its own, which the policy forbids.
    tooltip: { trigger: "axis", renderMode: "richText" },
    xAxis: { type: "category", data: given.labels, ...axis },
    yAxis: { type: "value", ...axis,
      splitLine: { lineStyle: { color: colour("--line") } } },
    series: given.series.map(([name, type, values]) => ({ name, type, data: values.map(Number) })),
  };
}

async function draw(figure) {
  const echarts = await import(figure.dataset.library);
  const chart = echarts.init(figure, null, { renderer: "svg" });
  const given = JSON.parse(figure.dataset.chart);
  const paint = () => chart.setOption(option(given));
  paint();
  figure.dataset.drawn = "true";
  scheme.addEventListener("change", paint);
  new ResizeObserver(() => chart.resize()).observe(figure);
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) {
      seen.unobserve(entry.target);
      draw(entry.target);
    }
  }
});

for (const figure of document.querySelectorAll("[data-chart]:not([data-drawn])")) {
  seen.observe(figure);
}
