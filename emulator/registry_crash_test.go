package emulator_test

import (
	"context"
	"errors"
	"maps"
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

// registryWorld is a world with a service in a registry and with Service Connect. Its emulator may be killed at a write,
// and another one goes on with the same data directory and engine.
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
	_, err = w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String("web"),
			PortMappings: []types.PortMapping{{Name: aws.String("http"), ContainerPort: aws.Int32(8080)}},
		}},
	})
	w.must(err)
	_, err = w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(2),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(), ServiceConnectConfiguration: connect("shop.local", "first", "web"),
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

// tasks are the ids of the service's tasks that run.
func (w *registryWorld) tasks() (ids []string) {
	w.Helper()
	list, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{ServiceName: aws.String("web")})
	w.must(err)
	for _, task := range list.TaskArns {
		ids = append(ids, task[strings.LastIndexByte(task, '/')+1:])
	}
	slices.Sort(ids)
	return ids
}

// instances are the ids of those in each service of Cloud Map, by its name.
func (w *registryWorld) instances() map[string][]string {
	w.Helper()
	api, found := servicediscovery.NewFromConfig(w.srv.Config()), map[string][]string{}
	services, err := api.ListServices(w.Context(), &servicediscovery.ListServicesInput{})
	w.must(err)
	for _, s := range services.Services {
		out, err := api.ListInstances(w.Context(), &servicediscovery.ListInstancesInput{ServiceId: s.Id})
		w.must(err)
		found[*s.Name] = nil
		for _, i := range out.Instances {
			found[*s.Name] = append(found[*s.Name], *i.Id)
		}
		slices.Sort(found[*s.Name])
	}
	return found
}

// Wherever an emulator is killed in a deployment, afterwards each task is registered once in the registry and once for
// its endpoint of Service Connect, and nothing else, and no service of Cloud Map is left of the endpoint's name before.
// `make test` kills less often, and the variable has it done as often as it says.
func TestRegistriesOutliveKills(t *testing.T) {
	t.Parallel()
	kills := 100
	if testing.Short() {
		kills = 12
	}
	if n, err := strconv.Atoi(os.Getenv("ECS_EMULATOR_TEST_KILLS")); err == nil {
		kills = n
	}
	w := startRegistry(t)
	most, names := int64(60), [...]string{"first", "second"}
	for i, died := int64(0), 0; died < kills; i++ {
		if i > 2*int64(kills) {
			t.Fatalf("killed %d times in %d deployments", died, i)
		}
		writes, count, name := i*17%most, int(2+i%3), names[(i+1)/2%2]
		_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
			Service: aws.String("web"), ForceNewDeployment: true, DesiredCount: aws.Int32(int32(count)), ServiceConnectConfiguration: connect("shop.local", name, "web"),
		})
		w.must(err)
		killed := w.killAt(writes)
		w.untilDeployed()
		tasks := w.tasks()
		want := map[string][]string{"web": tasks, name: tasks}
		if got := w.instances(); len(tasks) != count || !maps.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("after %d writes, killed %v: tasks %q, instances %q", writes, killed, tasks, got)
		}
		if killed {
			died++
		} else {
			most = max(writes-1, 1) // there are no more in a deployment
		}
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
	if got, want := w.instances(), map[string][]string{"web": nil}; !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("after the service: %q", got)
	}
	_, err = servicediscovery.NewFromConfig(w.srv.Config()).DeleteService(t.Context(), &servicediscovery.DeleteServiceInput{Id: w.registry.Id})
	w.must(err)
}
