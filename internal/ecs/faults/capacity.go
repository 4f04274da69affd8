package faults

import (
	"errors"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// matching asks whether a pattern matches one of some names; none matches all.
func matching(pattern string) func(names ...string) bool {
	return func(names ...string) bool {
		return pattern == "" || slices.ContainsFunc(names, func(name string) bool { return fault.Match(pattern, name) })
	}
}

func (k *Kit) outage(h *held) *outage.Outage {
	return &outage.Outage{
		Zone: h.Zone, Down: h.Kind == ZoneDown,
		Full: h.Kind == SubnetFull, Subnet: h.Subnet,
		Fargate: h.Kind == FargateCapacity, Provider: h.Provider, Cluster: matching(h.Cluster), Family: matching(h.Family),
		ActedIn: func(tx *store.Tx, hit string) { k.actedIn(tx, h, hit) },
		Acted:   func(hit string) { k.acted(h, hit) },
	}
}

// showOutages has the board show those that are in force.
func (k *Kit) showOutages() {
	var list []*outage.Outage
	for _, h := range k.faults {
		if h.lacks != nil {
			list = append(list, h.lacks)
		}
	}
	k.Outages.Set(outage.NewView(list...))
}

func (k *Kit) beginOutage(h *held) error {
	switch {
	case h.Kind == SubnetFull && (h.Subnet == "") == (h.Zone == ""):
		return errors.New(`a fault of the kind subnet-full needs either "subnet" or "zone"`)
	case h.Provider != "" && h.Provider != "FARGATE" && h.Provider != "FARGATE_SPOT":
		return errors.New(`"provider" is neither FARGATE nor FARGATE_SPOT: ` + h.Provider)
	}
	h.lacks = k.outage(h)
	return nil
}

// endOutage has those who wait for capacity look at once. The fault is not among the others any more
// when they do.
func (k *Kit) endOutage(h *held) {
	h.lacks = nil
	k.showOutages()
	k.LookAgain()
}

func (k *Kit) takeCapacity(*held) { k.showOutages() }

// loseZone ends what runs in the zone once nothing is placed there any more.
func (k *Kit) loseZone(h *held) {
	k.showOutages()
	lost, err := k.LoseZone(h.Zone, h.ID)
	if err != nil {
		k.Log.Error("cannot end what runs in the zone", "zone", h.Zone, "error", err)
	}
	for _, arn := range lost {
		k.acted(h, arn)
	}
}
