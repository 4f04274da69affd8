package plan

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// verdict says whether a container may go on.
type verdict int

const (
	met verdict = iota
	notYet
	never
)

// dependenciesMet judges all dependencies of a container. why explains never; due
// is when notYet becomes never by a startTimeout, or zero.
//
// Source: amazon-ecs-agent, dependencygraph.
func dependenciesMet(c *types.ContainerDefinition, v *View) (all verdict, why string, due time.Time) {
	for _, d := range c.DependsOn {
		dependency := v.Container(aws.ToString(d.ContainerName))
		if dependency == nil {
			continue // registration refuses it
		}
		got := dependencyMet(d.Condition, dependency)
		if got == notYet {
			if end := startDeadline(d, dependency, v); !end.IsZero() && !v.Now.Before(end) {
				got = never
			} else if !end.IsZero() && (due.IsZero() || end.Before(due)) {
				due = end
			}
		}
		if got == never {
			return never, neverMet(d, c, dependency), time.Time{}
		}
		all = max(all, got)
	}
	for _, from := range c.VolumesFrom {
		// The source has to be created, no more.
		source := v.Container(aws.ToString(from.SourceContainer))
		switch {
		case source == nil || source.EngineID != "":
		case source.Phase == state.ContainerStopped:
			return never, neverMet(types.ContainerDependency{ContainerName: from.SourceContainer}, c, source), time.Time{}
		default:
			all = max(all, notYet)
		}
	}
	return all, "", due
}

func dependencyMet(condition types.ContainerCondition, dependency *state.Container) verdict {
	stopped := dependency.Phase == state.ContainerStopped
	switch {
	case stopped && (dependency.ExitCode == nil || dependency.StartedAt.IsZero()):
		return never // it did not start
	case condition == types.ContainerConditionStart:
		return require(stopped || dependency.Phase == state.ContainerRunning)
	case condition == types.ContainerConditionHealthy:
		if stopped {
			return never
		}
		return require(dependency.HealthStatus == types.HealthStatusHealthy)
	case condition == types.ContainerConditionSuccess && stopped && *dependency.ExitCode != 0:
		return never
	default: // COMPLETE, SUCCESS
		return require(stopped)
	}
}

// Unmet is which dependency of a container will never be met, and how it is.
func Unmet(v *View, container int) state.Trouble {
	c := &v.Definitions[container]
	t := state.Trouble{Kind: state.TroubleDependency, Container: aws.ToString(c.Name)}
	for _, d := range c.DependsOn {
		on := v.Container(aws.ToString(d.ContainerName))
		if on == nil {
			continue
		}
		got := dependencyMet(d.Condition, on)
		end := startDeadline(d, on, v)
		if timedOut := got == notYet && !end.IsZero() && !v.Now.Before(end); got == never || timedOut {
			t.Subject, t.Wanted, t.Has = on.Name, string(d.Condition), how(on, timedOut)
			return t
		}
	}
	for _, from := range c.VolumesFrom {
		if on := v.Container(aws.ToString(from.SourceContainer)); on != nil && on.EngineID == "" && on.Phase == state.ContainerStopped {
			t.Subject, t.Wanted, t.Has = on.Name, "CREATED", how(on, false)
		}
	}
	return t
}

// how is a dependency that will never be as it is to be.
func how(c *state.Container, timedOut bool) string {
	switch {
	case timedOut:
		return "was not so within its startTimeout"
	case c.StartedAt.IsZero():
		return "did not start"
	case c.ExitCode != nil:
		return fmt.Sprintf("ended with code %d", *c.ExitCode)
	}
	return "has stopped"
}

func require(ok bool) verdict {
	if ok {
		return met
	}
	return notYet
}

// startDeadline is when a dependency's startTimeout is over; zero without one. It
// does not concern START.
func startDeadline(d types.ContainerDependency, dependency *state.Container, v *View) time.Time {
	definition := v.Definition(dependency.Name)
	if d.Condition == types.ContainerConditionStart || definition.StartTimeout == nil || dependency.StartedAt.IsZero() {
		return time.Time{}
	}
	return dependency.StartedAt.Add(time.Duration(*definition.StartTimeout) * time.Second)
}

// neverMet says so in the agent's words, which print containers as they are and are to be.
func neverMet(d types.ContainerDependency, target *types.ContainerDefinition, dependency *state.Container) string {
	waiting := fmt.Sprintf("%s(%s) (MANIFEST_PULLED->RUNNING)", aws.ToString(target.Name), aws.ToString(target.Image))
	switch on := printed(dependency); {
	case dependency.Phase != state.ContainerStopped:
		return fmt.Sprintf("dependency graph: container ordering dependency [%s] for target [%s] has timed out.", on, waiting)
	case d.Condition == types.ContainerConditionSuccess:
		return fmt.Sprintf("dependency graph: failed to resolve container ordering dependency [%s] for target [%s] as dependency did not exit successfully.", on, waiting)
	default:
		return fmt.Sprintf("dependency graph: failed to resolve container ordering dependency [%s] for target [%s] because dependency will never start", on, waiting)
	}
}

// printed is a container that has started, or never will.
func printed(c *state.Container) string {
	known, desired := "RUNNING", "RUNNING"
	if c.Phase == state.ContainerStopped {
		known = "STOPPED"
	}
	if c.StartedAt.IsZero() {
		desired = "STOPPED"
	}
	text := fmt.Sprintf("%s(%s) (%s->%s)", c.Name, c.Image, known, desired)
	if c.ExitCode != nil {
		text += fmt.Sprintf(" - Exit: %d", *c.ExitCode)
	}
	return text
}

// MayStop reports whether a container can be stopped: not before all that depend
// on it have stopped. Source: amazon-ecs-agent, shutdown order.
func MayStop(name string, v *View) bool {
	for i := range v.Definitions {
		for _, d := range v.Definitions[i].DependsOn {
			if aws.ToString(d.ContainerName) == name && v.Status.Containers[i].Phase != state.ContainerStopped {
				return false
			}
		}
	}
	return true
}

// InCircle reports whether containers wait for each other in a circle, which then none would
// leave. Registration refuses one of dependsOn or of links alone, not one of several kinds.
// Source: amazon-ecs-agent, dependencygraph, which stops such a task.
func InCircle(definitions []types.ContainerDefinition) bool {
	waitsFor := map[string][]string{}
	for i := range definitions { // in which links are dependencies already
		name := aws.ToString(definitions[i].Name)
		for _, d := range definitions[i].DependsOn {
			waitsFor[name] = append(waitsFor[name], aws.ToString(d.ContainerName))
		}
		for _, from := range definitions[i].VolumesFrom {
			waitsFor[name] = append(waitsFor[name], aws.ToString(from.SourceContainer))
		}
	}
	// A container that waits for none that waits is taken out, until there is no such container.
	for progress := true; progress; {
		progress = false
		for name, others := range waitsFor {
			free := true
			for _, other := range others {
				free = free && waitsFor[other] == nil
			}
			if free {
				delete(waitsFor, name)
				progress = true
			}
		}
	}
	return len(waitsFor) > 0
}
