package emulator_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	discovery "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// registryWorld is a world with a service in a registry. Its emulator may be killed at a write, and another one goes
// on with the same data directory and engine.
type registryWorld struct {
	*world
	opts     emulator.Options
	registry discovery.Service
	room     atomic.Int64 // writes that the disk still takes
}

func startRegistry(t *testing.T) *registryWorld {
	t.Helper()
	w := &registryWorld{}
	w.room.Store(unlimited)
	w.opts = emulator.WithDisk(emulator.Options{Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), OnExit: emulator.Keep}, func() error {
		if w.room.Add(-1) < 0 {
			return errors.New("no space left on device")
		}
		return nil
	})
	w.open(t)
	vpcs, err := ec2.NewFromConfig(w.srv.Config()).DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{})
	w.must(err)
	api := servicediscovery.NewFromConfig(w.srv.Config())
	_, err = api.CreatePrivateDnsNamespace(t.Context(), &servicediscovery.CreatePrivateDnsNamespaceInput{Name: aws.String("shop.local"), Vpc: vpcs.Vpcs[0].VpcId})
	w.must(err)
	namespaces, err := api.ListNamespaces(t.Context(), &servicediscovery.ListNamespacesInput{})
	w.must(err)
	made, err := api.CreateService(t.Context(), &servicediscovery.CreateServiceInput{
		Name: aws.String("web"), NamespaceId: namespaces.Namespaces[0].Id,
		DnsConfig: &discovery.DnsConfig{DnsRecords: []discovery.DnsRecord{{Type: discovery.RecordTypeA, TTL: aws.Int64(10)}}},
	})
	w.must(err)
	w.registry = *made.Service
	_, err = w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web")), DesiredCount: aws.Int32(2),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
		ServiceRegistries: []types.ServiceRegistry{{RegistryArn: w.registry.Arn}},
	})
	w.must(err)
	w.untilDeployed()
	return w
}

// open starts an emulator, whose clock stands still.
func (w *registryWorld) open(t *testing.T) {
	w.room.Store(unlimited)
	w.world = open(t, w.opts)
	w.must(w.srv.Clock().SetSpeed(0))
}

// untilDeployed lets time pass until the service has one deployment, which is complete.
func (w *registryWorld) untilDeployed() {
	w.Helper()
	for range 200 {
		s := w.service("web")
		if len(s.Deployments) == 1 && s.Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted && s.RunningCount == s.DesiredCount {
			w.must(w.srv.Clock().Advance(10 * time.Minute)) // tasks that stop
			return
		}
		w.must(w.srv.Clock().Advance(10 * time.Second))
	}
	w.Fatalf("the deployment does not end: %+v", w.service("web").Deployments)
}

// killAt lets the emulator write so many times and kills it, if there are as many writes in an hour, and starts another one.
func (w *registryWorld) killAt(writes int64) (killed bool) {
	w.Helper()
	w.room.Store(writes)
	ctx, cancel := context.WithCancel(w.Context())
	over := make(chan struct{})
	go func() { defer close(over); _ = w.srv.AdvanceWhile(ctx, time.Hour) }()
	for w.room.Load() >= 0 && !closed(over) {
		select {
		case <-over:
		case <-time.After(time.Millisecond):
		}
	}
	killed = w.room.Load() < 0
	if killed {
		w.srv.Die()
	}
	cancel()
	<-over
	w.room.Store(unlimited)
	if killed {
		w.open(w.T)
	}
	return killed
}

// ids are those of the service's tasks that run, and of the instances in its registry.
func (w *registryWorld) ids() (tasks, instances []string) {
	w.Helper()
	list, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{ServiceName: aws.String("web")})
	w.must(err)
	for _, task := range list.TaskArns {
		tasks = append(tasks, task[strings.LastIndexByte(task, '/')+1:])
	}
	out, err := servicediscovery.NewFromConfig(w.srv.Config()).ListInstances(w.Context(), &servicediscovery.ListInstancesInput{ServiceId: w.registry.Id})
	w.must(err)
	for _, i := range out.Instances {
		instances = append(instances, *i.Id)
	}
	slices.Sort(tasks)
	slices.Sort(instances)
	return tasks, instances
}

// Wherever an emulator is killed in a deployment, afterwards each task is registered once, and nothing else. The
// variable has it killed more often than in a run of all tests.
func TestRegistriesOutliveKills(t *testing.T) {
	t.Parallel()
	kills := 12
	if n, err := strconv.Atoi(os.Getenv("ECS_EMULATOR_TEST_KILLS")); err == nil {
		kills = n
	}
	w := startRegistry(t)
	most, died := int64(60), 0
	for i := range int64(kills) {
		writes := i * 17 % most
		_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
			Service: aws.String("web"), ForceNewDeployment: true, DesiredCount: aws.Int32(int32(2 + i%3)),
		})
		w.must(err)
		killed := w.killAt(writes)
		w.untilDeployed()
		tasks, instances := w.ids()
		if !slices.Equal(tasks, instances) || len(tasks) != int(2+i%3) {
			t.Fatalf("after %d writes, killed %v: tasks %q, instances %q", writes, killed, tasks, instances)
		}
		if killed {
			died++
		} else {
			most = max(writes-1, 1) // there are no more in a deployment
		}
	}
	if died < kills/2 {
		t.Errorf("killed %d times only", died)
	}
	_, err := w.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})
	w.must(err)
	w.killAt(6)
	for range 100 {
		if s := w.service("web"); *s.Status == "INACTIVE" {
			break
		}
		w.must(w.srv.Clock().Advance(10 * time.Second))
	}
	_, err = servicediscovery.NewFromConfig(w.srv.Config()).DeleteService(t.Context(), &servicediscovery.DeleteServiceInput{Id: w.registry.Id})
	w.must(err)
}
