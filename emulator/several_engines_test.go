package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// states are the engines as /_emulator/health shows them, by name.
func (w *world) states() (status int, states map[string]control.EngineState) {
	w.Helper()
	status, h := w.health()
	states = map[string]control.EngineState{}
	for _, e := range h.Engines {
		states[e.Name] = e
	}
	return status, states
}

// serviceOf makes a service of a number of tasks on Fargate, and waits for them.
func (w *world) serviceOf(tasks int32) {
	w.Helper()
	_, err := w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web")), DesiredCount: aws.Int32(tasks),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
	})
	w.must(err)
	w.eventually("the tasks run", func() bool { return w.service("web").RunningCount == tasks })
}

// TestAServiceOutlivesOneOfItsEngines does what these do, and waits in between until the engine is lost:
//
//	bin/ecs-emulator serve --engine a=sim:4:8GiB --engine b=sim:4:8GiB
//	bin/ecs-emulator faults add engine-down --engine b
//	bin/ecs-emulator faults clear
func TestAServiceOutlivesOneOfItsEngines(t *testing.T) {
	w := open(t, emulator.Options{Engine: "a=sim:4:8GiB,b=sim:4:8GiB"})
	w.serviceOf(6)
	status, states := w.states()
	if a, b := states["a"], states["b"]; status != http.StatusOK || a.Tasks != 3 || b.Tasks != 3 || a.CPUs != 4 || a.Memory != 8<<30 || a.Kind != "sim" {
		t.Errorf("%d, %+v", status, states)
	}
	if w.srv.Engine() != w.srv.Engines()["a"] {
		t.Error("the engine is not the first one")
	}

	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineDown, Engine: "b"})
	w.must(err)
	w.eventually("it is noticed", func() bool { _, states := w.states(); return states["b"].Status == control.EngineUnavailable })
	if status, states := w.states(); status != http.StatusOK || states["a"].Status != control.EngineReady || states["b"].UnavailableSince == nil {
		t.Errorf("%d, %+v", status, states)
	}
	w.must(w.srv.Clock().Advance(6 * time.Minute))
	w.eventually("all run on the other engine", func() bool {
		_, states := w.states()
		return states["a"].Tasks == 6 && w.service("web").RunningCount == 6
	})
	if _, states := w.states(); states["b"].Status != control.EngineLost || states["b"].Tasks != 0 {
		t.Errorf("%+v", states["b"])
	}
	_, err = w.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway, Engine: "a"})
	w.must(err)
	w.eventually("no engine is left", func() bool { status, _ := w.states(); return status == http.StatusServiceUnavailable })
	w.srv.Faults().ClearAll()
	w.eventually("both are back", func() bool {
		_, states := w.states()
		return states["a"].Status == control.EngineReady && states["b"].Status == control.EngineReady
	})
}

// A data directory goes on with one engine more, and with one less if that has no tasks.
func TestADataDirectoryRemembersItsEngines(t *testing.T) {
	t.Parallel()
	opts := emulator.Options{DataDir: t.TempDir(), Engine: "a=sim,b=sim"}
	w := open(t, opts)
	w.serviceOf(4)
	w.srv.Die() // the rows have tasks on both

	for engine, want := range map[string]string{
		"a=sim": "the engine b (sim) has 2 tasks of this data directory and is left out: name it as well, or",
		"sim":   "the engine a (sim) has 2 tasks of this data directory and is left out: name the engines with their names, as in the last run (a=sim), or",
	} {
		other := opts
		other.Engine = engine
		if srv, err := emulator.New(other); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want a line with %q", engine, err, want)
			if err == nil {
				srv.Close()
			}
		}
	}
	opts.Engine = "a=sim,b=sim,c=sim"
	w = open(t, opts)
	w.eventually("the service has its tasks again", func() bool { return w.service("web").RunningCount == 4 })
	if _, states := w.states(); len(states) != 3 {
		t.Errorf("%+v", states)
	}
	w.srv.Die()

	opts.Engine, opts.NewEngine = "c=sim", true
	w = open(t, opts)
	w.eventually("it has them on the engine that is left", func() bool { _, states := w.states(); return states["c"].Tasks == 4 })
	w.close()
	opts.NewEngine = false
	w = open(t, opts)
	w.eventually("and again", func() bool { return w.service("web").RunningCount == 4 })
}

