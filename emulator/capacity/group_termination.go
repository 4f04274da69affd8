package capacity

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Age is how old what an instance was launched from is, for termination policies: less is
// older. What has a launch configuration is older than what has a launch template, and what
// has another launch template than the group's is older than the versions of that.
type Age struct {
	Kind   int   // fromConfiguration, fromOtherTemplate, fromTemplate
	Number int64 // a time of creation, or a version
}

// Values of Age.Kind.
const (
	fromConfiguration = iota
	fromOtherTemplate
	fromTemplate
)

func (a Age) compare(b Age) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Number, b.Number))
}

// selectForTermination chooses instances to scale in: one after the other, in the zone that
// has most, by the group's termination policies. Fewer are chosen where the others are
// protected.
// Source: EC2 Auto Scaling user guide, termination policies; of equals AWS takes any, here
// it is the one that was launched first.
func (v GroupView) selectForTermination(active []GroupMember, n int) (selected []GroupMember) {
	zones := map[string]int{}
	for _, m := range active {
		zones[m.Zone]++
	}
	left := slices.DeleteFunc(slices.Clone(active), func(m GroupMember) bool { return m.Protected })
	for ; n > 0 && len(left) > 0; n-- {
		fullest := slices.MaxFunc(left, func(a, b GroupMember) int { return cmp.Compare(zones[a.Zone], zones[b.Zone]) })
		most := zones[fullest.Zone]
		candidates := slices.DeleteFunc(slices.Clone(left), func(m GroupMember) bool { return zones[m.Zone] < most })
		for _, policy := range v.Group.TerminationPolicies {
			candidates = v.narrow(candidates, policy)
		}
		chosen := slices.MinFunc(candidates, func(a, b GroupMember) int {
			return cmp.Or(a.LaunchedAt.Compare(b.LaunchedAt), strings.Compare(a.InstanceID, b.InstanceID))
		})
		zones[chosen.Zone]--
		left = slices.DeleteFunc(left, func(m GroupMember) bool { return m.InstanceID == chosen.InstanceID })
		selected = append(selected, chosen)
	}
	return selected
}

// narrow keeps the instances that a policy would terminate first.
func (v GroupView) narrow(from []GroupMember, policy string) []GroupMember {
	var order func(a, b GroupMember) int // those that compare least are kept
	switch policy {
	case "OldestInstance":
		order = func(a, b GroupMember) int { return a.LaunchedAt.Compare(b.LaunchedAt) }
	case "NewestInstance":
		order = func(a, b GroupMember) int { return b.LaunchedAt.Compare(a.LaunchedAt) }
	case "ClosestToNextInstanceHour":
		order = func(a, b GroupMember) int { return cmp.Compare(v.toNextHour(a), v.toNextHour(b)) }
	case "OldestLaunchConfiguration":
		if !slices.ContainsFunc(from, func(m GroupMember) bool { return m.Age.Kind == fromConfiguration }) {
			return from
		}
		fallthrough
	default: // Default, OldestLaunchTemplate
		order = func(a, b GroupMember) int { return a.Age.compare(b.Age) }
	}
	least := slices.MinFunc(from, order)
	return slices.DeleteFunc(slices.Clone(from), func(m GroupMember) bool { return order(m, least) > 0 })
}

func (v GroupView) toNextHour(m GroupMember) time.Duration {
	return time.Hour - v.Now.Sub(m.LaunchedAt)%time.Hour
}
