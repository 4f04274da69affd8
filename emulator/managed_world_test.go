package emulator_test

import (
	"cmp"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// fleet is a cluster with a capacity provider of managed instances, and a witness of all that becomes of its tasks.
type fleet struct {
	*world
	provider string // ARN
	witness  witness
	opts     emulator.Options // of an emulator that dies
	image    string           // of all containers, on Docker
	engine   *fault.Engine    // behind the emulator, where lists may come late
}

const fleetCluster = "fleet"

// newFleet makes the cluster, the provider mine and definitions: of tasks web, of daemons DAEMON:1 and broken:1.
func newFleet(w *world, change ...func(*types.CreateManagedInstancesProviderConfiguration)) *fleet {
	w.Helper()
	f := &fleet{world: w}
	f.fill(change...)
	f.observe()
	return f
}

// fill makes what a fleet begins with.
func (f *fleet) fill(change ...func(*types.CreateManagedInstancesProviderConfiguration)) {
	f.Helper()
	_, err := f.client.CreateCluster(f.Context(), &ecs.CreateClusterInput{ClusterName: aws.String(fleetCluster)})
	f.must(err)
	asked := &types.CreateManagedInstancesProviderConfiguration{
		InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/infrastructure"),
		InstanceLaunchTemplate: &types.InstanceLaunchTemplate{
			Ec2InstanceProfileArn: aws.String("arn:aws:iam::000000000000:instance-profile/instance"), CapacityOptionType: types.CapacityOptionTypeSpot,
			NetworkConfiguration: &types.ManagedInstancesNetworkConfiguration{Subnets: f.srv.Subnets()},
			InstanceRequirements: &types.InstanceRequirementsRequest{
				VCpuCount: &types.VCpuCountRangeRequest{Min: aws.Int32(1), Max: aws.Int32(2)}, MemoryMiB: &types.MemoryMiBRequest{Min: aws.Int32(1024)},
			},
		},
		InfrastructureOptimization: &types.InfrastructureOptimization{ScaleInAfter: aws.Int32(60)},
	}
	for _, do := range change {
		do(asked)
	}
	out, err := f.client.CreateCapacityProvider(f.Context(), &ecs.CreateCapacityProviderInput{
		Name: aws.String("mine"), Cluster: aws.String(fleetCluster), ManagedInstancesProvider: asked,
	})
	f.must(err)
	f.provider = *out.CapacityProvider.CapacityProviderArn
	_, err = f.client.RegisterTaskDefinition(f.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeHost, RequiresCompatibilities: []types.Compatibility{types.CompatibilityManagedInstances},
		Cpu: aws.String("512"), Memory: aws.String("256"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String(cmp.Or(f.image, "shop/web:1")), Command: []string{"sleep", "99999999"}, StopTimeout: aws.Int32(2)}},
	})
	f.must(err)
	f.defineDaemon("daemon", "sleep", "99999999")
	f.defineDaemon("broken", "exit", "1")
}

// observe has the witness hear of what the emulator writes.
func (f *fleet) observe() {
	f.witness.rows = f.srv.Rows()
	watch := f.srv.Rows().Watch(0, state.OnTasks(f.witness.task), state.OnContainerInstances(f.witness.instance))
	f.Cleanup(watch.Close)
}

func (f *fleet) defineDaemon(family string, command ...string) {
	f.Helper()
	_, err := f.client.RegisterDaemonTaskDefinition(f.Context(), &ecs.RegisterDaemonTaskDefinitionInput{
		Family: &family, Cpu: aws.String("128"), Memory: aws.String("64"),
		ContainerDefinitions: []types.DaemonContainerDefinition{{Name: aws.String("agent"), Image: aws.String(cmp.Or(f.image, "shop/agent:1")), Command: command, StopTimeout: aws.Int32(2)}},
	})
	f.must(err)
}

// serve makes a service on the provider.
func (f *fleet) serve(name string, tasks int32) {
	f.Helper()
	_, err := f.client.CreateService(f.Context(), &ecs.CreateServiceInput{
		Cluster: aws.String(fleetCluster), ServiceName: &name, TaskDefinition: aws.String("web"), DesiredCount: &tasks,
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("mine"), Weight: 1}},
	})
	f.must(err)
}

func (f *fleet) daemonARN(name string) *string {
	return aws.String(daemon.ARN(arn.ScopeOf(f.provider), fleetCluster, name))
}

// deploy makes or updates a daemon of a family, unless it is being deleted.
func (f *fleet) deploy(name, family string, critical bool) (deployment string) {
	f.Helper()
	providers, configuration := []string{f.provider}, &types.DaemonDeploymentConfiguration{DrainPercent: aws.Float64(50)}
	d := daemon.Find(f.srv.Rows().Read(), *f.daemonARN(name))
	switch {
	case d == nil:
		out, err := f.client.CreateDaemon(f.Context(), &ecs.CreateDaemonInput{
			ClusterArn: aws.String(fleetCluster), DaemonName: &name, DaemonTaskDefinitionArn: &family, CapacityProviderArns: providers, Critical: &critical,
			DeploymentConfiguration: configuration,
		})
		f.must(err)
		return *out.DeploymentArn
	case d.DeletedAt.IsZero():
		out, err := f.client.UpdateDaemon(f.Context(), &ecs.UpdateDaemonInput{
			DaemonArn: &d.ARN, DaemonTaskDefinitionArn: &family, CapacityProviderArns: providers, Critical: &critical, DeploymentConfiguration: configuration,
		})
		f.must(err)
		return *out.DeploymentArn
	}
	return ""
}

