package tasktraffic

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ecs "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// registered has the scene's task be one of a service with a registry instead of a target group.
func (s *scene) registered(of servicediscovery.Service, change func(spec *state.TaskSpec, r *ecs.ServiceRegistry)) (serviceARN string) {
	s.Helper()
	of.ARN = servicediscovery.ServiceARN(scope, "srv-1234567890abcdef")
	s.update(func(tx *store.Tx) {
		servicediscovery.PutService(tx, &of)
		r := ecs.ServiceRegistry{RegistryArn: &of.ARN}
		old := state.FindTask(tx, s.task)
		spec := *old.Spec
		spec.LoadBalancers, spec.Family, spec.ServiceARN = nil, "web", scope.Service("c", "api")
		if change != nil {
			change(&spec, &r)
		}
		spec.ServiceRegistries = []ecs.ServiceRegistry{r}
		s.task = scope.Task("c", arn.NewID())
		state.AddTask(tx, &state.Task{ARN: s.task, Spec: &spec, Placement: old.Placement, Status: old.Status})
	})
	return of.ARN
}

func (s *scene) instance(serviceARN string) *servicediscovery.Instance {
	return servicediscovery.FindInstance(s.store.Read(), serviceARN, arn.Name(s.task))
}

// acknowledge is the part of a controller that pushes to listeners.
func (s *scene) acknowledge(serviceARN string, by servicediscovery.Listener) {
	s.Helper()
	s.update(func(tx *store.Tx) {
		servicediscovery.Acknowledge(tx, serviceARN, by, servicediscovery.FindService(tx, serviceARN).Revision)
	})
}

func records(of ...types.RecordType) (list []types.DnsRecord) {
	for _, r := range of {
		list = append(list, types.DnsRecord{Type: r, TTL: aws.Int64(10)})
	}
	return list
}

func TestTaskBecomesAnInstanceWhenItsContainersRun(t *testing.T) {
	withTask(t, func(s *scene) {
		service := s.registered(servicediscovery.Service{DNSRecords: records(types.RecordTypeA)}, nil)
		if s.instance(service) != nil {
			t.Error("registered while it is PENDING")
		}
		s.becomes(state.Activating)
		i := s.instance(service)
		if i == nil || i.Task != s.task || i.Health != types.HealthStatusUnknown || s.traffic().RegisteredAt.IsZero() {
			t.Fatalf("instance %+v, traffic %+v", i, s.traffic())
		}
		want := map[string]string{
			"AWS_INSTANCE_IPV4": "10.0.0.7", "AVAILABILITY_ZONE": "us-east-1a", "REGION": "us-east-1",
			"ECS_CLUSTER_NAME": "c", "ECS_SERVICE_NAME": "api", "ECS_TASK_DEFINITION_FAMILY": "web",
		}
		if !maps.Equal(i.Attributes, want) {
			t.Errorf("attributes %v", i.Attributes)
		}
	})
}

func TestInstanceHasThePortOfItsRecord(t *testing.T) {
	for name, c := range map[string]struct {
		records []types.DnsRecord
		change  func(spec *state.TaskSpec, r *ecs.ServiceRegistry)
		want    string
	}{
		"port": {records(types.RecordTypeSrv), func(_ *state.TaskSpec, r *ecs.ServiceRegistry) { r.Port = aws.Int32(9000) }, "9000"},
		"container port": {records(types.RecordTypeA, types.RecordTypeSrv), func(_ *state.TaskSpec, r *ecs.ServiceRegistry) {
			r.ContainerName, r.ContainerPort = aws.String("web"), aws.Int32(8080)
		}, "8080"},
		"container alone, A":   {records(types.RecordTypeA), func(_ *state.TaskSpec, r *ecs.ServiceRegistry) { r.ContainerName = aws.String("web") }, ""},
		"port of HTTP":         {nil, func(_ *state.TaskSpec, r *ecs.ServiceRegistry) { r.Port = aws.Int32(9000) }, "9000"},
		"nothing said of HTTP": {nil, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			withTask(t, func(s *scene) {
				service := s.registered(servicediscovery.Service{DNSRecords: c.records}, c.change)
				s.becomes(state.Activating)
				i := s.instance(service)
				if got, has := i.Attributes["AWS_INSTANCE_PORT"]; got != c.want || has != (c.want != "") {
					t.Errorf("port %q, has one: %v", got, has)
				}
			})
		})
	}
}

