package docker

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/moby/moby/client"
)

// Labels of what this package makes. A label under them in a spec does not count.
const (
	ownerLabel = "ecs-emulator.owner"
	kindLabel  = "ecs-emulator.kind"
	// directoryLabel, machineLabel and mountsLabel say where the data directory of a
	// durable owner is; see place.
	directoryLabel = "ecs-emulator.directory"
	machineLabel   = "ecs-emulator.machine"
	mountsLabel    = "ecs-emulator.mounts"
	// durableLabel alone is what earlier versions set, and all that they go by.
	durableLabel = "ecs-emulator.durable"
	// vpcLabel names the VPC of a network. A user may set it on a network of theirs,
	// to any value, to have the emulator in their compose project use that network.
	vpcLabel = "ecs-emulator.vpc"
	// graceLabel on a lifeline says for how long after it ended the owner may still
	// be alive and about to reconnect.
	graceLabel = "ecs-emulator.grace"
	// warmLabel is on a sandbox that was made before there was a task for it. Its value
	// is the run that made it; see isWarm.
	warmLabel = "ecs-emulator.warm"
	// boundLabel is on what is in the limits of a sandbox whose namespace it does not
	// have: a container with a network of its own or another's, and a sandbox that has a
	// parent. Its value is the id of that sandbox.
	boundLabel = "ecs-emulator.bound"
	// routesLabel is on a sandbox that routes a network. Its value is what the sandbox
	// program is to be told: the gateway that it is, and the one that leads out.
	routesLabel = "ecs-emulator.routes"
	// relayLabel is on a sandbox that leads to a relay which is elsewhere than usual, and says where.
	relayLabel = "ecs-emulator.relay"
	// specLabel lists the keys of the labels in the spec: an image adds its own.
	specLabel = "ecs-emulator.labels"
)

// kind is the value of kindLabel.
type kind string

const (
	kindSandbox   kind = "sandbox"
	kindContainer kind = "container"
	kindLifeline  kind = "lifeline"
	kindGovernor  kind = "governor" // of control groups
	kindRelay     kind = "relay"    // see relays
	kindNetwork   kind = "network"
	kindVolume    kind = "volume"
	kindShared    kind = "shared volume"
	kindErrand    kind = "errand" // see Engine.errand
	kindImage     kind = "image"
	kindWitness   kind = "witness" // see Engine.ensureWitness
)

// reserved are labels that a spec cannot have.
var reserved = []string{
	ownerLabel, kindLabel, directoryLabel, machineLabel, mountsLabel, durableLabel, vpcLabel, graceLabel, warmLabel, boundLabel, routesLabel, relayLabel, specLabel,
}

// labels are those of a new thing: the spec's and our own.
func (e *Engine) labels(of kind, spec map[string]string) map[string]string {
	all := make(map[string]string, len(spec)+7)
	maps.Copy(all, spec)
	for _, label := range reserved {
		delete(all, label)
	}
	keys, _ := json.Marshal(slices.Sorted(maps.Keys(all))) // strings always marshal
	all[ownerLabel] = e.owner
	all[kindLabel] = string(of)
	if e.durable() {
		all[durableLabel] = "true"
		all[directoryLabel], all[machineLabel], all[mountsLabel] = e.place.directory, e.place.host, e.place.mounts
	}
	if slices.Contains([]kind{kindSandbox, kindContainer, kindNetwork, kindVolume}, of) {
		all[specLabel] = string(keys)
	}
	return all
}

// specLabels picks the labels of the spec out of a container's labels or an
// event's attributes.
func specLabels(all map[string]string) map[string]string {
	var keys []string
	if json.Unmarshal([]byte(all[specLabel]), &keys) != nil {
		return nil
	}
	labels := make(map[string]string, len(keys))
	for _, key := range keys {
		labels[key] = all[key]
	}
	return labels
}

// owned selects what this owner made, and further labels if given.
func (e *Engine) owned(labels map[string]string) client.Filters {
	args := ownedBy(e.owner)
	for key, value := range labels {
		args.Add("label", key+"="+value)
	}
	return args
}

func ownedBy(owner string) client.Filters {
	return make(client.Filters).Add("label", ownerLabel+"="+owner)
}
