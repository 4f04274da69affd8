package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
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
// has most, by the group's termination policies. Fewer are chosen where the others are
// protected.
// Source: EC2 Auto Scaling user guide, termination policies.
func (v GroupView) selectForTermination(active []GroupMember, n int) (selected []GroupMember) {
	type zone struct {
		size int
		left []GroupMember // not protected, in the order in which they would go
	}
	zones := map[string]*zone{}
	for _, m := range slices.SortedFunc(slices.Values(active), v.sooner) {
		z := zones[m.Zone]
		if z == nil {
			z = &zone{}
			zones[m.Zone] = z
		}
		if z.size++; !m.Protected {
			z.left = append(z.left, m)
		}
	}
	for range n {
		var from *zone
		for _, z := range zones {
			if len(z.left) > 0 && (from == nil || cmp.Or(cmp.Compare(from.size, z.size), v.sooner(z.left[0], from.left[0])) < 0) {
				from = z
			}
		}
		if from == nil {
			break
		}
		selected = append(selected, from.left[0])
		from.left = from.left[1:]
		from.size--
	}
	return selected
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
