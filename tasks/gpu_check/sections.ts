import type { Section } from "./section.ts";
import { adapterSection } from "./sections/adapter.ts";
import { gapsSection } from "./sections/gaps.ts";
import { goldenSection } from "./sections/golden.ts";
import { launchesSection } from "./sections/launches.ts";
import { optimizersSection } from "./sections/optimizers.ts";
import { peakSection } from "./sections/peak.ts";
import { stepsSection } from "./sections/steps.ts";
import { torchSection } from "./sections/torch.ts";
import { tuningSection } from "./sections/tuning.ts";

/** All sections, in the order in which they are measured and reported. */
export const SECTIONS = [
  adapterSection,
  goldenSection,
  peakSection,
  tuningSection,
  stepsSection,
  launchesSection,
  gapsSection,
  torchSection,
  optimizersSection,
] as readonly Section[];
