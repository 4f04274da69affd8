package engines

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginerecord"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/abandon"
)

// leftOut are the names of engines that the data directory remembers and the user does not name. Where they have tasks, they
// are left out by --new-engine alone. The kind of the one engine without a name is for Choose to refuse.
func (s *Set) leftOut() (gone []string, err error) {
	for _, known := range s.Known {
		if slices.Contains(s.Names(), known.Name) {
			continue
		}
		if has := s.onEngine(known.Name); has != "" && !s.New {
			return nil, fmt.Errorf("the engine %s has %s of this data directory and is left out: %s, or go on without them by --new-engine", known, has, s.again(known))
		}
		gone = append(gone, known.Name)
	}
	return gone, nil
}

// again says how an engine that is left out is named again. One with a name and one without cannot be side by side.
func (s *Set) again(known enginerecord.Record) string {
	switch {
	case known.Name == "":
		return "it has no name, so name it alone and without one (" + cmp.Or(known.Host, known.Kind) + ")"
	case !s.Named():
		return fmt.Sprintf("name the engines with their names, as in the last run (%s=%s)", known.Name, cmp.Or(known.Host, known.Kind))
	}
	return "name it as well"
}

// onEngine says what the state has on an engine; empty is nothing.
func (s *Set) onEngine(name string) string {
	tx := s.Store.Read()
	var all []string
	for _, has := range []string{
		counted(len(TasksOn(tx, name)), "task"), counted(len(InstancesOn(tx, name)), "container instance"), counted(len(lone(tx, name)), "EC2 instance"),
	} {
		if has != "" {
			all = append(all, has)
		}
	}
	return strings.Join(all, " and ")
}

// TasksOn are the tasks on an engine that have not ended.
func TasksOn(tx *store.Tx, name string) (tasks []*state.Task) {
	if name != "" {
		return state.HostTasks(tx, name)
	}
	for _, t := range state.AllTasks(tx) {
		if !t.Ended() && !t.Placement.ByHand && !t.Waits() && t.Placement.Host == "" {
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// InstancesOn are the container instances on an engine.
func InstancesOn(tx *store.Tx, name string) (instances []*state.ContainerInstance) {
	all := state.HostInstances(tx, name)
	if name == "" {
		all = state.AllContainerInstances(tx)
	}
	for _, c := range all {
		if !c.ByHand && c.Status != state.InstanceInactive && c.Host == name {
			instances = append(instances, c)
		}
	}
	return instances
}

// counted is "1 task", "2 tasks"; empty for none.
func counted(n int, what string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// forget ends the tasks and the instances of engines that are left out, and remembers the others alone.
func (s *Set) forget(gone []string) error {
	for _, name := range gone {
		if err := s.abandon(name); err != nil {
			return err
		}
		n, err := terminate(s.Store, name, s.Clock.Now())
		if err != nil {
			return fmt.Errorf("terminate the instances of the former engine: %w", err)
		}
		if n > 0 {
			s.Log.Info("terminated the EC2 instances of another engine, because of --new-engine", "instances", n, "engine", s.book.Find(name))
		}
	}
	return s.book.Keep(s.Names())
}

// abandon ends the tasks that ran on an engine.
func (s *Set) abandon(name string) error {
	n, err := abandon.Tasks(s.Store, s.Clock.Now(), state.EngineGone, func(t *state.Task) bool { return t.Placement.Host == name })
	if err != nil {
		return fmt.Errorf("end the tasks of the former engine: %w", err)
	}
	if n > 0 {
		s.Log.Info("stopped the tasks of another engine, because of --new-engine", "tasks", n, "engine", s.book.Find(name))
	}
	return nil
}
