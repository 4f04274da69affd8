package inquiry

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/daemoncause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/instancecause"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/servicecause"
)

// mostTasks is of how many tasks it is said why they are not as wanted where no reference names them.
const mostTasks = 100

// All answers why all is not as wanted that is not: stacks, services, daemons, tasks and container instances, as an overview has
// them, of one cluster if that is named. A task is left out whose service or daemon is among them. The error is an UnknownError.
func All(f *why.Facts, cluster string) (why.Result, error) {
	all := why.Result{AsWanted: true, Answers: []why.Answer{}}
	add := func(s subject) {
		all.AsWanted = false
		all.Answers = append(all.Answers, answer(f, s).Answers...)
	}
	if cluster == "" {
		for _, s := range cloudformation.OpenStacks(f.Tx) {
			add(subject{s.ID, why.KindStack})
		}
	}
	known, tasks := false, 0
	for _, c := range state.Clusters.All(f.Tx) {
		if !c.Active() || cluster != "" && cluster != c.Name && cluster != c.ARN {
			continue
		}
		known = true
		owners := map[string]bool{} // services and daemons
		for _, s := range state.Services(f.Tx, c) {
			if !servicecause.AsWanted(f, s) {
				owners[s.ARN] = true
				add(subject{s.ARN, why.KindService})
			}
		}
		for _, d := range daemon.List(f.Tx, arn.ScopeOf(c.ARN), c.Name) {
			if !daemoncause.AsWanted(f, d) {
				owners[d.ARN] = true
				add(subject{d.ARN, why.KindDaemon})
			}
		}
		for _, t := range state.Tasks(f.Tx, c) {
			if t.Ended() || owners[t.Spec.ServiceARN] || owners[t.Spec.Daemon] || overview.TaskNotAsWanted(t) == "" {
				continue
			}
			if tasks++; tasks > mostTasks {
				all.LeftOut++
				continue
			}
			add(subject{t.ARN, why.KindTask})
		}
		for _, i := range state.ContainerInstances(f.Tx, c) {
			if !instancecause.AsWanted(i) {
				add(subject{i.ARN, why.KindContainerInstance})
			}
		}
	}
	if cluster != "" && !known {
		return why.Result{}, UnknownError{overview.UnknownClusterError{Cluster: cluster}.Error() + whatThereIs(f.Tx)}
	}
	return all, nil
}