func TestEndpointsOfServiceConnectAreReachedAtTheirProxy(t *testing.T) {
	withTask(t, func(s *scene) {
		endpoint := servicediscovery.ServiceARN(scope, "srv-connect0000000000")
		s.update(func(tx *store.Tx) {
			servicediscovery.PutService(tx, &servicediscovery.Service{ARN: endpoint, ECSService: scope.Service("c", "api")})
		})
		registry := s.registered(servicediscovery.Service{DNSRecords: records(types.RecordTypeA)}, func(spec *state.TaskSpec, _ *ecs.ServiceRegistry) {
			spec.DeploymentID = "ecs-svc/1"
			spec.Connect = &state.Connect{Services: []state.ConnectService{{DiscoveryARN: endpoint, Container: "web", ContainerPort: 8080, IngressPort: 15000}}}
		})
		s.becomes(state.Activating)
		i := s.instance(endpoint)
		if i == nil || i.Deployment != "ecs-svc/1" || i.Attributes["AWS_INSTANCE_PORT"] != "15000" || s.instance(registry) == nil {
			t.Fatalf("endpoint %+v, registry %+v", i, s.instance(registry))
		}
		s.becomes(state.Running)
		s.stop()
		s.acknowledge(registry, servicediscovery.Resolvers)
		if !s.traffic().DrainedAt.IsZero() {
			t.Error("it does not wait for the proxies")
		}
		s.acknowledge(endpoint, servicediscovery.Proxies)
		if !s.traffic().DrainedAt.IsZero() {
			t.Error("it does not wait for the requests that are under way")
		}
		s.acknowledge(endpoint, servicediscovery.DrainedProxies)
		if s.traffic().DrainedAt.IsZero() || s.instance(endpoint) != nil {
			t.Errorf("all have heard: %+v", s.traffic())
		}
	})
}

func TestTaskIsDrainedWhenResolversHaveHeard(t *testing.T) {
	withTask(t, func(s *scene) {
		service := s.registered(servicediscovery.Service{DNSRecords: records(types.RecordTypeA)}, nil)
		s.becomes(state.Running)
		s.stop()
		if traffic := s.traffic(); s.instance(service) != nil || traffic.DeregisteredAt.IsZero() || !traffic.DrainedAt.IsZero() {
			t.Fatalf("instance %v, traffic %+v", s.instance(service), traffic)
		}
		s.acknowledge(service, servicediscovery.Resolvers)
		if s.traffic().DrainedAt.IsZero() {
			t.Error("it goes on waiting")
		}
	})
}

// A service's acknowledgements have none of its tasks looked at that do not wait for them.
func TestOnlyTasksThatWaitAreNoted(t *testing.T) {
	withTask(t, func(s *scene) {
		service := s.registered(servicediscovery.Service{DNSRecords: records(types.RecordTypeA)}, nil)
		noted := func(when string, want int) {
			t.Helper()
			if got := s.tried.waiting.of(service); len(got) != want {
				t.Errorf("%s: %d tasks are noted, want %d", when, len(got), want)
			}
		}
		s.becomes(state.Running)
		noted("a task that runs", 0)
		s.stop()
		noted("one that waits", 1)
		s.acknowledge(service, servicediscovery.Resolvers)
		s.becomes(state.Deactivating)
		noted("one that has been heard of", 0)
		s.becomes(state.Stopped)
		noted("one that has stopped", 0)
		if len(s.tried.waiting.tasks) != 0 {
			t.Errorf("services are left: %v", s.tried.waiting.tasks)
		}
	})
}

func TestATaskThatEndsByItselfIsWithdrawnWhenResolversHaveHeard(t *testing.T) {
	withTask(t, func(s *scene) {
		service := s.registered(servicediscovery.Service{DNSRecords: records(types.RecordTypeA)}, nil)
		s.becomes(state.Running)
		s.becomes(state.Stopped)
		s.acknowledge(service, servicediscovery.Resolvers)
		if traffic := s.traffic(); traffic.DeregisteredAt.IsZero() || traffic.DrainedAt.IsZero() {
			t.Errorf("all have heard: %+v", traffic)
		}
		if len(s.tried.waiting.tasks) != 0 {
			t.Errorf("tasks are left: %v", s.tried.waiting.tasks)
		}
	})
}

