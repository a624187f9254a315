import { describeGateway } from "../conformance/gateway.ts";
import { vendorSuite } from "./stand-in/suites/vendor.ts";

for (const stream of [true, false]) describeGateway(vendorSuite({ provider: "deepseek", stream }));
