/**
 * Lends the devices of this process again: what was opened for a run that has ended is opened for the next one too, with the kernels that are
 * compiled. Opening and compiling are half of what a tiny run takes. A run finds only its own buffers there, as on a new device.
 * A device that is lost is not lent again.
 *
 * @module
 */

/** What makes the parts of a kernel from descriptions. */
const MAKERS = [
  "createShaderModule",
  "createBindGroupLayout",
  "createPipelineLayout",
  "createComputePipeline",
] as const;

/** Devices that are not in use, by the adapter and what was required of it. */
const free = new Map<string, GPUDevice[]>();

const { requestDevice } = GPUAdapter.prototype;

GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, required) {
  const { vendor, architecture, device, description } = this.info;
  const key = JSON.stringify([vendor, architecture, device, description, required]);
  const devices = free.getOrInsert(key, []);
  return devices.pop() ?? lendable(await requestDevice.call(this, required), devices);
};

/** Makes each kernel once, and goes to `devices` instead of being destroyed. */
function lendable(device: GPUDevice, devices: GPUDevice[]): GPUDevice {
  const made = new Map<string, object>();
  const numbers = new Map<unknown, number>();
  // Objects of WebGPU have no members of their own that would tell them apart in JSON.
  const keyOf = (value: unknown) =>
    JSON.stringify(value, (_, member) => numbers.has(member) ? { number: numbers.get(member) } : member);
  for (const name of MAKERS) {
    const make = device[name].bind(device) as (description: unknown) => object;
    const once = (description: unknown) => {
      const key = `${name} ${keyOf(description)}`;
      let object = made.get(key);
      if (object === undefined) {
        made.set(key, object = make(description));
        numbers.set(object, numbers.size);
      }
      return object;
    };
    Object.assign(device, { [name]: once });
  }
  const { popErrorScope } = device;
  let isLost = false;
  device.lost.then(() => isLost = true);
  return Object.assign(device, {
    // What does not compile says so each time that it is made.
    popErrorScope: async () => {
      const error = await popErrorScope.call(device);
      if (error !== null) made.clear();
      return error;
    },
    destroy: () => {
      if (!isLost) devices.push(device);
    },
  });
}

/** Destroys a device, so that it is lost. */
export function loseDevice(device: GPUDevice): void {
  GPUDevice.prototype.destroy.call(device);
}