func TestAResolverThatIsAwayHoldsNoStopForLong(t *testing.T) {
	withTask(t, func(s *scene) {
		s.registered(servicediscovery.Service{DNSRecords: records(types.RecordTypeA)}, nil)
		s.becomes(state.Running)
		s.stop()
		time.Sleep(listenerPatience - time.Second) // of the bubble
		synctest.Wait()
		if !s.traffic().DrainedAt.IsZero() {
			t.Error("it does not wait")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := s.traffic().DrainedAt.Sub(s.traffic().DeregisteredAt); got != listenerPatience {
			t.Errorf("drained after %v", got)
		}
	})
}

func TestCustomHealthFollowsTheChecksOfContainers(t *testing.T) {
	withTask(t, func(s *scene) {
		checks := func(spec *state.TaskSpec, _ *ecs.ServiceRegistry) { spec.Checked = true }
		service := s.registered(servicediscovery.Service{DNSRecords: records(types.RecordTypeA), CustomHealthCheck: true}, checks)
		expect := func(want types.HealthStatus) {
			t.Helper()
			if i := s.instance(service); i.Health != want || s.traffic().Registrations[0].Unhealthy != (want == types.HealthStatusUnhealthy) {
				t.Errorf("instance %+v, traffic %+v, want %s", i, s.traffic(), want)
			}
		}
		s.becomes(state.Activating)
		expect(types.HealthStatusUnhealthy)
		if got := s.instance(service).Attributes["AWS_INIT_HEALTH_STATUS"]; got != "UNHEALTHY" {
			t.Errorf("initial status %q", got)
		}
		s.reports(ecs.HealthStatusHealthy)
		expect(types.HealthStatusHealthy)
		s.reports(ecs.HealthStatusUnhealthy)
		expect(types.HealthStatusUnhealthy)
	})
}

// reports has the checks of the task's containers say something.
func (s *scene) reports(health ecs.HealthStatus) {
	s.Helper()
	s.update(func(tx *store.Tx) {
		status := state.FindTask(tx, s.task).Status.Clone()
		status.HealthStatus = health
		if err := state.PutTaskStatus(tx, s.task, state.TaskStep{Status: status}); err != nil {
			s.Fatal(err)
		}
	})
}

// What a user says of an instance stays until the task's health changes.
func TestAStatusThatAUserSetsStays(t *testing.T) {
	withTask(t, func(s *scene) {
		service := s.registered(servicediscovery.Service{DNSRecords: records(types.RecordTypeA), CustomHealthCheck: true}, nil)
		s.becomes(state.Running)
		s.update(func(tx *store.Tx) {
			servicediscovery.SetHealth(tx, service, arn.Name(s.task), types.HealthStatusUnhealthy)
		})
		if got := s.instance(service).Health; got != types.HealthStatusUnhealthy {
			t.Errorf("health %s", got)
		}
	})
}

func TestWhatUsersTakeAwayIsNotWaitedFor(t *testing.T) {
	withTask(t, func(s *scene) {
		service := s.registered(servicediscovery.Service{DNSRecords: records(types.RecordTypeA)}, nil)
		s.becomes(state.Running)
		s.update(func(tx *store.Tx) {
			servicediscovery.Deregister(tx, service, arn.Name(s.task))
			servicediscovery.Register(tx, &servicediscovery.Instance{ServiceARN: service, ID: "by-hand"})
		})
		s.stop()
		if s.traffic().DrainedAt.IsZero() || len(servicediscovery.Instances(s.store.Read(), service)) != 1 {
			t.Errorf("traffic %+v", s.traffic())
		}
	})
	withTask(t, func(s *scene) {
		service := s.registered(servicediscovery.Service{DNSRecords: records(types.RecordTypeA)}, nil)
		s.update(func(tx *store.Tx) { servicediscovery.DeleteService(tx, servicediscovery.FindService(tx, service)) })
		s.becomes(state.Activating)
		if got := s.traffic(); got.RegisteredAt.IsZero() || got.Registrations[0].Refused == "" {
			t.Errorf("without its service: %+v", got)
		}
		s.stop()
		if s.traffic().DrainedAt.IsZero() {
			t.Error("there is nothing to wait for")
		}
	})
}

func TestInstanceOfATaskSetHasItsExternalID(t *testing.T) { // ECS0331.2
	withTask(t, func(s *scene) {
		set := &taskset.TaskSet{
			Generation: state.Generation{ID: "ecs-svc/1", Revision: &state.ServiceRevision{}}, ExternalID: "blue",
			ARN: scope.TaskSet("c", "api", "ecs-svc/1"), ServiceARN: scope.Service("c", "api"),
		}
		s.update(func(tx *store.Tx) { taskset.Put(tx, set) })
		service := s.registered(servicediscovery.Service{DNSRecords: records(types.RecordTypeA)}, func(spec *state.TaskSpec, _ *ecs.ServiceRegistry) {
			spec.DeploymentID = set.ID
		})
		s.becomes(state.Activating)
		if i := s.instance(service); i == nil || i.Attributes["ECS_TASK_SET_EXTERNAL_ID"] != "blue" {
			t.Fatalf("instance %+v", i)
		}
	})
}
