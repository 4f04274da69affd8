package placecause

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// mostShown is how many container instances the evidence has.
const mostShown = 10

// Instances says what the container instances lack. subject begins the sentence: service web has 0 of 2 tasks RUNNING. ok
// is false where an instance has a place.
func (s Search) Instances(f *why.Facts, subject string) (answer why.Answer, ok bool) {
	switch {
	case s.HasPlace():
		return answer, false
	case len(s.Findings) == 0:
		return s.none(f, subject), true
	}
	kinds := kindsOf(s.Findings)
	answer = why.Answer{
		Cause:    kinds[0].cause,
		Sentence: fmt.Sprintf("%s: of %s %s.", phrase.Upper(subject), s.all(), phrase.List(sayings(kinds))),
		Next:     kinds[0].next,
	}
	if s.Daemon && answer.Cause != why.PlacementConstraint { // another instance does not help: each is to have one
		answer.Next = "Stop what takes it, or have the tasks ask for less."
	}
	for _, finding := range s.Findings[:min(len(s.Findings), mostShown)] {
		answer.Evidence = append(answer.Evidence, why.Evidence{Text: phrase.Instance(finding.Instance) + ": " + single(finding)})
	}
	return answer, true
}

// all names what was looked at: 4 container instances of cluster shop.
func (s Search) all() string {
	of, lacks := "cluster "+s.Cluster.Name, ""
	if s.Provider != "" {
		of = "capacity provider " + s.Provider
	}
	if s.Daemon {
		lacks = " without a task of it"
	}
	return phrase.Count(len(s.Findings), s.instance()) + " of " + of + lacks
}

// instance is the kind of container instance that was looked for.
func (s Search) instance() string {
	if s.External {
		return "external container instance"
	}
	return "container instance"
}

// none is of a cluster, or a capacity provider, without container instances.
func (s Search) none(f *why.Facts, subject string) why.Answer {
	if s.Provider != "" {
		return why.Answer{
			Cause:    why.NoInstances,
			Sentence: fmt.Sprintf("%s: capacity provider %s has no container instance in cluster %s.", phrase.Upper(subject), s.Provider, s.Cluster.Name),
			Next:     "Have the Auto Scaling group of the capacity provider launch an instance whose user data names the cluster.",
			Evidence: []why.Evidence{{At: f.Now, Text: "ECS: " + placement.NoProviderInstances}},
		}
	}
	next := "Launch an instance whose user data names the cluster, or use launch type FARGATE."
	if s.External {
		next = "Register an external instance with the cluster."
	}
	return why.Answer{
		Cause:    why.NoInstances,
		Sentence: fmt.Sprintf("%s: cluster %s has no %s.", phrase.Upper(subject), s.Cluster.Name, s.instance()),
		Next:     next,
		Evidence: []why.Evidence{{At: f.Now, Text: "ECS: " + placement.NoContainerInstances}},
	}
}

// kind is container instances that lack the same.
type kind struct {
	cause    why.Cause
	next     string
	rank     int // among kinds of as many instances
	key      string
	findings []placement.Finding
}

// kindsOf sorts findings by what lacks, the most frequent first.
func kindsOf(findings []placement.Finding) (kinds []*kind) {
	for _, f := range findings {
		k := kindOf(f)
		at := slices.IndexFunc(kinds, func(known *kind) bool { return known.key == k.key })
		if at < 0 {
			kinds, at = append(kinds, k), len(kinds)
		}
		kinds[at].findings = append(kinds[at].findings, f)
	}
	sorting.By(kinds, func(a, b *kind) int {
		return cmp.Or(cmp.Compare(len(b.findings), len(a.findings)), cmp.Compare(a.rank, b.rank))
	})
	return kinds
}

func kindOf(f placement.Finding) *kind {
	const more = "Launch another container instance, stop what needs them, or have the tasks ask for less."
	switch f.Reason {
	case placement.ResourceCPU, placement.ResourceMemory, placement.ResourceGPU, placement.ResourceENI:
		return &kind{cause: why.NoCapacity, next: more, key: f.Reason}
	case placement.ResourcePorts:
		return &kind{
			cause: why.PortTaken, rank: 1, key: f.Reason,
			next: "Launch another container instance, stop the task that has the port, or leave the host port out so that each task gets its own.",
		}
	case placement.Agent:
		return &kind{cause: why.NoCapacity, rank: 3, key: f.Reason, next: "Ask why the container instance is not connected."}
	case placement.Draining:
		return &kind{cause: why.NoCapacity, rank: 4, key: f.Reason, next: "Set the container instance to ACTIVE, or launch another one."}
	default:
		return &kind{
			cause: why.PlacementConstraint, rank: 2, key: f.Reason + "\x00" + f.Wants,
			next: "Change the placement constraints or the task definition, or launch a container instance that satisfies them.",
		}
	}
}

