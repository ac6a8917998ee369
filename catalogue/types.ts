// The shapes of the dated facts.

/** Providers that the catalogue knows; each has a folder of facts. */
export const catalogueProviders = ['eks', 'aks', 'gke'] as const;

/** A provider that the catalogue knows. */
export type CatalogueProvider = (typeof catalogueProviders)[number];

/** A region with the zones that clusters may use, in the provider's spelling; none where the region has none. */
export type Region = { name: string; place: string; country: string; zones: string[] };

/** A Kubernetes version at one provider. Days are ISO dates; support includes that day. */
export type Version = {
  minor: string;
  /** Spellings that the provider takes, oldest first. */
  exact: string[];
  standardUntil: string;
  /** Paid or long-term support, where the provider has it. */
  extendedUntil?: string;
  /** The version that a request gets which names none. */
  default?: boolean;
};

/** What a family of machines is for. */
export type MachinePurpose = 'general' | 'compute' | 'memory' | 'burstable' | 'gpu';

/** A machine type. */
export type Machine = {
  name: string;
  cpu: number;
  memoryGiB: number;
  family: string;
  purpose: MachinePurpose;
  accelerator?: { type: string; count: number };
  /** Chosen only when its name is asked for. */
  byNameOnly: boolean;
  /** Regions that have it; every region when not said. */
  regions?: string[];
  /** Zones that have it, by region; every zone when not said. */
  zones?: Record<string, string[]>;
};

/** An accelerator with other names that requests use for it. */
export type Accelerator = { name: string; aliases: string[]; memoryGiB: number };

/** A range that may not be used, and why. */
export type ReservedRange = { cidr: string; why: string };

/** A name that must match a pattern, said in words too. */
export type NameRule = { pattern: string; text: string };

/** Bounds that a provider sets. */
export type ProviderLimits = {
  nodePools: number;
  nodesPerPool: number;
  nodes: number;
  minZones: number;
  allowedCidrs: number;
  tags: number;
  taintsPerPool: number;
  poolName: NameRule;
};

/** What a provider takes as keys and values of tags, as patterns and in words. */
export type TagRules = { keyPattern: string; valuePattern: string; text: string };

/** Roles of ranges that have bounds of size. */
export type SizedRole = 'nodes' | 'pods' | 'services' | 'control-plane';

/** Facts about address ranges. */
export type RangeFacts = {
  defaultPools: { nodes: string; pods: string; services: string };
  /** Blocks that a cluster's ranges may come from. */
  private: string[];
  reserved: Record<CatalogueProvider | 'any', ReservedRange[]>;
  /** Shortest and longest prefix that the provider takes. */
  sizes: Record<CatalogueProvider, Partial<Record<SizedRole, [shortest: number, longest: number]>>>;
  /** Blocks that the cloud refuses to add to a network whose first block lies in `primary`. */
  secondaryBlocks: Record<CatalogueProvider, { primary: string; refused: string[] }[]>;
  /** Private blocks in which the provider refuses services. */
  refusedServices: Record<CatalogueProvider, string[]>;
};

/** All facts. */
export type Catalogue = {
  /** The day on which the facts were last looked over. */
  asOf: string;
  regions: Record<CatalogueProvider, Region[]>;
  versions: Record<CatalogueProvider, Version[]>;
  /** In order of preference among equals. */
  machines: Record<CatalogueProvider, Machine[]>;
  accelerators: Accelerator[];
  ranges: RangeFacts;
  limits: Record<CatalogueProvider, ProviderLimits>;
  tags: Record<CatalogueProvider, TagRules>;
  /** Domains of label keys that belong to Kubernetes or to the provider. */
  reservedLabels: Record<CatalogueProvider | 'any', string[]>;
};