// An engine that is left out takes its instances along: their tasks would wait for ever.
func TestTheInstancesOfAnEngineThatIsLeftOutEnd(t *testing.T) {
	t.Parallel()
	opts := emulator.Options{DataDir: t.TempDir(), Engine: "a=sim:8:32GiB,b=sim:8:32GiB"}
	w := open(t, opts)
	_, err := w.client.CreateCluster(t.Context(), &ecs.CreateClusterInput{})
	w.must(err)
	w.instances(2) // one on each
	w.srv.Die()

	opts.Engine = "a=sim:8:32GiB"
	const want = "the engine b (sim) has 1 container instance of this data directory and is left out"
	if _, err := emulator.New(opts); err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("%v; want a line with %q", err, want)
	}
	opts.NewEngine = true
	w = open(t, opts)
	out, err := w.client.ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{})
	w.must(err)
	described, err := ec2.NewFromConfig(w.srv.Config()).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
	w.must(err)
	states := map[ec2types.InstanceStateName]int{}
	for _, r := range described.Reservations {
		for _, i := range r.Instances {
			states[i.State.Name]++
		}
	}
	if n := len(out.ContainerInstanceArns); n != 1 || states[ec2types.InstanceStateNameRunning] != 1 {
		t.Errorf("%d container instances are left, and instances are %v", n, states)
	}
}

func TestEnginesThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		opts emulator.Options
		want string
	}{
		{emulator.Options{Engine: "a=sim,a=sim"}, "engine a is named twice"},
		{emulator.Options{Engine: "a=sim,sim"}, `engine "sim" has no name beside others`},
		{emulator.Options{Engine: "a=sim,"}, `engines "a=sim,": behind the last comma no engine is named`},
		{emulator.Options{SharedFileSystems: []string{"fs-12345678", "foo"}}, `"foo" is not the id of a file system`},
		{emulator.Options{Engine: "a=sim", Backend: sim.New(sim.Options{})}, "Options.Backend is one engine"},
		{emulator.Options{Engine: "a=sim", CopyImages: true}, "images are copied among several engines, and there is one"},
		{emulator.Options{CopyImages: true}, "images are copied among several engines, and there is one"},
	} {
		if _, err := emulator.New(c.opts); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.opts.Engine, err, c.want)
		}
	}
}

// A data directory whose instances are on an engine without a name does not go on with named ones.
func TestAnEngineWithoutANameIsNamedAlone(t *testing.T) {
	t.Parallel()
	opts := emulator.Options{DataDir: t.TempDir(), Engine: "sim"}
	w := open(t, opts)
	_, err := w.client.CreateCluster(t.Context(), &ecs.CreateClusterInput{})
	w.must(err)
	w.instances(1)
	w.srv.Die()

	opts.Engine = "a=sim,b=sim"
	const want = "the engine sim has 1 container instance of this data directory and is left out: it has no name, so name it alone and without one (sim), or"
	if _, err := emulator.New(opts); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v; want a line with %q", err, want)
	}
}

// The form of ids of file systems is the one of EFS.
func TestFileSystemsThatEnginesShare(t *testing.T) {
	t.Parallel()
	for id, ok := range map[string]bool{
		"fs-12345678": true, "fs-0123456789abcdef0": true, "fs-" + strings.Repeat("0", 40): true,
		"": false, "foo": false, "12345678": false, "fs-1234567": false, "fs-1234567g": false, "fs-ABCDEF01": false, "fs-" + strings.Repeat("0", 41): false, "fs-12345678\n": false,
	} {
		srv, err := emulator.New(emulator.Options{SharedFileSystems: []string{id}})
		if ok != (err == nil) || err != nil && !strings.Contains(err.Error(), fmt.Sprintf("%q is not the id of a file system", id)) {
			t.Errorf("%q: %v", id, err)
		}
		if err == nil {
			srv.Close()
		}
	}
}

// A hundred simulated engines start together.
func TestAHundredEngines(t *testing.T) {
	var places []string
	for n := range 100 {
		places = append(places, fmt.Sprintf("e%d=sim", n))
	}
	w := open(t, emulator.Options{Engine: strings.Join(places, ",")})
	w.serviceOf(10)
	if name := w.srv.EngineName(); !strings.HasSuffix(name, "e3 (sim 1), and 96 more") {
		t.Error(name)
	}
}