func (f *fleet) deleteDaemon(name string) {
	f.Helper()
	if d := daemon.Find(f.srv.Rows().Read(), *f.daemonARN(name)); d != nil && d.DeletedAt.IsZero() {
		_, err := f.client.DeleteDaemon(f.Context(), &ecs.DeleteDaemonInput{DaemonArn: &d.ARN})
		f.must(err)
	}
}

// instances are the ones of the provider that EC2 has not ended, with their container instances.
func (f *fleet) instances() (rows []*managed.Instance, registered []*state.ContainerInstance) {
	tx := f.srv.Rows().Read()
	rows = managed.Instances(tx, f.provider)
	for _, each := range rows {
		registered = append(registered, state.ContainerInstanceOf(tx, each.Scope, each.ID))
	}
	return rows, registered
}

// rollouts are what has become of the deployments of all daemons, by daemon and age.
func (f *fleet) rollouts() (lines []string) {
	tx := f.srv.Rows().Read()
	for _, d := range daemon.List(tx, arn.ScopeOf(f.provider), fleetCluster) {
		for _, each := range daemon.Deployments(tx, d.ARN) {
			r := each.RolloutOf(tx)
			lines = append(lines, fmt.Sprintf("%s %s %s %s", d.Name, each.ID, r.Status, r.Reason))
		}
	}
	return lines
}

// check holds what is true once all has been done that was due: an instance that takes tasks has its critical daemons, or is about to
// go, and one that drains says its strongest reason.
func (f *fleet) check() {
	f.Helper()
	tx := f.srv.Rows().Read()
	rows, registered := f.instances()
	for i, c := range registered {
		if c == nil {
			continue
		}
		strongest, leaves := rows[i].Strongest()
		if c.Status == state.InstanceDraining && (!leaves || c.DrainedBy != strongest.Reason.Words()) {
			f.Errorf("%s drains by %q, and its reasons are %+v", c.ARN, c.DrainedBy, rows[i].Drains)
		}
		for _, p := range daemon.On(tx, c.ARN) {
			if critical(tx, p) && !p.Running && c.Status == state.InstanceActive && !leaves {
				f.Errorf("%s takes tasks without %s: %+v", c.ARN, p.Daemon, *p)
			}
		}
	}
	f.witness.mu.Lock()
	defer f.witness.mu.Unlock()
	if len(f.witness.wrong) > 0 {
		f.Fatalf("seen: %s", strings.Join(f.witness.wrong, "\n"))
	}
}

func critical(tx *store.Tx, p *daemon.Presence) bool {
	r := daemon.FindRevision(tx, p.Revision)
	return r != nil && r.Critical
}

// advance moves the clock, and checks.
func (f *fleet) advance(d time.Duration) {
	f.Helper()
	f.must(f.srv.Clock().Advance(d))
	f.check()
}

// witness hears of each change of tasks and container instances, in the order in which they are made.
type witness struct {
	rows  *store.Store
	mu    sync.Mutex
	tasks map[string]string // of daemons, that have not ended: the task by instance and daemon
	wrong []string
	began int // tasks of services that began to run
}

func (w *witness) sees(format string, a ...any) { w.wrong = append(w.wrong, fmt.Sprintf(format, a...)) }

func (w *witness) task(before, after *state.Task) []string {
	if after == nil || after.Spec.LaunchType != "MANAGED_INSTANCES" {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tasks == nil {
		w.tasks = map[string]string{}
	}
	tx, on := w.rows.Read(), after.Placement.ContainerInstance
	if after.Spec.Daemon != "" {
		w.daemonTask(tx, before, after)
		return nil
	}
	if on != "" && (before == nil || before.Placement.ContainerInstance == "") {
		if c := state.FindContainerInstance(tx, on); c == nil || c.Status == state.InstanceRegistering {
			w.sees("%s is placed on %s, which takes no tasks yet", after.ARN, on)
		}
		for _, p := range daemon.On(tx, on) {
			if p.Task == "" && p.Failures == 0 {
				w.sees("%s is placed on %s, where %s has had no task", after.ARN, on, p.Daemon)
			}
		}
	}
	if after.Status.LastStatus == state.Running && (before == nil || before.Status.LastStatus != state.Running) {
		w.began++
		for _, p := range daemon.On(tx, on) {
			if critical(tx, p) && !p.Ran {
				w.sees("%s runs on %s, where %s has never run", after.ARN, on, p.Daemon)
			}
		}
	}
	return nil
}

func (w *witness) daemonTask(tx *store.Tx, before, after *state.Task) {
	on := after.Placement.ContainerInstance
	place := on + " " + after.Spec.Daemon
	switch there := w.tasks[place]; {
	case after.Ended():
		if there == after.ARN {
			delete(w.tasks, place)
		}
	case there != "" && there != after.ARN:
		w.sees("%s has %s and %s of %s", on, there, after.ARN, after.Spec.Daemon)
	default:
		w.tasks[place] = after.ARN
	}
	if after.Stop != nil && before != nil && before.Stop == nil && strings.Contains(after.Stop.Reason, "has no other tasks") {
		for _, other := range state.InstanceTasks(tx, on) {
			if other.Spec.Daemon == "" && !other.Ended() {
				w.sees("%s stops before %s, which is on %s", after.ARN, other.ARN, on)
			}
		}
	}
}

func (w *witness) instance(before, after *state.ContainerInstance) []string {
	if after == nil || after.LaunchType != "MANAGED_INSTANCES" || before == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if before.Status == state.InstanceDraining && (after.Status == state.InstanceActive || after.Status == state.InstanceRegistering) {
		w.sees("%s takes tasks again", after.ARN)
	}
	return nil
}
