import type { MpiKind } from "./launch.ts";

/** An open MPI library. Every call returns 0, or the number of an error. */
export interface MpiLibrary {
  /** The file that was opened. */
  readonly path: string;
  /** `MPI_COMM_WORLD`, all processes of the job. */
  readonly world: Handle;
  /** `MPI_BYTE`, the type of everything that is exchanged. */
  readonly byte: Handle;
  /** The functions that are used. */
  readonly call: MpiCalls;
  /** Closes the library, whose functions must not be called afterwards. */
  close(): void;
}

/** A handle of MPI: an address in Open MPI, a number in MPICH. */
type Handle = Deno.PointerValue | number;

/** The functions of MPI that are used; counts are of bytes. */
interface MpiCalls {
  MPI_Init(argc: null, argv: null): number;
  MPI_Comm_rank(world: Handle, rank: Bytes): number;
  MPI_Comm_size(world: Handle, size: Bytes): number;
  MPI_Ialltoall(...operands: Exchange): number;
  MPI_Iallgather(...operands: Exchange): number;
  MPI_Ibcast(...operands: Broadcast): number;
  MPI_Test(request: Bytes, done: Bytes, status: Bytes): number;
  MPI_Abort(world: Handle, code: number): number;
  MPI_Finalize(): number;
}

type Bytes = Uint8Array<ArrayBuffer>;
type Exchange = [
  sent: Bytes,
  count: number,
  type: Handle,
  received: Bytes,
  count: number,
  type: Handle,
  world: Handle,
  request: Bytes,
];

type Broadcast = [data: Bytes, count: number, type: Handle, root: number, world: Handle, request: Bytes];

/** The files of each kind: the library's name with the version of its binary interface. Several makers have that of MPICH. */
const NAMES: Readonly<Record<MpiKind, readonly string[]>> = {
  "Open MPI": ["libmpi.so.40"],
  "MPICH": ["libmpich.so.12", "libmpi.so.12"],
};

/** Where Debian and its derivatives, Fedora and others keep them. */
const FOLDERS = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64/openmpi/lib",
  "/usr/lib64/mpich/lib",
  "/usr/lib64",
  "/usr/local/lib",
];

/** The handles of MPICH, which are part of its binary interface (`mpi.h`). */
const MPICH_HANDLES = { world: 0x44000000, byte: 0x4c00010d };

/** Those of Open MPI are the addresses of objects in the library. */
const OPEN_MPI_HANDLES: Deno.ForeignLibraryInterface = {
  ompi_mpi_comm_world: { type: "pointer" },
  ompi_mpi_byte: { type: "pointer" },
};

/**
 * Opens the first library of these kinds that is found in the usual folders, or by its name where the loader looks for libraries.
 *
 * @param kinds The kinds, the preferred one first.
 * @param home A folder whose `lib` is looked at first.
 * @throws {Error} If there is none, or opening it is not permitted.
 */
export function openLibrary(kinds: readonly MpiKind[], home?: string): MpiLibrary {
  const refusals: string[] = [];
  for (const kind of kinds) {
    for (const path of pathsOf(kind, home)) {
      if (Deno.permissions.querySync({ name: "ffi", path }).state !== "granted") continue;
      try {
        return open(kind, path);
      } catch (error) {
        if (path.includes("/") && isThere(path)) refusals.push(`${path}: ${(error as Error).message}`);
      }
    }
  }
  const names = kinds.flatMap((kind) => NAMES[kind].map((name) => `${name} (${kind})`)).join(" or ");
  const where = "in the usual folders or in MPI_HOME/lib";
  throw new Error(
    refusals[0] ??
      `This process is one of several, but MPI was not found: expected ${names} ${where}. On Debian: apt-get install libopenmpi3, or libmpich12.`,
  );
}

/** Where a library of a kind may be. */
function pathsOf(kind: MpiKind, home: string | undefined): string[] {
  const folders = [...home === undefined ? [] : [`${home}/lib`], ...FOLDERS];
  return [...folders.flatMap((folder) => NAMES[kind].map((name) => `${folder}/${name}`)), ...NAMES[kind]];
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function open(kind: MpiKind, path: string): MpiLibrary {
  const library = Deno.dlopen(
    path,
    kind === "MPICH" ? functions("i32") : { ...functions("pointer"), ...OPEN_MPI_HANDLES },
  );
  const { ompi_mpi_comm_world, ompi_mpi_byte, ...call } = library.symbols as Readonly<Record<string, unknown>>;
  const [world, byte] = [ompi_mpi_comm_world as Deno.PointerValue, ompi_mpi_byte as Deno.PointerValue];
  const handles = kind === "MPICH" ? MPICH_HANDLES : { world, byte };
  return { path, ...handles, call: call as unknown as MpiCalls, close: () => library.close() };
}

/** The declarations of the functions, for handles of a type. */
function functions(handle: "pointer" | "i32"): Deno.ForeignLibraryInterface {
  const result = "i32";
  const [sent, received] = [["buffer", "i32", handle] as const, ["buffer", "i32", handle] as const];
  const exchange = { parameters: [...sent, ...received, handle, "buffer"], result } as const;
  return {
    MPI_Init: { parameters: ["pointer", "pointer"], result },
    MPI_Comm_rank: { parameters: [handle, "buffer"], result },
    MPI_Comm_size: { parameters: [handle, "buffer"], result },
    MPI_Ialltoall: exchange,
    MPI_Iallgather: exchange,
    MPI_Ibcast: { parameters: ["buffer", "i32", handle, "i32", handle, "buffer"], result },
    MPI_Test: { parameters: ["buffer", "buffer", "buffer"], result },
    MPI_Abort: { parameters: [handle, "i32"], result },
    MPI_Finalize: { parameters: [], result },
  };
}