func sayings(kinds []*kind) (parts []string) {
	for _, k := range kinds {
		parts = append(parts, k.say())
	}
	return parts
}

// say is what the instances of a kind lack: 2 have too little memory (256 MiB short).
func (k *kind) say() string {
	n, first := len(k.findings), k.findings[0]
	has := phrase.Verb(n, "has", "have")
	switch first.Reason {
	case placement.ResourceCPU:
		return fmt.Sprintf("%d %s too little CPU (%s)", n, has, k.short("units"))
	case placement.ResourceMemory:
		return fmt.Sprintf("%d %s too little memory (%s)", n, has, k.short("MiB"))
	case placement.ResourceGPU:
		return fmt.Sprintf("%d %s too few GPUs (%s)", n, has, k.short("GPUs"))
	case placement.ResourceENI:
		return fmt.Sprintf("%d %s no network interface left", n, has)
	case placement.ResourcePorts:
		return fmt.Sprintf("%d %s %s", n, has, k.ports())
	case placement.Agent:
		return fmt.Sprintf("%d %s not connected", n, phrase.Verb(n, "is", "are"))
	case placement.Draining:
		return fmt.Sprintf("%d %s DRAINING", n, phrase.Verb(n, "is", "are"))
	case placement.Attribute:
		return fmt.Sprintf("%d %s the attribute %s", n, phrase.Verb(n, "lacks", "lack"), first.Wants)
	case placement.Location:
		return fmt.Sprintf("%d %s in no zone of the subnets", n, phrase.Verb(n, "is", "are"))
	case placement.DistinctInstance:
		return fmt.Sprintf("%d %s a task of the group already (distinctInstance)", n, has)
	default:
		return fmt.Sprintf("%d %s %s", n, phrase.Verb(n, "fails", "fail"), first.Wants)
	}
}

// short is how much the instance lacks that lacks the least.
func (k *kind) short(unit string) string {
	least, most := k.findings[0].Short(), 0
	for _, f := range k.findings {
		least, most = min(least, f.Short()), max(most, f.Short())
	}
	if least < most {
		return fmt.Sprintf("at least %d %s short", least, unit)
	}
	return fmt.Sprintf("%d %s short", least, unit)
}

// ports are those that are taken, with the tasks that have them.
func (k *kind) ports() string {
	var ports, holders []string
	for _, f := range k.findings {
		if port := "port " + f.Port; !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
		if f.Holder != "" {
			holders = append(holders, phrase.Task(f.Holder))
		}
	}
	text := phrase.List(ports) + " taken"
	if len(holders) > 0 {
		text += " by " + phrase.Some(3, holders)
	}
	return text
}

// single is what one instance lacks, with its figures.
func single(f placement.Finding) string {
	switch f.Reason {
	case placement.ResourceCPU:
		return fmt.Sprintf("%s: %d CPU units free, %d needed", f.Reason, f.Free, f.Needs)
	case placement.ResourceMemory:
		return fmt.Sprintf("%s: %d MiB free, %d needed", f.Reason, f.Free, f.Needs)
	case placement.ResourceGPU, placement.ResourceENI:
		return fmt.Sprintf("%s: %d free, %d needed", f.Reason, f.Free, f.Needs)
	case placement.ResourcePorts:
		if f.Holder == "" {
			return fmt.Sprintf("%s: port %s is taken from the start, or kept for a DAEMON service", f.Reason, f.Port)
		}
		return fmt.Sprintf("%s: %s has port %s", f.Reason, phrase.Task(f.Holder), f.Port)
	case placement.Agent:
		return f.Reason + ": its agent is not connected"
	}
	if f.Wants != "" {
		return f.Reason + ": " + f.Wants
	}
	return f.Reason
}
