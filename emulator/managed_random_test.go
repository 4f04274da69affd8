package emulator_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// incident is what may happen to a fleet. It draws what it is about.
type incident struct {
	name   string
	weight int
	do     func(f *fleet, r *rand.Rand)
}

// orders are what users ask for.
var orders = []incident{
	{"scale", 4, func(f *fleet, r *rand.Rand) { f.scale(pick(r, "web", "api"), int32(r.IntN(9))) }},
	{"deploy", 3, func(f *fleet, r *rand.Rand) { f.deploy(pick(r, "logs", "metrics"), "daemon", r.IntN(3) > 0) }},
	{"break", 1, func(f *fleet, r *rand.Rand) { f.deploy(pick(r, "logs", "metrics"), "broken", r.IntN(2) > 0) }},
	{"delete", 1, func(f *fleet, r *rand.Rand) { f.deleteDaemon(pick(r, "logs", "metrics")) }},
	{"kill", 2, func(f *fleet, r *rand.Rand) {
		if tasks := f.daemonTasks(); len(tasks) > 0 {
			_, err := f.client.StopTask(f.Context(), &ecs.StopTaskInput{Cluster: aws.String(fleetCluster), Task: aws.String(tasks[r.IntN(len(tasks))])})
			f.must(err)
		}
	}},
}

// losses are what happens to instances.
var losses = []incident{
	{"agent", 2, func(f *fleet, r *rand.Rand) {
		f.fault(emulator.Fault{Kind: emulator.DisconnectAgent, Seed: r.Uint64(), For: time.Duration(1+r.IntN(15)) * time.Minute})
	}},
	{"lose", 1, func(f *fleet, r *rand.Rand) {
		f.fault(emulator.Fault{Kind: emulator.TerminateInstance, Seed: r.Uint64()})
	}},
	{"spot", 1, func(f *fleet, r *rand.Rand) {
		f.fault(emulator.Fault{Kind: emulator.SpotInterruption, Seed: r.Uint64(), Rate: 0.5, For: time.Minute})
	}},
}

// ageing may take long: a broken daemon is tried again all the time.
var ageing = []incident{{"age", 1, func(f *fleet, _ *rand.Rand) { f.advance(7 * 24 * time.Hour) }}}

func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

func (f *fleet) scale(service string, tasks int32) {
	f.Helper()
	_, err := f.client.UpdateService(f.Context(), &ecs.UpdateServiceInput{Cluster: aws.String(fleetCluster), Service: &service, DesiredCount: &tasks})
	f.must(err)
}

// daemonTasks are those that have not been asked to stop.
func (f *fleet) daemonTasks() (arns []string) {
	for _, t := range state.AllTasks(f.srv.Rows().Read()) {
		if t.Spec.Daemon != "" && t.Stop == nil && !t.Ended() {
			arns = append(arns, t.ARN)
		}
	}
	slices.Sort(arns)
	return arns
}

// fault adds one, if there is an instance that it can be about.
func (f *fleet) fault(one emulator.Fault) {
	f.Helper()
	one.Cluster = fleetCluster
	if _, err := f.srv.Faults().Add(one); err != nil && !strings.Contains(err.Error(), "no container instance") {
		f.Fatal(err)
	}
}

// happens has something happen by chance.
func (f *fleet) happens(r *rand.Rand, of []incident) string {
	f.Helper()
	all := 0
	for _, each := range of {
		all += each.weight
	}
	for at, i := r.IntN(all), 0; ; i++ {
		if at -= of[i].weight; at < 0 {
			of[i].do(f, r)
			return of[i].name
		}
	}
}

// TestInstancesAndDaemonsInAnyOrder: services scale, daemons are updated, break and are deleted, agents and instances are lost, notices
// come, weeks pass. No task is on an instance before its critical daemons have run, none has two tasks of one daemon, and daemons stop
// last. In the end all deployments are in states that stay (DM7), services have their tasks, and what is deleted leaves nothing.
func TestInstancesAndDaemonsInAnyOrder(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 49))
			f := newFleet(start(t, emulator.Options{Speed: emulator.Still}))
			f.serve("web", 4)
			f.serve("api", 2)
			var story []string
			defer func() {
				if t.Failed() {
					t.Logf("story: %s\n%s", strings.Join(story, " "), strings.Join(f.rollouts(), "\n"))
				}
			}()
			for range 40 {
				story = append(story, f.happens(r, slices.Concat(orders, losses, ageing)))
				f.advance(time.Duration(5+r.IntN(600)) * time.Second)
			}
			f.comesToRest()
			if f.witness.began < 20 {
				t.Errorf("only %d tasks of services began to run", f.witness.began)
			}
		})
	}
}

// comesToRest mends what is broken, and holds what then is there; and then that nothing is left of what is deleted.
func (f *fleet) comesToRest() {
	f.Helper()
	for _, each := range f.srv.Faults().List() {
		f.srv.Faults().Clear(each.ID)
	}
	for _, name := range []string{"logs", "metrics"} {
		f.deploy(name, "daemon", true)
	}
	f.scale("web", 3)
	f.scale("api", 3)
	for range 6 {
		f.advance(30 * time.Minute)
	}
	for _, line := range f.rollouts() {
		if !strings.Contains(line, "SUCCESSFUL") && !strings.Contains(line, "STOPPED") && !strings.Contains(line, "ROLLBACK_FAILED") {
			f.Errorf("it does not end: %s", line)
		}
	}
	out, err := f.client.DescribeServices(f.Context(), &ecs.DescribeServicesInput{Cluster: aws.String(fleetCluster), Services: []string{"web", "api"}})
	f.must(err)
	for _, s := range out.Services {
		if s.RunningCount != 3 {
			f.Errorf("%s has %d tasks: %s", *s.ServiceName, s.RunningCount, aws.ToString(s.Events[0].Message))
		}
	}
	f.scale("web", 0)
	f.scale("api", 0)
	f.deleteDaemon("logs")
	f.deleteDaemon("metrics")
	f.advance(time.Hour)
	if rows, _ := f.instances(); len(rows) > 0 || len(f.rollouts()) > 0 || len(f.daemonTasks()) > 0 {
		f.Errorf("%d instances, daemons %v and tasks %v are left", len(rows), f.rollouts(), f.daemonTasks())
	}
}
