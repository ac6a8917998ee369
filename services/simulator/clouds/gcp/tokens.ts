// The type tokens of the simulated Google Cloud.
export const ADDRESS = 'gcp:compute/address:Address';
export const FIREWALL = 'gcp:compute/firewall:Firewall';
export const NETWORK = 'gcp:compute/network:Network';
export const ROUTER = 'gcp:compute/router:Router';
export const NAT = 'gcp:compute/routerNat:RouterNat';
export const SUBNET = 'gcp:compute/subnetwork:Subnetwork';
export const CLUSTER = 'gcp:container/cluster:Cluster';
export const POOL = 'gcp:container/nodePool:NodePool';
export const KEY = 'gcp:kms/cryptoKey:CryptoKey';
export const KEY_MEMBER = 'gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember';
export const RING = 'gcp:kms/keyRing:KeyRing';
export const PROJECT_MEMBER = 'gcp:projects/iAMMember:IAMMember';
export const ACCOUNT = 'gcp:serviceaccount/account:Account';
