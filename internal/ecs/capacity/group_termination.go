package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// scaleIn takes out instances that are not protected. Each activity names all of them, as
// far as a cause is long enough.
func (v GroupView) scaleIn(p *GroupPlan, active []GroupMember, surplus int) {
	if v.Group.Suspends("Terminate") || v.early(p, v.Delays.Terminate) {
		return
	}
	selected := v.selectForTermination(active, surplus)
	cause := v.change() + v.difference("taken out of service", "shrinking", len(active), len(active)-len(selected))
	for _, m := range selected {
		one := "  " + v.at() + fmt.Sprintf("instance %s was selected for termination.", m.InstanceID)
		if len(cause)+len(one) > longestCause {
			break
		}
		cause += one
	}
	for _, m := range selected {
		p.Out = append(p.Out, v.exit(m, cause))
		p.Explained = v.unexplained()
	}
	if len(selected) < surplus {
		v.keep(p, active)
	}
}

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
// has most, by the group's termination policies. Of a mixed instances policy On-Demand or Spot Instances come first,
// whichever are more than it says. Fewer are chosen where the others are protected.
// Source: EC2 Auto Scaling user guide, termination policies; allocation strategies, for the mixed ones.
func (v GroupView) selectForTermination(active []GroupMember, n int) (selected []GroupMember) {
	sizes := map[string]int{} // of zones
	var left []GroupMember    // not protected, in the order in which they would go
	for _, m := range sorting.Sorted(slices.Values(active), v.sooner) {
		if sizes[m.Zone]++; !m.protected() {
			left = append(left, m)
		}
	}
	total, onDemand := len(active), countOnDemand(active)
	for ; n > 0 && len(left) > 0; n-- {
		total--
		spot := onDemand <= v.Group.Source.OnDemand(total)
		next := 0
		for at, m := range left {
			if cmp.Or(v.prefer(m, left[next], spot), cmp.Compare(sizes[m.Zone], sizes[left[next].Zone])) > 0 {
				next = at
			}
		}
		gone := left[next]
		selected, left = append(selected, gone), slices.Delete(left, next, next+1)
		sizes[gone.Zone]--
		if !gone.Spot {
			onDemand--
		}
	}
	return selected
}

// prefer is positive if the first of two instances is of the kind that is to go, and the second is not.
func (v GroupView) prefer(a, b GroupMember, spot bool) int {
	switch {
	case v.Group.Source.Mixed == nil || a.Spot == b.Spot:
		return 0
	case a.Spot == spot:
		return 1
	}
	return -1
}

// sooner is negative if the first of two instances goes before the other one: by the first
// policy that tells them apart. Of equals AWS takes any, here it is the one that was
// launched first.
func (v GroupView) sooner(a, b GroupMember) int {
	for _, policy := range v.Group.TerminationPolicies {
		if c := v.compare(policy, a, b); c != 0 {
			return c
		}
	}
	return cmp.Or(a.LaunchedAt.Compare(b.LaunchedAt), strings.Compare(a.InstanceID, b.InstanceID))
}

// compare is negative if a policy terminates the first of two instances.
func (v GroupView) compare(policy string, a, b GroupMember) int {
	switch policy {
	case "OldestInstance":
		return a.LaunchedAt.Compare(b.LaunchedAt)
	case "NewestInstance":
		return b.LaunchedAt.Compare(a.LaunchedAt)
	case "ClosestToNextInstanceHour":
		return cmp.Compare(v.toNextHour(a), v.toNextHour(b))
	case "OldestLaunchConfiguration":
		if a.Age.Kind != fromConfiguration && b.Age.Kind != fromConfiguration {
			return 0
		}
	}
	return a.Age.compare(b.Age) // Default, OldestLaunchTemplate
}

func (v GroupView) toNextHour(m GroupMember) time.Duration {
	return time.Hour - v.Now.Sub(m.LaunchedAt)%time.Hour
}
