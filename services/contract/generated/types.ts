// Generated from openapi.yaml by services/contract/generate.ts. Do not edit.

export interface paths {
    "/v1/clusters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List clusters */
        get: operations["listClusters"];
        put?: never;
        /**
         * Create a cluster
         * @description Validates and resolves the request, reserves its ranges and starts the operation that makes it.
         */
        post: operations["createCluster"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{cluster}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        /** Read a cluster */
        get: operations["getCluster"];
        /**
         * Apply a cluster by name
         * @description Makes the cluster when the name is free, else changes what differs. A document that is applied already is acted on until what it says is there, also after a failure, a cancel or half a deletion; while an operation for it is under way, that one is the answer, and the generation stays. The name in the path and in the body are one.
         */
        put: operations["applyCluster"];
        post?: never;
        /**
         * Delete a cluster
         * @description Refused while it is protected, while its fleet names it, and while a hub needs it. A creation under way is cancelled first. A deletion that keeps failing is led out of by `force=true` or by `abandon`.
         */
        delete: operations["deleteCluster"];
        options?: never;
        head?: never;
        /**
         * Change parts of a cluster's document
         * @description A JSON merge patch (RFC 7396) of the cluster's `document`: what it names takes the place of what stands, null takes it away, lists are replaced whole. What comes of it is checked and applied as a PUT of the whole document would be; pointers name places in the merged document. A member of a fleet is changed with its fleet.
         */
        patch: operations["patchCluster"];
        trace?: never;
    };
    "/v1/clusters/{cluster}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for what is no desired state of a cluster
         * @description `abandon` (admin) lets go of the cluster without asking its cloud for anything: what runs is cancelled first, then the name is free and the operation's `result`
         *     lists what still stood, by stack, type and id. Nobody of this service looks after it any more. Its ranges stay taken as `foreign` ones, for what stands may use them;
         *     `releaseRanges: true` frees them at once, and so does DELETE on the range later.
         *
         *     Refused with `protected` while the cluster is protected. An abandoning that is under way is found again.
         */
        post: operations["createClusterOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{cluster}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        /**
         * Follow what happens to a cluster
         * @description Events of all operations on the cluster. A stream of server-sent events (`ProjectEvent`), each with an id to resume from by `Last-Event-ID`, also when another process of the API answers. It begins now unless told otherwise, says every few seconds that it lives, and does not end by itself. `reset` says that the id is not one that this service has come to (it was restored): read what you follow anew. When `Accept` asks for application/json, what has happened after that id is listed.
         */
        get: operations["listClusterEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{cluster}/outputs": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        /** Read the outputs of a cluster's stacks */
        get: operations["getClusterOutputs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{cluster}/kubeconfig": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        /**
         * Get a kubeconfig with a short-lived identity
         * @description Answers the bare kubeconfig when `Accept` asks for application/yaml. Its identity is a service account of that cluster and of no other one, whose token the cluster itself issues and ends. What it may do follows the caller's role: a viewer has the cluster role `view`, an operator `edit`, an admin `cluster-admin`. A cluster that does not answer, refuses, or has no add-ons yet is told within ten seconds.
         */
        get: operations["getClusterKubeconfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fleets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List fleets */
        get: operations["listFleets"];
        put?: never;
        /**
         * Create a fleet
         * @description Makes the fleet, its federation and all its clusters, each with an operation of its own.
         */
        post: operations["createFleet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fleets/{fleet}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the fleet. */
                fleet: components["parameters"]["Fleet"];
            };
            cookie?: never;
        };
        /** Read a fleet */
        get: operations["getFleet"];
        /**
         * Apply a fleet by name
         * @description Makes the fleet when the name is free, else starts operations for exactly what differs and for what an earlier operation did not bring about. While an operation for the same document is under way, that one is the answer; another document takes its place and waits for what it began. Members that the document no longer names stay as unmanaged unless `prune` is true.
         */
        put: operations["applyFleet"];
        post?: never;
        /**
         * Delete a fleet, its clusters and its federation
         * @description Refused while a member is protected. Takes the members down first, then the federation.
         */
        delete: operations["deleteFleet"];
        options?: never;
        head?: never;
        /**
         * Change parts of a fleet's document
         * @description A JSON merge patch (RFC 7396) of the fleet's `document`: what it names takes the place of what stands, null takes it away, lists are replaced whole. What comes of it is checked and applied as a PUT of the whole document would be; pointers name places in the merged document.
         */
        patch: operations["patchFleet"];
        trace?: never;
    };
    "/v1/federations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List federations */
        get: operations["listFederations"];
        put?: never;
        /** Create a federation over an existing hub */
        post: operations["createFederation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/federations/{federation}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the federation. */
                federation: components["parameters"]["Federation"];
            };
            cookie?: never;
        };
        /** Read a federation */
        get: operations["getFederation"];
        put?: never;
        post?: never;
        /**
         * Delete a federation
         * @description The hub itself stays. Refused while the federation has members or belongs to a fleet.
         */
        delete: operations["deleteFederation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/federations/{federation}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the federation. */
                federation: components["parameters"]["Federation"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for what is no desired state of a federation
         * @description `abandon` (admin) lets go of a federation whose hub does not answer, without asking it for anything.
         *
         *     Refused with `in-use` while clusters are members of it (delete or abandon them first) and while it belongs to a fleet, with which it goes.
         */
        post: operations["createFederationOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/federations/{federation}/members": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the federation. */
                federation: components["parameters"]["Federation"];
            };
            cookie?: never;
        };
        /** List the members of a federation */
        get: operations["listFederationMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/placements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List placements */
        get: operations["listPlacements"];
        put?: never;
        /**
         * Create a placement
         * @description Says what runs where in a federation, and starts the operation that tells the hub. Refused with a pointer: a placement that no cluster fits, weights for clusters that it does not reach, a spread that can't come about, a selector that reaches the hub's own objects, and with `conflict` one that may select what another placement of the federation selects.
         */
        post: operations["createPlacement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/placements/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview a placement
         * @description Takes the document of a placement and changes nothing: which clusters would get what and why others would not, the objects that the hub would get, how replicas would be divided and what each cluster's copy would look like. With `clusters`, as if their labels were others or they left. What is wrong with the document is answered as it would be by a creation.
         */
        post: operations["previewPlacement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/placements/{placement}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the placement. */
                placement: components["parameters"]["Placement"];
            };
            cookie?: never;
        };
        /** Read a placement */
        get: operations["getPlacement"];
        /**
         * Apply a placement by name
         * @description Makes the placement when the name is free, else changes what differs. A document that is applied already is acted on until what it says is there; while an operation for it is under way, that one is the answer. The federation is fixed for the life of a placement. A placement of a fleet is changed with its fleet.
         */
        put: operations["applyPlacement"];
        post?: never;
        /**
         * Delete a placement
         * @description Takes its policies from the hub. What they brought to clusters stays there, without the overrides, until it is removed at the hub, or another placement selects it. A placement that the document of a fleet names goes with that.
         */
        delete: operations["deletePlacement"];
        options?: never;
        head?: never;
        /**
         * Change parts of a placement's document
         * @description A JSON merge patch (RFC 7396) of the placement's `document`: what it names takes the place of what stands, null takes it away, lists are replaced whole. What comes of it is checked and applied as a PUT of the whole document would be; pointers name places in the merged document.
         */
        patch: operations["patchPlacement"];
        trace?: never;
    };
    "/v1/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List operations, newest first */
        get: operations["listOperations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation. */
                operation: components["parameters"]["Operation"];
            };
            cookie?: never;
        };
        /** Read an operation */
        get: operations["getOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation. */
                operation: components["parameters"]["Operation"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an operation
         * @description Asks once. A queued operation is cancelled at once; a running one stops at a safe point, and its children with it.
         *
         *     `rollback: true` is for a creation: once it has stopped, a deletion of what it made follows as an operation of its own, which the answer's `result` names. When that
         *     fails, the resource is still there, and the deletion can be retried. Refused like the deletion itself: while the resource is protected or a fleet names it.
         */
        post: operations["cancelOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation. */
                operation: components["parameters"]["Operation"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry an operation that failed or was cancelled
         * @description Goes on from the step that it came to, as the next attempt. Of a fleet, retries the children that failed or were cancelled. When something newer was asked, the answer names the call that leads out.
         */
        post: operations["retryOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{operation}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation. */
                operation: components["parameters"]["Operation"];
            };
            cookie?: never;
        };
        /**
         * Follow or list an operation's events
         * @description A stream of server-sent events, which ends after the operation does and resumes after `Last-Event-ID`; a page of JSON when `Accept` asks for application/json.
         */
        get: operations["listOperationEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow what happens in a project
         * @description Events of all operations of the project. A stream of server-sent events (`ProjectEvent`), each with an id to resume from by `Last-Event-ID`, also when another process of the API answers. It begins now unless told otherwise, says every few seconds that it lives, and does not end by itself. `reset` says that the id is not one that this service has come to (it was restored): read what you follow anew. When `Accept` asks for application/json, what has happened after that id is listed.
         */
        get: operations["listProjectEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List credentials */
        get: operations["listCredentials"];
        put?: never;
        /**
         * Create a credential
         * @description The secret part is encrypted and never shown again.
         */
        post: operations["createCredential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credentials/{credential}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the credential. */
                credential: components["parameters"]["Credential"];
            };
            cookie?: never;
        };
        /** Read a credential */
        get: operations["getCredential"];
        put?: never;
        post?: never;
        /**
         * Delete a credential
         * @description Refused while a cluster or federation uses it.
         */
        delete: operations["deleteCredential"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/address-spaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List address spaces */
        get: operations["listAddressSpaces"];
        put?: never;
        /** Create an address space */
        post: operations["createAddressSpace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/address-spaces/{addressSpace}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the address space. */
                addressSpace: components["parameters"]["AddressSpace"];
            };
            cookie?: never;
        };
        /** Read an address space */
        get: operations["getAddressSpace"];
        put?: never;
        post?: never;
        /**
         * Delete an address space
         * @description Refused while it holds a range or a fleet cuts from it.
         */
        delete: operations["deleteAddressSpace"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/address-spaces/{addressSpace}/ranges": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the address space. */
                addressSpace: components["parameters"]["AddressSpace"];
            };
            cookie?: never;
        };
        /** List the ranges that are taken */
        get: operations["listRanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/address-spaces/{addressSpace}/ranges/{range}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the address space. */
                addressSpace: components["parameters"]["AddressSpace"];
                /** @description Id of the range. */
                range: components["parameters"]["Range"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Release a foreign range
         * @description For ranges that an abandoned cluster left, once nothing uses them any more. A range of a cluster goes with its cluster, and is refused here with `in-use`.
         */
        delete: operations["releaseRange"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/catalogue/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List providers */
        get: operations["listCatalogueProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/catalogue/providers/{provider}/regions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider. */
                provider: components["parameters"]["CatalogueProvider"];
            };
            cookie?: never;
        };
        /** List a provider's regions and zones */
        get: operations["listCatalogueRegions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/catalogue/providers/{provider}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider. */
                provider: components["parameters"]["CatalogueProvider"];
            };
            cookie?: never;
        };
        /** List a provider's Kubernetes versions */
        get: operations["listCatalogueVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/catalogue/providers/{provider}/machine-types": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider. */
                provider: components["parameters"]["CatalogueProvider"];
            };
            cookie?: never;
        };
        /** List a provider's machine types */
        get: operations["listCatalogueMachineTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the projects that the token reaches */
        get: operations["listProjects"];
        put?: never;
        /** Create a project */
        post: operations["createProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{project}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the project. */
                project: components["parameters"]["Project"];
            };
            cookie?: never;
        };
        /** Read a project */
        get: operations["getProject"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Pause or resume a project, or limit what runs of it at once
         * @description What is not named stays as it is, and null takes a limit away. Of a paused project nothing begins, also not what was interrupted; what is at work goes on to its end. The limit is for a platform-admin to set.
         */
        patch: operations["changeProject"];
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tokens */
        get: operations["listTokens"];
        put?: never;
        /**
         * Create a token
         * @description A token of the project, or one of a platform-admin without a project. Its secret is shown this once. It has no higher role than
         *     the token that makes it and no other project, and it ends with its maker at the latest: without a `ttl` exactly then, and a
         *     longer `ttl` is refused (422) with the latest possible instant. It goes on working when its maker is revoked, unless that is
         *     done with `cascade`.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the token. */
                token: components["parameters"]["Token"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a token
         * @description What was made with it goes on working until it ends, unless `cascade` is true; `GET /v1/tokens?madeBy=` lists it. The last
         *     platform-admin token that works is not revoked (409); a command on the host makes one when all have expired.
         */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List or export audit events
         * @description Who did what, when, from where and with what result: every change, every kubeconfig that was handed out, and what a known token was refused. Callers that nobody
         *     knows are counted by address and minute. A project's admin sees the project's own events; a platform-admin sees all, or those of the project that the header names.
         *
         *     One page as JSON, the newest first. With `Accept: application/jsonl` everything that fits the filters, an event a line and the oldest first, however much it is; `limit` and
         *     `cursor` say nothing then. `link` is null until the event is in its project's hash chain, which takes seconds.
         */
        get: operations["listAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say that the process lives
         * @description Touches neither database nor queue.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say whether requests can be served
         * @description The database decides; the queue is only reported, for a sweep makes up for it. What is away is told only with the token for
         *     measurements, or on the port of their own.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Measurements in the format of Prometheus
         * @description With the token for measurements (`FLEETYARD_METRICS_TOKEN_FILE`), which is good for nothing else. A port of their own
         *     (`FLEETYARD_METRICS_PORT`) serves them as well.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getContract"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description Unique among the living resources of its kind in a project. Names have no underscore, so that none looks like an id.
         * @example web-singapore
         */
        Name: string;
        /**
         * @description An id or a name.
         * @example demo-aws
         */
        Reference: string;
        /**
         * Format: date-time
         * @example 2026-05-04T10:15:30.000Z
         */
        Timestamp: string;
        /** @example pr_01k2m3n4p5q6r7s8t9v0w1x2y3 */
        ProjectId: string;
        /** @example tk_01k2m3n4p5q6r7s8t9v0w1x2y3 */
        TokenId: string;
        /** @example cr_01k2m3n4p5q6r7s8t9v0w1x2y3 */
        CredentialId: string;
        /** @example cl_01k2m3n4p5q6r7s8t9v0w1x2y3 */
        ClusterId: string;
        /** @example fl_01k2m3n4p5q6r7s8t9v0w1x2y3 */
        FleetId: string;
        /** @example pt_01k2m3n4p5q6r7s8t9v0w1x2y3 */
        PlacementId: string;
        /** @example fd_01k2m3n4p5q6r7s8t9v0w1x2y3 */
        FederationId: string;
        /** @example op_01k2m3n4p5q6r7s8t9v0w1x2y3 */
        OperationId: string;
        /** @example as_01k2m3n4p5q6r7s8t9v0w1x2y3 */
        AddressSpaceId: string;
        /** @example rg_01k2m3n4p5q6r7s8t9v0w1x2y3 */
        RangeId: string;
        /**
         * @description An IPv4 range.
         * @example 10.64.0.0/16
         */
        Cidr: string;
        /** @example 72h */
        Duration: string;
        /**
         * @description Minor version, or a patch of it where the provider lets one choose. A string; YAML reads a bare 1.30 as the number 1.3.
         * @example 1.35
         */
        KubernetesVersion: string;
        /**
         * @description Kubernetes labels.
         * @example {
         *       "tier": "cloud"
         *     }
         */
        Labels: {
            [key: string]: string;
        };
        /**
         * @description Tags at the cloud, on every resource that can carry them. Keys that begin with `fleetyard` are Fleetyard's own.
         * @example {
         *       "team": "payments"
         *     }
         */
        Tags: {
            [key: string]: string;
        };
        /**
         * @description What runs the cluster. `kubeadm` is in the language already and is not built yet.
         * @enum {string}
         */
        Provider: "eks" | "aks" | "gke" | "kubeadm";
        /**
         * @description What a credential reaches. `kubernetes` is a federation hub; `ssh` is in the language already and is not built yet.
         * @enum {string}
         */
        CredentialProvider: "aws" | "azure" | "gcp" | "kubernetes" | "ssh";
        /**
         * @description Only `karmada` is built.
         * @enum {string}
         */
        FederationEngine: "karmada" | "ocm" | "clusternet" | "kubefed";
        /**
         * @description Each role can do all that the ones before it can.
         * @enum {string}
         */
        Role: "viewer" | "operator" | "admin" | "platform-admin";
        /**
         * @description For people; no decision rests on it. `degraded` stands as it was asked for, but its API server or its hub does not answer; `status` has the reason.
         * @enum {string}
         */
        Phase: "pending" | "creating" | "updating" | "deleting" | "ready" | "degraded" | "failed" | "cancelled" | "needs-attention" | "deleted";
        /** @description An object whose members this contract does not fix. */
        FreeObject: {
            [key: string]: unknown;
        };
        /** @description An outside issuer whose tokens the API server accepts. Not built yet. */
        Oidc: {
            /** Format: uri */
            issuer: string;
            clientId: string;
        };
        /** @description How the API server can be reached. At least one of `private` and `public` is true; both are when neither is named. */
        Access: {
            /** @description From inside the network. */
            private?: boolean;
            /** @description From the internet, within `allowedCidrs`. */
            public?: boolean;
            /** @description Who may use the public endpoint; `0.0.0.0/0` means everybody and has to be said. Left out or empty, it is what stands, else what the installation says (FLEETYARD_DEFAULT_ALLOWED_CIDRS); where that says nothing, the request is refused. */
            allowedCidrs?: components["schemas"]["Cidr"][];
            oidc?: components["schemas"]["Oidc"];
        };
        NamedAddon: {
            name: components["schemas"]["Name"];
            version?: string;
            values?: components["schemas"]["FreeObject"];
        };
        /** @description An add-on by name, or with its version and values. Not built yet. */
        Addon: components["schemas"]["Name"] | components["schemas"]["NamedAddon"];
        /** @description Lists are united with those of the fleet's defaults. Not built yet. */
        Addons: components["schemas"]["Addon"][];
        /** @description What workloads may do. Not built yet. */
        Policies: {
            /** @enum {string} */
            runAsNonRoot?: "enforce" | "warn" | "off";
            /** @enum {string} */
            hostPath?: "deny" | "warn" | "allow";
            defaultLimits?: {
                cpu?: string;
                memory?: string;
            };
        };
        Accelerator: {
            /** @example nvidia-l4 */
            type: string;
            count: number;
        };
        /** @description What a node needs. The smallest machine type of the provider's that has at least this is taken, and kept. */
        Machine: {
            cpu: number;
            memoryGiB: number;
            accelerator?: components["schemas"]["Accelerator"];
        };
        /** @description Nodes of the whole pool, over all its zones. */
        Count: {
            min: number;
            max: number;
        };
        Taint: {
            key: string;
            value?: string;
            /** @enum {string} */
            effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
        };
        /** @description Hubs know no preference. */
        MemberTaint: {
            key: string;
            value?: string;
            /** @enum {string} */
            effect: "NoSchedule" | "NoExecute";
        };
        NodePool: {
            /** @description Providers have rules of their own, which are checked too; AKS takes twelve lower-case letters and digits at most. */
            name: string;
            machine?: components["schemas"]["Machine"];
            /**
             * @description A machine type in the provider's spelling, in place of `machine`.
             * @example m7i.xlarge
             */
            machineType?: string;
            count?: components["schemas"]["Count"];
            /** @description Machines that the cloud may take back. */
            spot?: boolean;
            /** @description In the provider's spelling, or as it numbers them; all zones of the cluster when not named. */
            zones?: string[];
            labels?: components["schemas"]["Labels"];
            taints?: components["schemas"]["Taint"][];
            /** @description Addresses of the machines, for `kubeadm` only. Not built yet. */
            hosts?: string[];
        };
        /** @description For `kubeadm` only. Not built yet. */
        ControlPlane: {
            endpoint: string;
            hosts: string[];
            certSANs?: string[];
        };
        /** @description Ranges of the user's own choice. Each that is not named is cut from the pools. */
        ClusterNetwork: {
            nodeCidr?: components["schemas"]["Cidr"];
            podCidr?: components["schemas"]["Cidr"];
            serviceCidr?: components["schemas"]["Cidr"];
            /** @description Length of the prefix of the range that is cut for services, 20 when it is not named: a smaller range leaves room for more clusters. EKS takes up to 24. Not beside `serviceCidr`, and fixed for the life of a cluster. */
            servicePrefix?: number;
            /** @description The /28 of a private GKE control plane. */
            controlPlaneCidr?: components["schemas"]["Cidr"];
        };
        /** @description Words that only one provider understands. Not built yet. */
        ProviderOptions: {
            [key: string]: unknown;
        };
        /** @description A cluster inside a fleet's document. What it leaves out comes from the fleet's defaults. */
        FleetCluster: {
            name: components["schemas"]["Name"];
            provider: components["schemas"]["Provider"];
            credential?: components["schemas"]["Reference"];
            /** @description In the provider's spelling. */
            region?: string;
            kubernetesVersion?: components["schemas"]["KubernetesVersion"];
            access?: components["schemas"]["Access"];
            labels?: components["schemas"]["Labels"];
            tags?: components["schemas"]["Tags"];
            addons?: components["schemas"]["Addons"];
            /** @description Taints of the member at the hub of its federation, which keep away what does not tolerate them. Others that the hub or somebody else puts there stay. */
            memberTaints?: components["schemas"]["MemberTaint"][];
            policies?: components["schemas"]["Policies"];
            providerOptions?: components["schemas"]["ProviderOptions"];
            /** @description Refuse to delete the cluster while this is true. */
            protect?: boolean;
            /** @description Delete the cluster after this time. Not built yet. */
            ttl?: components["schemas"]["Duration"];
            /** @description Where its machines stand, in the provider's spelling or as it numbers them; up to three zones of the region are chosen when not named. */
            zones?: string[];
            /** @description The data centre; for `kubeadm` only. */
            site?: components["schemas"]["Name"];
            network?: components["schemas"]["ClusterNetwork"];
            controlPlane?: components["schemas"]["ControlPlane"];
            nodePools: components["schemas"]["NodePool"][];
        };
        /** @description One cluster on its own, without a fleet. */
        ClusterRequest: {
            name: components["schemas"]["Name"];
            provider: components["schemas"]["Provider"];
            credential: components["schemas"]["Reference"];
            /** @description In the provider's spelling. */
            region?: string;
            kubernetesVersion?: components["schemas"]["KubernetesVersion"];
            access?: components["schemas"]["Access"];
            labels?: components["schemas"]["Labels"];
            tags?: components["schemas"]["Tags"];
            addons?: components["schemas"]["Addons"];
            /** @description Taints of the member at the hub of its federation, which keep away what does not tolerate them. Others that the hub or somebody else puts there stay. */
            memberTaints?: components["schemas"]["MemberTaint"][];
            policies?: components["schemas"]["Policies"];
            providerOptions?: components["schemas"]["ProviderOptions"];
            /** @description Refuse to delete the cluster while this is true. */
            protect?: boolean;
            /** @description Delete the cluster after this time. Not built yet. */
            ttl?: components["schemas"]["Duration"];
            /** @description Where its machines stand, in the provider's spelling or as it numbers them; up to three zones of the region are chosen when not named. */
            zones?: string[];
            /** @description The data centre; for `kubeadm` only. */
            site?: components["schemas"]["Name"];
            network?: components["schemas"]["ClusterNetwork"];
            controlPlane?: components["schemas"]["ControlPlane"];
            nodePools: components["schemas"]["NodePool"][];
            /** @description The federation that the cluster joins. */
            federation?: components["schemas"]["Reference"];
            /** @description Where the ranges are cut; the project's default one when not named. */
            addressSpace?: components["schemas"]["Reference"];
        };
        /**
         * @description Where ranges are cut from; each lies in a private block. No two clusters of an address space ever hold ranges that meet.
         * @example {
         *       "nodes": "10.0.0.0/10",
         *       "pods": "100.64.0.0/11",
         *       "services": "172.20.0.0/14"
         *     }
         */
        Pools: {
            nodes?: components["schemas"]["Cidr"];
            pods?: components["schemas"]["Cidr"];
            services?: components["schemas"]["Cidr"];
        };
        /** @description A private link between two clusters' networks. Not built yet. */
        Interconnect: {
            between: components["schemas"]["Name"][];
            /** @enum {string} */
            kind: "vpn" | "peering" | "dedicated";
            bgp?: boolean;
        };
        FleetNetwork: {
            /** @description Pools of the fleet's own, in place of the address space's; a role that is not named is cut from those. */
            pools?: components["schemas"]["Pools"];
            /**
             * @description Not built yet.
             * @enum {string}
             */
            mesh?: "cilium-clustermesh" | "istio" | "submariner";
            interconnect?: components["schemas"]["Interconnect"][];
        };
        /** @description Where the federation's control plane is, reached by a credential of provider `kubernetes`. A member as hub (`cluster`) is not built yet. */
        Hub: {
            credential?: components["schemas"]["Reference"];
            cluster?: components["schemas"]["Name"];
        };
        /** @description A federation of the fleet's own and with its name; it is made with the fleet. */
        FleetFederation: {
            engine: components["schemas"]["FederationEngine"];
            hub: components["schemas"]["Hub"];
        };
        /** @description Merged into every cluster. Lists are united, maps merged, and what the cluster says itself overrides. */
        FleetDefaults: {
            credential?: components["schemas"]["Reference"];
            /** @description In the provider's spelling. */
            region?: string;
            kubernetesVersion?: components["schemas"]["KubernetesVersion"];
            access?: components["schemas"]["Access"];
            labels?: components["schemas"]["Labels"];
            tags?: components["schemas"]["Tags"];
            addons?: components["schemas"]["Addons"];
            /** @description Taints of the member at the hub of its federation, which keep away what does not tolerate them. Others that the hub or somebody else puts there stay. */
            memberTaints?: components["schemas"]["MemberTaint"][];
            policies?: components["schemas"]["Policies"];
            providerOptions?: components["schemas"]["ProviderOptions"];
            /** @description Refuse to delete the cluster while this is true. */
            protect?: boolean;
            /** @description Delete the cluster after this time. Not built yet. */
            ttl?: components["schemas"]["Duration"];
        };
        /** @description Which objects of the hub the placement is about: all of a kind, those of a namespace, one by its name, or those with all of these labels. Two placements of a federation may not be able to select the same object. */
        WorkloadSelector: {
            apiVersion: string;
            kind: string;
            namespace?: string;
            name?: string;
            labels?: components["schemas"]["Labels"];
        };
        ClusterSet: {
            providers?: components["schemas"]["Provider"][];
            regions?: string[];
            clusters?: components["schemas"]["Name"][];
        };
        /** @description Over how many clusters, regions, zones or providers. Karmada 1.12 spreads by cluster and region alone, and never where replicas have weights; there, and by provider, Fleetyard chooses the clusters itself and keeps the choice up with the members. */
        Spread: {
            /** @enum {string} */
            by: "cluster" | "region" | "zone" | "provider";
            min?: number;
            max?: number;
        };
        /** @description Duplicated when not said. */
        Replicas: {
            /**
             * @description `duplicated`: each cluster gets all replicas. `weighted`: divided by `weights`, or evenly without them; a cluster without a weight gets none. `dynamic`: by the room that the hub sees in each cluster. `aggregated`: in as few clusters as have the room.
             * @enum {string}
             */
            divide: "duplicated" | "weighted" | "dynamic" | "aggregated";
            /** @description By the names of clusters; only where replicas are `weighted`. */
            weights?: {
                [key: string]: number;
            };
        };
        /** @description A taint of clusters that the placement lives with. */
        Toleration: {
            key?: string;
            /**
             * @description `Equal` when not said.
             * @enum {string}
             */
            operator?: "Equal" | "Exists";
            value?: string;
            /** @enum {string} */
            effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
            /** @description How long a `NoExecute` taint is lived with; for ever when not said. */
            seconds?: number;
        };
        /** @description What differs in some clusters, or in all of them when `targets` is not said. */
        Override: {
            targets?: components["schemas"]["OverrideTargets"];
            /** @description The registry of all images, in place of their own. */
            imageRegistry?: string;
            /** @description Added to the object's own. */
            labels?: components["schemas"]["Labels"];
            args?: components["schemas"]["ArgsOverride"][];
            patches?: components["schemas"]["PlainPatch"][];
        };
        /** @description Clusters that all of these say. */
        OverrideTargets: {
            labels?: components["schemas"]["Labels"];
            providers?: components["schemas"]["Provider"][];
            regions?: string[];
            clusters?: components["schemas"]["Name"][];
        };
        ArgsOverride: {
            container: string;
            add?: string[];
            remove?: string[];
        };
        /** @description One step of a JSON patch (RFC 6902). */
        PlainPatch: {
            /** @enum {string} */
            op: "add" | "replace" | "remove";
            /** @description A JSON pointer. */
            path: string;
            /** @description Any value; not for `remove`. */
            value?: unknown;
        };
        Failover: {
            /** @description How long a cluster that the hub calls not ready or unreachable keeps its workloads; the hub's own time when not said. */
            after?: components["schemas"]["Duration"];
            /** @description The first of these clusters that can take the workload gets all of it, and the next takes over; clusters that are not named come last, together. */
            order?: components["schemas"]["Name"][];
        };
        /** @description What runs where in the federation of the fleet; see `PlacementRequest`. */
        FleetPlacement: {
            name: components["schemas"]["Name"];
            select: components["schemas"]["WorkloadSelector"];
            /** @description Only clusters that have all of these labels. */
            affinity?: components["schemas"]["Labels"];
            /** @description No cluster that has one of these labels. */
            exclude?: components["schemas"]["Labels"];
            /** @description Only clusters that each list that is given names. */
            within?: components["schemas"]["ClusterSet"];
            /** @description No cluster that one of the lists names. */
            without?: components["schemas"]["ClusterSet"];
            spread?: components["schemas"]["Spread"];
            replicas?: components["schemas"]["Replicas"];
            tolerations?: components["schemas"]["Toleration"][];
            overrides?: components["schemas"]["Override"][];
            failover?: components["schemas"]["Failover"];
        };
        /** @description A fleet as it should be. Sent twice, it changes nothing the second time. */
        FleetRequest: {
            name: components["schemas"]["Name"];
            /** @description Where the ranges are cut; the project's default one when not named. */
            addressSpace?: components["schemas"]["Reference"];
            federation?: components["schemas"]["FleetFederation"];
            network?: components["schemas"]["FleetNetwork"];
            defaults?: components["schemas"]["FleetDefaults"];
            clusters: components["schemas"]["FleetCluster"][];
            placements?: components["schemas"]["FleetPlacement"][];
            /** @description Delete the members and placements that the document no longer names. Without it they stay, listed as unmanaged. */
            prune?: boolean;
        };
        /** @description One wrong field. */
        FieldError: {
            /**
             * @description JSON pointer into the request's body; of a missing field, where it should stand.
             * @example /clusters/0/nodePools/1/count/min
             */
            pointer?: string;
            /** @description Name of the path, query or header parameter, when the fault is there. */
            parameter?: string;
            /** @description A stable word for the kind of fault. */
            code?: string;
            detail: string;
        };
        /**
         * @description RFC 9457. `type` is stable; `detail` is for people and may change.
         * @example {
         *       "type": "urn:fleetyard:problem:validation",
         *       "title": "The request is not valid",
         *       "status": 422,
         *       "detail": "1 field is wrong.",
         *       "errors": [
         *         {
         *           "pointer": "/region",
         *           "code": "required",
         *           "detail": "is missing"
         *         }
         *       ]
         *     }
         */
        Problem: {
            /**
             * @description Never renamed and never used for anything else.
             * @enum {string}
             */
            type: "urn:fleetyard:problem:malformed-body" | "urn:fleetyard:problem:invalid-parameter" | "urn:fleetyard:problem:unauthenticated" | "urn:fleetyard:problem:forbidden" | "urn:fleetyard:problem:not-found" | "urn:fleetyard:problem:method-not-allowed" | "urn:fleetyard:problem:conflict" | "urn:fleetyard:problem:name-taken" | "urn:fleetyard:problem:range-exhausted" | "urn:fleetyard:problem:range-overlap" | "urn:fleetyard:problem:in-use" | "urn:fleetyard:problem:protected" | "urn:fleetyard:problem:illegal-transition" | "urn:fleetyard:problem:idempotency-in-flight" | "urn:fleetyard:problem:precondition-failed" | "urn:fleetyard:problem:payload-too-large" | "urn:fleetyard:problem:unsupported-media-type" | "urn:fleetyard:problem:validation" | "urn:fleetyard:problem:not-built-yet" | "urn:fleetyard:problem:range-invalid" | "urn:fleetyard:problem:credential-mismatch" | "urn:fleetyard:problem:immutable-field" | "urn:fleetyard:problem:idempotency-key-reused" | "urn:fleetyard:problem:rate-limited" | "urn:fleetyard:problem:lease-lost" | "urn:fleetyard:problem:internal" | "urn:fleetyard:problem:unavailable";
            title: string;
            status: number;
            detail?: string;
            /** @description The id of the request, as it stands in the logs. */
            instance?: string;
            errors?: components["schemas"]["FieldError"][];
            /** @description Calls that lead out of what refused the request, the mildest first. */
            wayOut?: components["schemas"]["Call"][];
        } & {
            [key: string]: unknown;
        };
        /** @description Where the next page begins; null on the last. */
        NextCursor: string | null;
        ResourceRef: {
            /** @enum {string} */
            kind: "cluster" | "fleet" | "federation" | "placement";
            id: string;
            name?: string;
        };
        ProjectRequest: {
            name: components["schemas"]["Name"];
        };
        Project: {
            id: components["schemas"]["ProjectId"];
            name: components["schemas"]["Name"];
            /**
             * Format: date-time
             * @description Since when nothing of it begins.
             */
            pausedAt: string | null;
            /** @description Null means as many as the installation allows to each. */
            runningLimit: components["schemas"]["RunningLimit"];
            createdAt: components["schemas"]["Timestamp"];
        };
        ProjectPatch: {
            /** @description Whether operations of the project wait. */
            paused?: boolean;
            /** @description Null takes the project's own limit away. */
            runningLimit?: components["schemas"]["RunningLimit"];
        };
        /** @description Operations at work at once. */
        RunningLimit: number | null;
        ProjectList: {
            items: components["schemas"]["Project"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        TokenRequest: {
            name: components["schemas"]["Name"];
            role: components["schemas"]["Role"];
            /** @description How long the token works; when not named as long as its maker. */
            ttl?: components["schemas"]["Duration"];
        };
        Token: {
            id: components["schemas"]["TokenId"];
            name: string;
            role: components["schemas"]["Role"];
            /** @description Null for a platform-admin token. */
            project: string | null;
            /** @description The token that made it; null for one that was made on the host. */
            madeBy: string | null;
            createdAt: components["schemas"]["Timestamp"];
            /** Format: date-time */
            expiresAt: string | null;
            /** Format: date-time */
            revokedAt: string | null;
        };
        CreatedToken: {
            token: components["schemas"]["Token"];
            /** @description Shown this once; only a hash of it is kept. */
            secret: string;
        };
        TokenList: {
            items: components["schemas"]["Token"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        /**
         * @description `change`: something was changed. `read`: a secret was handed out. `refusal`: a known caller was refused, or met a failure. `strangers`: callers without a known token, counted for one address and minute. `surplus`: refusals of one token beyond those that were told one by one, counted for one minute.
         * @enum {string}
         */
        AuditKind: "change" | "read" | "refusal" | "strangers" | "surplus";
        /**
         * @description By the status of the answer.
         * @enum {string}
         */
        AuditResult: "accepted" | "refused" | "failed";
        AuditEvent: {
            id: string;
            at: components["schemas"]["Timestamp"];
            kind: components["schemas"]["AuditKind"];
            /** @description Whose chain it is in; null for the platform's. */
            project: string | null;
            /** @description Who called; null for strangers and for the service itself. */
            token: {
                id: components["schemas"]["TokenId"];
                name: string | null;
                role: string | null;
                /** @description Null for a platform-admin token. */
                project: string | null;
            } | null;
            /** @description The `operationId` that was called. */
            endpoint: string | null;
            method: string | null;
            resource: {
                kind: string;
                id: string | null;
                name: string | null;
            } | null;
            /** @description Where the call came from. */
            address: string | null;
            /** @description At most 256 characters of what the caller says of itself. */
            userAgent: string | null;
            /** @description Of the answer. */
            status: number | null;
            /** @description Type of the problem that was answered. */
            problem: string | null;
            /** @description The `instance` of the problem; the log names it too. */
            requestId: string | null;
            /** @description The operation that began. */
            operation: string | null;
            /** @description The answer was the stored one of an earlier request with the same key. */
            replayed: boolean;
            /** @description How many of the kind, for those that are counted. */
            count: number;
            /** @description Its place in the hash chain. */
            link: {
                position: number;
                hash: string;
            } | null;
        };
        AuditEventList: {
            items: components["schemas"]["AuditEvent"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        AwsSecret: {
            accessKeyId: string;
            secretAccessKey: string;
            sessionToken?: string;
        };
        AzureSecret: {
            /** Format: uuid */
            tenantId: string;
            /** Format: uuid */
            clientId: string;
            clientSecret: string;
            /** Format: uuid */
            subscriptionId: string;
        };
        GcpSecret: {
            project: string;
            /** @description The key file's JSON text as Google made it. It is parsed and written anew; fields and addresses of any other kind are refused. */
            serviceAccountKey: string;
        };
        KubernetesSecret: {
            /** @description A kubeconfig, such as `kubectl config view --minify --flatten --raw` prints. Of its current context these are understood and kept: `server` (https, without user, query and fragment), `certificate-authority-data`, `tls-server-name`, and `token` or `client-certificate-data` with `client-key-data`. Whatever names a file, a program, a proxy or another identity is refused. */
            kubeconfig: string;
        };
        /**
         * @description What the clusters of a simulated account stand on, for ever: API servers that the simulated cloud plays (`ledger`, when nothing is said), or a real Kubernetes on the simulated cloud's own machine (`local`).
         * @enum {string}
         */
        ControlPlanes: "ledger" | "local";
        /** @description A real credential carries `secret`, whose members depend on the provider; a simulated one has none. `ssh` is not built yet. */
        CredentialRequest: {
            name: components["schemas"]["Name"];
            provider: components["schemas"]["CredentialProvider"];
            /** @description An account at the simulated cloud. It stays so for ever. */
            simulated?: boolean;
            controlPlanes?: components["schemas"]["ControlPlanes"];
            /** @description One of AwsSecret, AzureSecret, GcpSecret and KubernetesSecret. Never shown again. */
            secret?: components["schemas"]["FreeObject"];
        };
        Credential: {
            id: components["schemas"]["CredentialId"];
            name: components["schemas"]["Name"];
            provider: components["schemas"]["CredentialProvider"];
            simulated: boolean;
            /** @description What the clusters of a simulated account stand on; null for a real one. */
            controlPlanes: components["schemas"]["ControlPlanes"] | null;
            /** @description What may be known of the account: its number, subscription or project. */
            attributes: components["schemas"]["FreeObject"];
            createdAt: components["schemas"]["Timestamp"];
        };
        CredentialList: {
            items: components["schemas"]["Credential"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        Cluster: {
            id: components["schemas"]["ClusterId"];
            name: components["schemas"]["Name"];
            provider: components["schemas"]["Provider"];
            region: string;
            kubernetesVersion: string;
            credential: components["schemas"]["CredentialId"];
            /** @description The cluster stands at a simulated cloud. */
            simulated: boolean;
            fleet: components["schemas"]["FleetId"] | null;
            federation: components["schemas"]["FederationId"] | null;
            phase: components["schemas"]["Phase"];
            protect: boolean;
            /** @description Counts the changes of the spec; the ETag. */
            generation: number;
            /** @description The last generation that was made so. */
            observedGeneration: number;
            /** @description What was applied last, which a PATCH changes. Null for a member of a fleet, whose document says it. Of a cluster that was made before documents were kept it is read off the specification: without its ranges and zones, which stay as they are, and with the credential's id. */
            document: components["schemas"]["ClusterRequest"] | null;
            /** @description The resolved specification: what was asked, with every choice of the catalogue and every range fixed. */
            spec: components["schemas"]["FreeObject"];
            /** @description What was observed. Of a simulated cluster `simulation` says what it stands on (`controlPlanes`), and the version of Kubernetes that really runs there (`kubernetesVersion`; null when none does). */
            status: components["schemas"]["FreeObject"];
            /** @description The oldest operation that has not come to rest; null when there is none. */
            operation: components["schemas"]["OperationId"] | null;
            createdAt: components["schemas"]["Timestamp"];
            updatedAt: components["schemas"]["Timestamp"];
        };
        /**
         * @description Any members of a `ClusterRequest`; null takes one away. What comes of it has to be one.
         * @example {
         *       "labels": {
         *         "tier": "edge",
         *         "old": null
         *       }
         *     }
         */
        ClusterPatch: {
            [key: string]: unknown;
        };
        ClusterList: {
            items: components["schemas"]["Cluster"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        ClusterChange: {
            cluster: components["schemas"]["Cluster"];
            /** @description Null when there was nothing to change. */
            operation: components["schemas"]["Operation"] | null;
        };
        LayerOutputs: {
            /**
             * @description A layer of the cluster, such as `network`; more may come.
             * @example cluster
             */
            layer: string;
            stack: string;
            outputs: components["schemas"]["FreeObject"];
            /** Format: date-time */
            deployedAt: string | null;
        };
        /** @description The public outputs of every stack of the cluster; secret ones are never among them. */
        ClusterOutputs: {
            cluster: components["schemas"]["ClusterId"];
            layers: components["schemas"]["LayerOutputs"][];
        };
        Kubeconfig: {
            /** @description YAML text with a short-lived identity. */
            kubeconfig: string;
            /**
             * Format: date-time
             * @description When the cluster ends the identity.
             */
            expiresAt: string;
        };
        FleetMember: {
            id: components["schemas"]["ClusterId"];
            name: components["schemas"]["Name"];
            provider: components["schemas"]["Provider"];
            region: string;
            phase: components["schemas"]["Phase"];
            /** @description False when the document no longer names this member. */
            managed: boolean;
            operation: components["schemas"]["OperationId"] | null;
        };
        PlacementOfFleet: {
            id: components["schemas"]["PlacementId"];
            name: components["schemas"]["Name"];
            phase: components["schemas"]["Phase"];
            /** @description False when the document no longer names this placement. */
            managed: boolean;
            operation: components["schemas"]["OperationId"] | null;
        };
        Fleet: {
            id: components["schemas"]["FleetId"];
            name: components["schemas"]["Name"];
            generation: number;
            phase: components["schemas"]["Phase"];
            federation: components["schemas"]["FederationId"] | null;
            addressSpace: components["schemas"]["AddressSpaceId"] | null;
            document: components["schemas"]["FleetRequest"];
            clusters: components["schemas"]["FleetMember"][];
            placements: components["schemas"]["PlacementOfFleet"][];
            operation: components["schemas"]["OperationId"] | null;
            createdAt: components["schemas"]["Timestamp"];
            updatedAt: components["schemas"]["Timestamp"];
        };
        /**
         * @description Any members of a `FleetRequest`; null takes one away, and `clusters` is replaced whole. What comes of it has to be one.
         * @example {
         *       "defaults": {
         *         "kubernetesVersion": "1.35"
         *       }
         *     }
         */
        FleetPatch: {
            [key: string]: unknown;
        };
        FleetList: {
            items: components["schemas"]["Fleet"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        FleetChange: {
            fleet: components["schemas"]["Fleet"];
            /** @description Null when there was nothing to change. */
            operation: components["schemas"]["Operation"] | null;
            /** @description The operations that the fleet's operation waits for, one for each thing that changes. */
            children: components["schemas"]["Operation"][];
        };
        /** @description Let go of a cluster without asking its cloud for anything. */
        AbandonCluster: {
            /** @enum {string} */
            kind: "abandon";
            /** @description Free the ranges although what is left may use them; without it they stay taken, as `foreign`. */
            releaseRanges?: boolean;
        };
        /** @description What is asked for, by `kind`; more kinds make this a `oneOf`. */
        ClusterAct: components["schemas"]["AbandonCluster"];
        /** @description Let go of a federation without asking its hub for anything. */
        AbandonFederation: {
            /** @enum {string} */
            kind: "abandon";
        };
        /** @description What is asked for, by `kind`; more kinds make this a `oneOf`. */
        FederationAct: components["schemas"]["AbandonFederation"];
        CancelRequest: {
            /** @description Delete what a creation made, once it has stopped. */
            rollback?: boolean;
        };
        FederationRequest: {
            name: components["schemas"]["Name"];
            engine: components["schemas"]["FederationEngine"];
            hub: components["schemas"]["Hub"];
        };
        Federation: {
            id: components["schemas"]["FederationId"];
            name: components["schemas"]["Name"];
            engine: components["schemas"]["FederationEngine"];
            hub: components["schemas"]["Hub"];
            phase: components["schemas"]["Phase"];
            generation: number;
            status: components["schemas"]["FreeObject"];
            operation: components["schemas"]["OperationId"] | null;
            createdAt: components["schemas"]["Timestamp"];
            updatedAt: components["schemas"]["Timestamp"];
        };
        FederationList: {
            items: components["schemas"]["Federation"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        FederationChange: {
            federation: components["schemas"]["Federation"];
            operation: components["schemas"]["Operation"] | null;
        };
        FederationMember: {
            cluster: components["schemas"]["ClusterId"];
            name: components["schemas"]["Name"];
            provider: components["schemas"]["Provider"];
            region: string;
            phase: components["schemas"]["Phase"];
            /** @description The member's name at the hub. */
            memberName: string | null;
            /** @description The membership stack is in place. */
            joined: boolean;
            /** @description Whether it answers and the hub calls it ready; null before anybody looked. */
            ready: boolean | null;
            /** @description Why it is ready or not. */
            reason: string | null;
        };
        FederationMemberList: {
            items: components["schemas"]["FederationMember"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        /** @description What runs where in a federation. Sent twice, it changes nothing the second time. */
        PlacementRequest: {
            /** @description Fixed for the life of a placement. */
            federation: components["schemas"]["Reference"];
            name: components["schemas"]["Name"];
            select: components["schemas"]["WorkloadSelector"];
            /** @description Only clusters that have all of these labels. */
            affinity?: components["schemas"]["Labels"];
            /** @description No cluster that has one of these labels. */
            exclude?: components["schemas"]["Labels"];
            /** @description Only clusters that each list that is given names. */
            within?: components["schemas"]["ClusterSet"];
            /** @description No cluster that one of the lists names. */
            without?: components["schemas"]["ClusterSet"];
            spread?: components["schemas"]["Spread"];
            replicas?: components["schemas"]["Replicas"];
            tolerations?: components["schemas"]["Toleration"][];
            overrides?: components["schemas"]["Override"][];
            failover?: components["schemas"]["Failover"];
        };
        Placement: {
            id: components["schemas"]["PlacementId"];
            name: components["schemas"]["Name"];
            federation: components["schemas"]["FederationId"];
            fleet: components["schemas"]["FleetId"] | null;
            phase: components["schemas"]["Phase"];
            generation: number;
            observedGeneration: number;
            document: components["schemas"]["FleetPlacement"];
            status: components["schemas"]["PlacementStatus"];
            operation: components["schemas"]["OperationId"] | null;
            createdAt: components["schemas"]["Timestamp"];
            updatedAt: components["schemas"]["Timestamp"];
        };
        /** @description As a worker saw it at the hub, every few seconds while nothing is at work on the placement. */
        PlacementStatus: {
            /**
             * Format: date-time
             * @description When it was last seen to change.
             */
            checkedAt: string | null;
            /** @description Why the hub could not be looked at. */
            reason: string | null;
            workloads: components["schemas"]["PlacedWorkload"][];
            /** @description More objects are selected than are listed. */
            more: boolean;
            /** @description The last time that somebody's change of the placement's policies at the hub was undone. */
            repaired: components["schemas"]["PlacementRepair"] | null;
        };
        PlacementRepair: {
            at: components["schemas"]["Timestamp"];
            objects: string[];
        };
        PlacedWorkload: {
            apiVersion: string;
            kind: string;
            namespace: string | null;
            name: string;
            /** @description As the hub has it; null for what has none. */
            replicas: number | null;
            scheduled: boolean;
            /** @description Why the hub found no place for it. */
            reason: string | null;
            clusters: components["schemas"]["PlacedShare"][];
        };
        PlacedShare: {
            /** @description The name of the cluster, or of the member at the hub where it is none of ours. */
            cluster: string;
            replicas: number | null;
            /** @description Replicas that the cluster calls ready. */
            ready: number | null;
            /** @description The object is in the cluster. */
            applied: boolean;
            /** @description Why it is not. */
            reason: string | null;
        };
        /**
         * @description Any members of a `PlacementRequest`; null takes one away. What comes of it has to be one.
         * @example {
         *       "replicas": {
         *         "divide": "weighted",
         *         "weights": {
         *           "web-one": 2,
         *           "web-two": 1
         *         }
         *       }
         *     }
         */
        PlacementPatch: {
            [key: string]: unknown;
        };
        PlacementList: {
            items: components["schemas"]["Placement"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        PlacementChange: {
            placement: components["schemas"]["Placement"];
            /** @description Null when there was nothing to change. */
            operation: components["schemas"]["Operation"] | null;
        };
        /** @description What a preview supposes of a cluster. */
        SupposedCluster: {
            name: components["schemas"]["Name"];
            /** @description All of its labels. */
            labels?: components["schemas"]["Labels"];
            /** @description It has left the federation, or was deleted. */
            leaves?: boolean;
        };
        /** @description The document of a placement, and what is supposed beside it. */
        PlacementPreviewRequest: {
            federation: components["schemas"]["Reference"];
            name: components["schemas"]["Name"];
            select: components["schemas"]["WorkloadSelector"];
            /** @description Only clusters that have all of these labels. */
            affinity?: components["schemas"]["Labels"];
            /** @description No cluster that has one of these labels. */
            exclude?: components["schemas"]["Labels"];
            /** @description Only clusters that each list that is given names. */
            within?: components["schemas"]["ClusterSet"];
            /** @description No cluster that one of the lists names. */
            without?: components["schemas"]["ClusterSet"];
            spread?: components["schemas"]["Spread"];
            replicas?: components["schemas"]["Replicas"];
            tolerations?: components["schemas"]["Toleration"][];
            overrides?: components["schemas"]["Override"][];
            failover?: components["schemas"]["Failover"];
            /** @description A manifest that the placement would select; without it, the objects that the hub has of it already, as far as they are of no core group. */
            workload?: {
                apiVersion: string;
                kind: string;
                metadata: components["schemas"]["FreeObject"];
            } & {
                [key: string]: unknown;
            };
            clusters?: components["schemas"]["SupposedCluster"][];
        };
        PlacementPreview: {
            clusters: components["schemas"]["PreviewedCluster"][];
            workloads: components["schemas"]["PreviewedWorkload"][];
            /** @description Why it is not known what the placement selects; null when it is. */
            unread: string | null;
            /** @description What the hub would get. */
            objects: components["schemas"]["FreeObject"][];
        };
        PreviewedCluster: {
            cluster: components["schemas"]["ClusterId"];
            name: components["schemas"]["Name"];
            provider: components["schemas"]["Provider"];
            region: string;
            gets: boolean;
            /** @description Why it is left out, or stands by. */
            reason: string | null;
        };
        PreviewedWorkload: {
            apiVersion: string;
            kind: string;
            namespace: string | null;
            name: string;
            replicas: number | null;
            /** @description Whether the hub will divide the replicas like this; otherwise it is an estimate. */
            exact: boolean;
            /** @description Why it is an estimate. */
            note: string | null;
            clusters: components["schemas"]["PreviewedShare"][];
        };
        PreviewedShare: {
            cluster: components["schemas"]["Name"];
            replicas: number | null;
            /** @description What the cluster has by now as far as the last look tells. */
            before: number | null;
            /** @description The object as the cluster would get it; null where the cluster would lose it. */
            manifest: components["schemas"]["FreeObject"] | null;
        };
        /**
         * @description `waiting` is for children, `interrupted` for an inspection after a lost worker, `needs_attention` for a person.
         * @enum {string}
         */
        OperationState: "queued" | "running" | "waiting" | "cancelling" | "awaiting_approval" | "interrupted" | "succeeded" | "failed" | "cancelled" | "needs_attention";
        /** @description Why an operation or step failed. */
        OperationError: {
            /** @description A class of the engine (throttled, conflict, capacity, quota, credentials, invalid, unreachable, deadline, gone, internal), a problem's word, `superseded`, `worker-lost` or `children-failed`. */
            code: string;
            message: string;
            /** @description What a person can do. */
            advice?: string;
            /** @description What was tried before the operation came to rest. */
            tried?: {
                attempts: number;
                /** @description Automatic retries by class of error; each class has a bound of its own. */
                retries: {
                    [key: string]: number;
                };
                /** @description Workers that vanished while they held it. */
                deaths: number;
            };
            /** @description The stacks of a cluster that may hold something. */
            stands?: {
                layer: string;
                stack: string;
            }[];
            /** @description Calls that lead out of this, the mildest first. */
            wayOut?: components["schemas"]["Call"][];
        } & {
            [key: string]: unknown;
        };
        /** @description A call of this service. */
        Call: {
            /** @enum {string} */
            method: "GET" | "POST" | "PUT" | "DELETE";
            path: string;
            body?: components["schemas"]["FreeObject"];
            /** @description The role that it needs beyond that of an operator. */
            role?: components["schemas"]["Role"];
            does: string;
        };
        /** @description Something that stands and that this service does not look after any more. */
        LeftResource: {
            /** @example aws:ec2/vpc:Vpc */
            type: string;
            name: string;
            /** @description Its id at the cloud; null when its creation was in doubt. */
            id: string | null;
        };
        LeftStack: {
            layer: string;
            /** @description Its name in the state of Pulumi, where it stays. */
            stack: string;
            /**
             * @description Where the list comes from: the stack's state, the last copy that was kept before a change, or `unknown` when neither said anything.
             * @enum {string}
             */
            source: "state" | "snapshot" | "unknown";
            resources: components["schemas"]["LeftResource"][];
        };
        /** @description What an operation leaves to be read, beside its resource. */
        OperationResult: {
            /** @description What was let go of, by stack; empty when nothing stood. */
            left?: components["schemas"]["LeftStack"][];
            /** @description Ranges that stay taken because what is left may use them. */
            keptRanges?: components["schemas"]["Cidr"][];
            /** @description The deletion that follows a cancelled creation. */
            rollback?: components["schemas"]["OperationId"];
            /** @description The operations below that left something. */
            children?: {
                operation: components["schemas"]["OperationId"];
                resource: string;
            }[];
        };
        Step: {
            index: number;
            /** @enum {string} */
            kind: "engine" | "check" | "hub" | "host" | "wait" | "record";
            action: string;
            layer: string | null;
            /** @enum {string} */
            state: "pending" | "running" | "succeeded" | "failed" | "skipped";
            /** @description Resources that the step is about. */
            planned: number | null;
            done: number | null;
            /** Format: date-time */
            startedAt: string | null;
            /** Format: date-time */
            finishedAt: string | null;
            error: components["schemas"]["OperationError"] | null;
        };
        Operation: {
            id: components["schemas"]["OperationId"];
            resource: components["schemas"]["ResourceRef"];
            /** @enum {string} */
            kind: "create" | "update" | "delete" | "abandon";
            state: components["schemas"]["OperationState"];
            attempt: number;
            generation: number;
            parent: components["schemas"]["OperationId"] | null;
            steps: components["schemas"]["Step"][];
            error: components["schemas"]["OperationError"] | null;
            result: components["schemas"]["OperationResult"] | null;
            /** @description Where it stands while it waits, when this operation alone is read; null otherwise. */
            queue: components["schemas"]["QueuePlace"] | null;
            /** Format: date-time */
            cancelRequestedAt: string | null;
            /**
             * Format: date-time
             * @description When an automatic retry is due.
             */
            notBefore: string | null;
            createdAt: components["schemas"]["Timestamp"];
            /** Format: date-time */
            startedAt: string | null;
            /** Format: date-time */
            finishedAt: string | null;
        };
        QueuePlace: {
            /**
             * @description `room`: a worker with room, within the limits of project and credential. `retry`: the time of an automatic retry. `earlier-operation`: what goes before it, on the same resource or on what belongs to it. `resumption`: the project is paused; see `PATCH /v1/projects/{project}`.
             * @enum {string}
             */
            waitsFor: "room" | "retry" | "earlier-operation" | "resumption";
            /** @description Its place among those of the project that wait for room. */
            position: number | null;
            /**
             * Format: date-time
             * @description An estimate, from how fast operations of the project began of late; of a retry, when it is due.
             */
            expectedStartAt: string | null;
        };
        OperationList: {
            items: components["schemas"]["Operation"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        OperationEvent: {
            /** @description Counts within the operation without a gap; the id of the server-sent event. */
            seq: number;
            operation: components["schemas"]["OperationId"];
            type: string;
            at: components["schemas"]["Timestamp"];
            data: components["schemas"]["FreeObject"];
        };
        /** @description An id of an event among those of its project, in whose order ids compare as texts; without an operation it is before a transaction. `0` is before everything. */
        EventPlace: string;
        /** @description An event of an operation, with what the operation works on. */
        ProjectEvent: {
            /** @description Counts within the operation without a gap. */
            seq: number;
            operation: components["schemas"]["OperationId"];
            resource: components["schemas"]["ResourceRef"];
            type: string;
            at: components["schemas"]["Timestamp"];
            data: components["schemas"]["FreeObject"];
        };
        /** @description One event of a stream, as its fields are sent. `id` is what `Last-Event-ID` takes, and `data` the event as JSON, as the list has it. */
        StreamedEvent: {
            id?: string;
            event?: string;
            data?: string;
        };
        ProjectEventList: {
            items: components["schemas"]["ProjectEvent"][];
            /** @description To go on from; the id that was given when nothing has happened since. */
            last: components["schemas"]["EventPlace"];
        };
        OperationEventList: {
            items: components["schemas"]["OperationEvent"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        AddressSpaceRequest: {
            name: components["schemas"]["Name"];
            pools: components["schemas"]["Pools"];
        };
        AddressSpace: {
            id: components["schemas"]["AddressSpaceId"];
            name: components["schemas"]["Name"];
            pools: components["schemas"]["Pools"];
            createdAt: components["schemas"]["Timestamp"];
        };
        AddressSpaceList: {
            items: components["schemas"]["AddressSpace"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        Range: {
            id: components["schemas"]["RangeId"];
            range: components["schemas"]["Cidr"];
            /** @enum {string} */
            role: "nodes" | "pods" | "services" | "control-plane" | "hosts" | "foreign";
            cluster: components["schemas"]["ClusterId"] | null;
        };
        RangeList: {
            items: components["schemas"]["Range"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        CatalogueProvider: {
            name: components["schemas"]["Provider"];
            credentialProvider: components["schemas"]["CredentialProvider"];
            built: boolean;
        };
        CatalogueProviderList: {
            items: components["schemas"]["CatalogueProvider"][];
        };
        CatalogueRegion: {
            name: string;
            place: string;
            country: string;
            zones: string[];
        };
        CatalogueRegionList: {
            items: components["schemas"]["CatalogueRegion"][];
        };
        CatalogueVersion: {
            /** @description The minor version. */
            version: string;
            /** @description What the provider calls it, oldest first; the newest is taken. */
            exact: string[];
            default: boolean;
            /** @enum {string} */
            support: "standard" | "extended" | "ended";
            /** Format: date */
            standardUntil: string;
        };
        CatalogueVersionList: {
            items: components["schemas"]["CatalogueVersion"][];
        };
        CatalogueMachineType: {
            name: string;
            cpu: number;
            memoryGiB: number;
            accelerator: components["schemas"]["Accelerator"] | null;
        };
        CatalogueMachineTypeList: {
            items: components["schemas"]["CatalogueMachineType"][];
        };
        Health: {
            /** @enum {string} */
            status: "ok";
        };
        Readiness: {
            /** @enum {string} */
            status: "ready" | "not-ready";
            /** @description Which part is away; only for the token for measurements, or on the port of their own. */
            checks?: {
                [key: string]: "ok" | "failed";
            };
        };
    };
    responses: {
        /** @description Broken JSON or YAML, or a wrong parameter. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No token, or one that is not valid. */
        Unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The role of the token is too low. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing in this project. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The state of things forbids it. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The generation is another. */
        PreconditionFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is over a limit: 1 MiB, 32 levels, 50,000 values, 1,000 entries of one list or object, 131,072 characters of one text, 100 anchors and aliases of YAML. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is neither JSON nor YAML. */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The document is wrong; `errors` points to every wrong field. Or it uses what is not built yet. */
        Unprocessable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description More requests than the token, the project or the address may send; wait as long as `Retry-After` says. */
        TooManyRequests: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A fault of the service. */
        InternalError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A part that is needed is away; try again. */
        Unavailable: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description Id or name of the cluster. */
        Cluster: components["schemas"]["Reference"];
        /** @description Id or name of the fleet. */
        Fleet: components["schemas"]["Reference"];
        /** @description Id or name of the federation. */
        Federation: components["schemas"]["Reference"];
        /** @description Id or name of the placement. */
        Placement: components["schemas"]["Reference"];
        /** @description Id or name of the credential. */
        Credential: components["schemas"]["Reference"];
        /** @description Id or name of the address space. */
        AddressSpace: components["schemas"]["Reference"];
        /** @description Id of the range. */
        Range: components["schemas"]["Reference"];
        /** @description Id or name of the project. */
        Project: components["schemas"]["Reference"];
        /** @description Id or name of the token. */
        Token: components["schemas"]["Reference"];
        /** @description Id of the operation. */
        Operation: components["schemas"]["Reference"];
        /** @description The provider. */
        CatalogueProvider: components["schemas"]["Provider"];
        /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
        ProjectHeader: components["schemas"]["Reference"];
        /**
         * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
         *     409 says that it took too long.
         */
        IdempotencyKey: string;
        /** @description The ETag that was read; another generation answers 412. */
        IfMatch: string;
        /**
         * @description For a platform-admin: destroys what it can, then lets go of the rest and lists it in the operation's `result`. A step that fails does not end the operation; what may pass is
         *     tried again first. Refusals for protection and use hold all the same.
         */
        Force: boolean;
        /** @description The last event that was seen. */
        LastEventId: number;
        /** @description Only those whose name contains this, in whatever case. */
        Search: string;
        /** @description In the order of names or of times of creation, with `-` backwards; the oldest first when not named. A cursor is good for the order that made it. */
        Sort: "name" | "-name" | "createdAt" | "-createdAt";
        /** @description The id of the last event that was seen. */
        LastEventPlace: components["schemas"]["EventPlace"];
        /** @description From the page before. */
        Cursor: string;
        /** @description Entries of a page; 50 when not named. */
        Limit: number;
    };
    requestBodies: never;
    headers: {
        /** @description Where to look next. */
        Location: string;
        /** @description The generation of the spec. */
        ETag: string;
        /** @description The next page and the first, with the same filters (RFC 8288). */
        Link: string;
        /** @description Seconds. */
        RetryAfter: number;
        /** @description `true` when this is the stored answer. */
        IdempotencyReplayed: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listClusters: {
        parameters: {
            query?: {
                /** @description Only the members of this fleet. */
                fleet?: components["schemas"]["Reference"];
                /** @description Only those of this provider. */
                provider?: components["schemas"]["Provider"];
                /** @description Only those in this phase. */
                phase?: components["schemas"]["Phase"];
                /** @description Only those with this label: `key=value`, `key` with any value, or `!key` without it. Given more than once, all have to hold. */
                label?: string[];
                /** @description Only those whose name contains this, in whatever case. */
                q?: components["parameters"]["Search"];
                /** @description In the order of names or of times of creation, with `-` backwards; the oldest first when not named. A cursor is good for the order that made it. */
                sort?: components["parameters"]["Sort"];
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createCluster: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClusterRequest"];
                "application/yaml": components["schemas"]["ClusterRequest"];
            };
        };
        responses: {
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCluster: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cluster. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    applyCluster: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClusterRequest"];
                "application/yaml": components["schemas"]["ClusterRequest"];
            };
        };
        responses: {
            /** @description No operation was needed. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterChange"];
                };
            };
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteCluster: {
        parameters: {
            query?: {
                /**
                 * @description For a platform-admin: destroys what it can, then lets go of the rest and lists it in the operation's `result`. A step that fails does not end the operation; what may pass is
                 *     tried again first. Refusals for protection and use hold all the same.
                 */
                force?: components["parameters"]["Force"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    patchCluster: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/merge-patch+json": components["schemas"]["ClusterPatch"];
            };
        };
        responses: {
            /** @description No operation was needed. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterChange"];
                };
            };
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createClusterOperation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClusterAct"];
                "application/yaml": components["schemas"]["ClusterAct"];
            };
        };
        responses: {
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listClusterEvents: {
        parameters: {
            query?: {
                /** @description Only events after this id, or `0` for all that are kept; `Last-Event-ID` goes before it. */
                after?: components["schemas"]["EventPlace"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /** @description The id of the last event that was seen. */
                "Last-Event-ID"?: components["parameters"]["LastEventPlace"];
            };
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                    "application/json": components["schemas"]["ProjectEventList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getClusterOutputs: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The public outputs; none yet while the first layer is being made. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterOutputs"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getClusterKubeconfig: {
        parameters: {
            query?: {
                /** @description How long the identity is to last; the cluster may give another time, and `expiresAt` says which. */
                expirationSeconds?: number;
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the cluster. */
                cluster: components["parameters"]["Cluster"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The kubeconfig. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Kubeconfig"];
                    "application/yaml": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listFleets: {
        parameters: {
            query?: {
                /** @description Only those in this phase. */
                phase?: components["schemas"]["Phase"];
                /** @description Only those whose name contains this, in whatever case. */
                q?: components["parameters"]["Search"];
                /** @description In the order of names or of times of creation, with `-` backwards; the oldest first when not named. A cursor is good for the order that made it. */
                sort?: components["parameters"]["Sort"];
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createFleet: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FleetRequest"];
                "application/yaml": components["schemas"]["FleetRequest"];
            };
        };
        responses: {
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getFleet: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the fleet. */
                fleet: components["parameters"]["Fleet"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The fleet. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fleet"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    applyFleet: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the fleet. */
                fleet: components["parameters"]["Fleet"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FleetRequest"];
                "application/yaml": components["schemas"]["FleetRequest"];
            };
        };
        responses: {
            /** @description No operation was needed. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetChange"];
                };
            };
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteFleet: {
        parameters: {
            query?: {
                /**
                 * @description For a platform-admin: destroys what it can, then lets go of the rest and lists it in the operation's `result`. A step that fails does not end the operation; what may pass is
                 *     tried again first. Refusals for protection and use hold all the same.
                 */
                force?: components["parameters"]["Force"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the fleet. */
                fleet: components["parameters"]["Fleet"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    patchFleet: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the fleet. */
                fleet: components["parameters"]["Fleet"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/merge-patch+json": components["schemas"]["FleetPatch"];
            };
        };
        responses: {
            /** @description No operation was needed. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetChange"];
                };
            };
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listFederations: {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FederationList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createFederation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FederationRequest"];
                "application/yaml": components["schemas"]["FederationRequest"];
            };
        };
        responses: {
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FederationChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getFederation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the federation. */
                federation: components["parameters"]["Federation"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The federation. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Federation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteFederation: {
        parameters: {
            query?: {
                /**
                 * @description For a platform-admin: destroys what it can, then lets go of the rest and lists it in the operation's `result`. A step that fails does not end the operation; what may pass is
                 *     tried again first. Refusals for protection and use hold all the same.
                 */
                force?: components["parameters"]["Force"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the federation. */
                federation: components["parameters"]["Federation"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FederationChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createFederationOperation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the federation. */
                federation: components["parameters"]["Federation"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FederationAct"];
                "application/yaml": components["schemas"]["FederationAct"];
            };
        };
        responses: {
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FederationChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listFederationMembers: {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the federation. */
                federation: components["parameters"]["Federation"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FederationMemberList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listPlacements: {
        parameters: {
            query?: {
                /** @description Only those of this federation. */
                federation?: components["schemas"]["Reference"];
                /** @description Only those of this fleet. */
                fleet?: components["schemas"]["Reference"];
                /** @description Only those in this phase. */
                phase?: components["schemas"]["Phase"];
                /** @description Only those whose name contains this, in whatever case. */
                q?: components["parameters"]["Search"];
                /** @description In the order of names or of times of creation, with `-` backwards; the oldest first when not named. A cursor is good for the order that made it. */
                sort?: components["parameters"]["Sort"];
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacementList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createPlacement: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlacementRequest"];
                "application/yaml": components["schemas"]["PlacementRequest"];
            };
        };
        responses: {
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacementChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    previewPlacement: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlacementPreviewRequest"];
                "application/yaml": components["schemas"]["PlacementPreviewRequest"];
            };
        };
        responses: {
            /** @description What would come of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacementPreview"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getPlacement: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the placement. */
                placement: components["parameters"]["Placement"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The placement. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Placement"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    applyPlacement: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the placement. */
                placement: components["parameters"]["Placement"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlacementRequest"];
                "application/yaml": components["schemas"]["PlacementRequest"];
            };
        };
        responses: {
            /** @description No operation was needed. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacementChange"];
                };
            };
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacementChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deletePlacement: {
        parameters: {
            query?: {
                /**
                 * @description For a platform-admin: destroys what it can, then lets go of the rest and lists it in the operation's `result`. A step that fails does not end the operation; what may pass is
                 *     tried again first. Refusals for protection and use hold all the same.
                 */
                force?: components["parameters"]["Force"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the placement. */
                placement: components["parameters"]["Placement"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacementChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    patchPlacement: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The ETag that was read; another generation answers 412. */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @description Id or name of the placement. */
                placement: components["parameters"]["Placement"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/merge-patch+json": components["schemas"]["PlacementPatch"];
            };
        };
        responses: {
            /** @description No operation was needed. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacementChange"];
                };
            };
            /** @description Accepted; the work goes on. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlacementChange"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listOperations: {
        parameters: {
            query?: {
                /** @description Only those of the cluster, fleet or federation with this id, in the order in which it got them. */
                resource?: string;
                /** @description Only the children of this operation. */
                parent?: components["schemas"]["OperationId"];
                /** @description Only those in this state. */
                state?: components["schemas"]["OperationState"];
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOperation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id of the operation. */
                operation: components["parameters"]["Operation"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancelOperation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Id of the operation. */
                operation: components["parameters"]["Operation"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CancelRequest"];
                "application/yaml": components["schemas"]["CancelRequest"];
            };
        };
        responses: {
            /** @description Cancelling, or cancelled. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    retryOperation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Id of the operation. */
                operation: components["parameters"]["Operation"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Queued again. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listOperationEvents: {
        parameters: {
            query?: {
                /** @description Only events after this sequence number; `Last-Event-ID` goes before it. */
                after?: number;
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /** @description The last event that was seen. */
                "Last-Event-ID"?: components["parameters"]["LastEventId"];
            };
            path: {
                /** @description Id of the operation. */
                operation: components["parameters"]["Operation"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                    "application/json": components["schemas"]["OperationEventList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listProjectEvents: {
        parameters: {
            query?: {
                /** @description Only events after this id, or `0` for all that are kept; `Last-Event-ID` goes before it. */
                after?: components["schemas"]["EventPlace"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /** @description The id of the last event that was seen. */
                "Last-Event-ID"?: components["parameters"]["LastEventPlace"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                    "application/json": components["schemas"]["ProjectEventList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listCredentials: {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createCredential: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialRequest"];
                "application/yaml": components["schemas"]["CredentialRequest"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credential"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCredential: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the credential. */
                credential: components["parameters"]["Credential"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The credential, without its secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credential"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteCredential: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the credential. */
                credential: components["parameters"]["Credential"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAddressSpaces: {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddressSpaceList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createAddressSpace: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddressSpaceRequest"];
                "application/yaml": components["schemas"]["AddressSpaceRequest"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddressSpace"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getAddressSpace: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the address space. */
                addressSpace: components["parameters"]["AddressSpace"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The address space. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddressSpace"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteAddressSpace: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the address space. */
                addressSpace: components["parameters"]["AddressSpace"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listRanges: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the address space. */
                addressSpace: components["parameters"]["AddressSpace"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, in the order of their addresses. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RangeList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    releaseRange: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the address space. */
                addressSpace: components["parameters"]["AddressSpace"];
                /** @description Id of the range. */
                range: components["parameters"]["Range"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Released. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listCatalogueProviders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CatalogueProviderList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listCatalogueRegions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider. */
                provider: components["parameters"]["CatalogueProvider"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CatalogueRegionList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listCatalogueVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider. */
                provider: components["parameters"]["CatalogueProvider"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CatalogueVersionList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listCatalogueMachineTypes: {
        parameters: {
            query?: {
                /** @description Only what this region has. */
                region?: string;
            };
            header?: never;
            path: {
                /** @description The provider. */
                provider: components["parameters"]["CatalogueProvider"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CatalogueMachineTypeList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listProjects: {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createProject: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectRequest"];
                "application/yaml": components["schemas"]["ProjectRequest"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the project. */
                project: components["parameters"]["Project"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The project. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    changeProject: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Id or name of the project. */
                project: components["parameters"]["Project"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectPatch"];
                "application/yaml": components["schemas"]["ProjectPatch"];
            };
        };
        responses: {
            /** @description The project as it is now. */
            200: {
                headers: {
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTokens: {
        parameters: {
            query?: {
                /** @description Only tokens that this token made; with a platform-admin token and no project, those of all projects. */
                madeBy?: components["schemas"]["TokenId"];
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
                /**
                 * @description The same key with the same body brings the first answer again for 24 hours, and nothing is done twice. While the first request is served, the others wait for its answer;
                 *     409 says that it took too long.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
                "application/yaml": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokeToken: {
        parameters: {
            query?: {
                /** @description Also revoke every token that was made with it, and what those made. */
                cascade?: boolean;
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path: {
                /** @description Id or name of the token. */
                token: components["parameters"]["Token"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAuditEvents: {
        parameters: {
            query?: {
                /** @description Only events from this time on. */
                since?: string;
                /** @description Only events before this time. */
                until?: string;
                /** @description Only what this token did (id or name). */
                token?: components["schemas"]["Reference"];
                /** @description Only calls of this endpoint, by its operationId. */
                endpoint?: string;
                /** @description Only what was about this resource (id or name). */
                resource?: components["schemas"]["Reference"];
                /** @description Only what ended so. */
                result?: components["schemas"]["AuditResult"];
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Entries of a page; 50 when not named. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /** @description Id or name of the project that the request is about. A platform-admin token needs it; of another token it may only say the token's own project. */
                "Fleetyard-Project"?: components["parameters"]["ProjectHeader"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, or everything as lines. */
            200: {
                headers: {
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEventList"];
                    "application/jsonl": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["BadRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            400: components["responses"]["BadRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            /** @description Not ready. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The measurements. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getContract: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FreeObject"];
                };
            };
            400: components["responses"]["BadRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
}
