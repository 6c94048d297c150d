// Runs a script on the 32-bit MicroPython (WebAssembly under Node.js):
//     node run32.mjs PLAN.json
// The interpreter has a file system of its own, so PLAN says what to copy into it:
//     {"heap": bytes, "files": {"/path/inside": "/path/here"}, "path": [...], "argv": [...],
//      "chunks": [...]}
// A chunk is Python source, run at the outermost level: only between chunks does this build collect
// garbage. An exception ends the run with its traceback on standard error and exit status 1.
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript/micropython.mjs";

// The interpreter calls its functions through a table, and its JavaScript asks the table for each of
// them to check its own list: V8 takes a third of all time for that. What it has said once, holds.
const { get } = WebAssembly.Table.prototype;
const functions = [];
WebAssembly.Table.prototype.get = function (at) {
    return (functions[at] ??= get.call(this, at));
};

const plan = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const write = (line) => fs.writeSync(1, line + "\n");
const mp = await loadMicroPython({ heapsize: plan.heap, stdout: write, linebuffer: true });

const made = new Set();

function copyIn(inside, outside) {
    const folder = path.posix.dirname(inside);
    if (!made.has(folder)) {
        mp.FS.mkdirTree(folder);
        made.add(folder);
    }
    mp.FS.writeFile(inside, fs.readFileSync(outside));
}

function pythonList(strings) {
    return JSON.stringify(strings); // a JSON list of strings is a Python one too
}

for (const [inside, outside] of Object.entries(plan.files)) {
    copyIn(inside, outside);
}
try {
    mp.runPython(`import sys
sys.path[:] = ${pythonList(plan.path)}
sys.argv[:] = ${pythonList(plan.argv)}`);
    for (const chunk of plan.chunks) {
        mp.runPython(chunk);
    }
} catch (error) {
    // A Python exception carries its traceback as the message; anything else is ours.
    const text = error.name === "PythonError" ? error.message : (error.stack ?? String(error));
    fs.writeSync(2, text.trimEnd() + "\n");
    process.exit(1);
}
