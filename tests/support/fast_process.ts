import { fastClock } from "./clock.ts";

// For a process that measures speeds and is no more than looked at: its clock runs fast until it ends.
fastClock(16);
