package engines

import (
	"context"
	"slices"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor/examination"
)

// Examine has the engine be examined that is chosen, for an owner of its own of which nothing stays.
func (c Choice) Examine(o *examination.Options, programs string) {
	if c.Kind == Sim {
		o.Simulated = "containers are simulated (--engine sim)"
		return
	}
	o.FallBack = c.FallBack()
	o.Ask = func(ctx context.Context) diagnosis.Engine { return docker.Examine(ctx, c.Host) }
	o.Open = func(ctx context.Context) (examination.Engine, error) {
		return docker.Open(ctx, docker.Options{Host: c.Host, Owner: arn.NewID(), Programs: programs, Apart: true})
	}
}

// ofEach are the checks that are made of each of several engines.
var ofEach = []string{"engine", "cgroup", "sandbox", "images", "ranges", "clock", "leftovers"}

// Examine makes the checks of a machine and of the engines that are chosen, of all at once: one that does not answer delays no
// other. What is about one of several has its name: "sandbox of b". Simulated engines are alike, so these are looked at once.
func Examine(ctx context.Context, o examination.Options, all []Choice, programs string) diagnosis.Report {
	first, tell := o, o.Tell
	all[0].Examine(&first, programs)
	if len(all) == 1 || first.Simulated != "" {
		return examination.Examine(ctx, first)
	}
	if tell == nil {
		tell = func(diagnosis.Check) {}
	}
	first.Tell = func(c diagnosis.Check) { tell(all[0].about(c)) }
	others := make([][]diagnosis.Check, len(all)) // behind those of the other engines is the one of their swarm
	var done sync.WaitGroup
	if len(o.Only) == 0 || slices.Contains(o.Only, swarmCheck) {
		done.Go(func() { others[len(all)-1] = []diagnosis.Check{examineSwarm(ctx, all)} })
	}
	for i, c := range all[1:] {
		done.Go(func() { others[i] = c.checks(ctx, o, programs) })
	}
	checks := all[0].aboutAll(examination.Examine(ctx, first).Checks)
	done.Wait()
	for _, of := range others {
		for _, c := range of {
			checks = append(checks, c)
			tell(c)
		}
	}
	return diagnosis.Of(checks)
}

// checks are made of one of the engines behind the first.
func (c Choice) checks(ctx context.Context, o examination.Options, programs string) []diagnosis.Check {
	wanted := slices.DeleteFunc(slices.Clone(ofEach), func(name string) bool { return len(o.Only) > 0 && !slices.Contains(o.Only, name) })
	if len(wanted) == 0 {
		return nil
	}
	o.Only, o.Tell = wanted, nil
	c.Examine(&o, programs)
	return c.aboutAll(examination.Examine(ctx, o).Checks)
}

// about says in the name of a check which engine it is about, unless it is about the machine.
func (c Choice) about(check diagnosis.Check) diagnosis.Check {
	if slices.Contains(ofEach, check.Name) {
		check.Name += " of " + c.Name
	}
	return check
}

func (c Choice) aboutAll(checks []diagnosis.Check) (all []diagnosis.Check) {
	for _, check := range checks {
		all = append(all, c.about(check))
	}
	return all
}
