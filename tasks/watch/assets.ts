import axisScale from "../run/chart/axis_scale.js" with { type: "text" };
import chartStyle from "../run/chart/chart.css" with { type: "text" };
import chart from "../run/chart/chart.js" with { type: "text" };
import thin from "../run/chart/thin.js" with { type: "text" };
import labels from "../run/page/labels.js" with { type: "text" };
import sharedStyle from "../run/page/shared.css" with { type: "text" };
import reportStyle from "../run/report/report.css" with { type: "text" };
import app from "./page/app.js" with { type: "text" };
import colours from "./page/colours.js" with { type: "text" };
import curves from "./page/curves.js" with { type: "text" };
import details from "./page/details.js" with { type: "text" };
import element from "./page/element.js" with { type: "text" };
import filter from "./page/filter.js" with { type: "text" };
import page from "./page/watch.html" with { type: "text" };
import player from "./page/player.js" with { type: "text" };
import slider from "./page/slider.js" with { type: "text" };
import table from "./page/table.js" with { type: "text" };
import turn from "./page/turn.js" with { type: "text" };
import style from "./page/watch.css" with { type: "text" };

/** The page. */
export const PAGE_TEXT: string = page;

/** The scripts of the page, by their names. All lie in one folder, so that they find one another. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  "app.js": app,
  "axis_scale.js": axisScale,
  "chart.js": chart,
  "colours.js": colours,
  "curves.js": curves,
  "details.js": details,
  "element.js": element,
  "filter.js": filter,
  "labels.js": labels,
  "player.js": player,
  "slider.js": slider,
  "table.js": table,
  "thin.js": thin,
  "turn.js": turn,
};

/** The style of the page: that of reports, and its own. */
export const STYLE: string = `${reportStyle}${chartStyle}${sharedStyle}${style}`;
