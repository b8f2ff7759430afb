// Unpack the browser that the npm package carries, and link to it beside this file.
import { existsSync, rmSync, symlinkSync } from "node:fs";
import chromium from "@sparticuz/chromium";

const path = await chromium.executablePath();
const link = new URL("chromium", import.meta.url).pathname;
rmSync(link, { force: true });
symlinkSync(path, link);
if (!existsSync(link)) throw new Error("the package brought no browser");
