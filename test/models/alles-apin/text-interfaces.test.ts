import { describeGateway } from "../../conformance/gateway.ts";
import { ALLES_APIN_SUITES } from "../stand-in/suites/alles-apin.ts";

for (const suite of ALLES_APIN_SUITES) describeGateway(suite);
