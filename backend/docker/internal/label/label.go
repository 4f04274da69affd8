// Package label marks things on an engine with their owner and their kind. Earlier versions have marked
// things with the same labels and kinds, so their texts never change.
package label

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/moby/moby/client"
)

// Keys of labels. A label under one of them in a spec does not count.
const (
	OwnerKey = "ecs-emulator.owner"
	// KindKey says what a thing is for; see Kind.
	KindKey = "ecs-emulator.kind"
	// DirectoryKey, MachineKey and MountsKey say where the data directory of a
	// durable owner is; see Place.
	DirectoryKey = "ecs-emulator.directory"
	MachineKey   = "ecs-emulator.machine"
	MountsKey    = "ecs-emulator.mounts"
	// DurableKey is the only one of these that the first versions set and read.
	DurableKey = "ecs-emulator.durable"
	// VPCKey names the VPC of a network. A user may set it on a network of theirs,
	// to any value, to have the emulator in their compose project use that network.
	VPCKey = "ecs-emulator.vpc"
	// GraceKey is on a heartbeat, and says for how long after it ended its owner may still
	// be alive and about to connect again.
	GraceKey = "ecs-emulator.grace"
	// WarmKey is on a sandbox that was made before there was a task for it. Its value
	// is the run that made it.
	WarmKey = "ecs-emulator.warm"
	// BoundKey is on a container within the limits of a sandbox whose network namespace it does not
	// share: a container with a network of its own or another's, and a sandbox that has a
	// parent. Its value is the id of that sandbox.
	BoundKey = "ecs-emulator.bound"
	// RoutesKey is on a sandbox that routes a network. Its value is what the sandbox
	// program is to be told: the gateway that it is, and the one that leads out.
	RoutesKey = "ecs-emulator.routes"
	// WayOutKey is on a sandbox that leads out of its VPC by a bridge of the engine. Its value is the gateway there.
	WayOutKey = "ecs-emulator.way-out"
	// RelayKey is on a sandbox that leads to a relay which is elsewhere than usual, and says where.
	RelayKey = "ecs-emulator.relay"
	// NodesKey is on a network of a swarm, and names the nodes whose engines its owner had when it was made, with commas
	// between; see UnknownNode.
	NodesKey = "ecs-emulator.nodes"
	// SpecKey lists the keys of the labels in the spec: an image adds its own.
	SpecKey = "ecs-emulator.labels"
)

// unknownNode stands for a node in the value of NodesKey. Earlier versions have written it without a name.
const unknownNode = "unknown"

// UnknownNode stands in the value of NodesKey for the node of an engine that had not answered by then, which has a name, or none.
func UnknownNode(engine string) string {
	if engine == "" {
		return unknownNode
	}
	return unknownNode + ":" + engine
}

// IsUnknownNode reports whether a part of the value of NodesKey stands for a node. Where a network has no such label, none of
// its nodes is known.
func IsUnknownNode(part string) bool {
	kind, _, _ := strings.Cut(part, ":")
	return kind == unknownNode || part == ""
}

// Kind says what a thing is for: the value of KindKey.
type Kind string

const (
	Sandbox       Kind = "sandbox"
	Container     Kind = "container"
	Heartbeat     Kind = "lifeline" // tells that the owner lives
	CgroupManager Kind = "governor" // sets limits of control groups
	Relay         Kind = "relay"    // carries connections to and from this process
	Resolver      Kind = "resolver" // is the DNS server of a network
	Spare         Kind = "spare"    // keeps a network of a swarm present on an engine
	Network       Kind = "network"
	WayOut        Kind = "way out" // a bridge over which sandboxes lead out of VPCs
	Volume        Kind = "volume"
	SharedVolume  Kind = "shared volume"
	Errand        Kind = "errand" // looks at what the engine's host has
	Image         Kind = "image"
	Witness       Kind = "witness" // a volume that says where the owner's directory is
	Program       Kind = "program" // a volume with the program of sessions, which has no owner
	Filler        Kind = "filler"  // fills such a volume, and never runs
)

// reserved are labels that a spec cannot have.
var reserved = []string{
	OwnerKey, KindKey, DirectoryKey, MachineKey, MountsKey, DurableKey, VPCKey, GraceKey, WarmKey, BoundKey, RoutesKey, WayOutKey, RelayKey, NodesKey, SpecKey,
}

// Owner is an emulator that has things on an engine.
type Owner struct {
	Name  string
	Place Place // of its data directory
}

// Durable reports whether the owner outlives this process.
func (o Owner) Durable() bool { return o.Place.Directory != "" }

// Labels are the labels of a new thing: the spec's and our own.
func (o Owner) Labels(of Kind, spec map[string]string) map[string]string {
	all := make(map[string]string, len(spec)+7)
	maps.Copy(all, spec)
	for _, label := range reserved {
		delete(all, label)
	}
	keys, _ := json.Marshal(slices.Sorted(maps.Keys(all))) // strings always marshal
	all[OwnerKey] = o.Name
	all[KindKey] = string(of)
	if o.Durable() {
		all[DurableKey] = "true"
		all[DirectoryKey], all[MachineKey], all[MountsKey] = o.Place.Directory, o.Place.Host, o.Place.Mounts
	}
	if slices.Contains([]Kind{Sandbox, Container, Network, Volume}, of) {
		all[SpecKey] = string(keys)
	}
	return all
}

// SpecLabels picks the labels of the spec out of a container's labels or an
// event's attributes.
func SpecLabels(all map[string]string) map[string]string {
	var keys []string
	if json.Unmarshal([]byte(all[SpecKey]), &keys) != nil {
		return nil
	}
	labels := make(map[string]string, len(keys))
	for _, key := range keys {
		labels[key] = all[key]
	}
	return labels
}

// Filter selects what this owner made, and further labels if given.
func (o Owner) Filter(labels map[string]string) client.Filters {
	args := OwnedBy(o.Name)
	for key, value := range labels {
		args.Add("label", key+"="+value)
	}
	return args
}

// OwnedBy selects what an owner made.
func OwnedBy(owner string) client.Filters {
	return make(client.Filters).Add("label", OwnerKey+"="+owner)
}
