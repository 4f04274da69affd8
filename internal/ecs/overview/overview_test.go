package overview_test

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	began = time.Unix(1e9, 0).UTC()
)

// world is a store with the clusters shop and lab.
type world struct {
	*testing.T
	store *store.Store
}

func newWorld(t *testing.T) *world {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, rows}
	w.update(func(tx *store.Tx) {
		for _, name := range []string{"shop", "lab"} {
			state.Clusters.Put(tx, &state.Cluster{ARN: scope.Cluster(name), Name: name, Status: state.ClusterActive})
		}
		state.Clusters.Put(tx, &state.Cluster{ARN: scope.Cluster("gone"), Name: "gone", Status: state.ClusterInactive})
	})
	return w
}

func (w *world) update(fn func(tx *store.Tx)) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

func (w *world) read(o overview.Options) *overview.Overview {
	w.Helper()
	view, err := overview.Read(w.store.Read(), began.Add(time.Hour), o)
	if err != nil {
		w.Fatal(err)
	}
	return view
}

// add adds a task of the cluster shop that has come to a status.
func (w *world) add(id, group, status string, change func(t *state.Task)) {
	w.Helper()
	t := &state.Task{
		ARN:    scope.Task("shop", id),
		Spec:   &state.TaskSpec{ClusterARN: scope.Cluster("shop"), Group: group, Family: "web", Revision: 3, CreatedAt: began},
		Status: state.TaskStatus{LastStatus: status, Containers: []state.Container{{Name: "app", Phase: state.ContainerRunning}}},
	}
	if change != nil {
		change(t)
	}
	w.update(func(tx *store.Tx) { state.AddTask(tx, t) })
}

func ids(tasks []overview.Task) (list string) {
	for _, t := range tasks {
		list += " " + t.ID
	}
	return list
}

func TestTasksThatAreNotAsWantedComeFirst(t *testing.T) {
	w := newWorld(t)
	w.add("b-runs", "service:web", state.Running, nil)
	w.add("newer", "service:web", state.Running, func(t *state.Task) { t.Spec.CreatedAt = began.Add(time.Minute) })
	w.add("job", "family:job", state.Running, nil)
	w.add("starts", "service:web", state.Pending, nil)
	w.add("ends", "service:api", state.Running, func(t *state.Task) { t.Stop = &state.Stop{Reason: "Scaling", At: began} })
	w.add("ill", "service:web", state.Running, func(t *state.Task) { t.Status.HealthStatus = types.HealthStatusUnhealthy })
	w.add("target", "family:z", state.Running, func(t *state.Task) {
		t.Traffic = &state.TaskTraffic{Targets: []state.TaskTarget{{State: state.TargetUnhealthy, Description: "Request timed out"}}}
	})
	for n, code := range []int32{0, 1} {
		w.add(fmt.Sprint("stopped", n), "family:job", state.Stopped, func(t *state.Task) {
			t.Stop = &state.Stop{Code: types.TaskStopCodeEssentialContainerExited, Reason: "Essential container in task exited", At: began}
			t.Status.StoppedAt, t.Status.Containers[0].ExitCode = began.Add(time.Duration(n)*time.Second), aws.Int32(code)
		})
	}
	view := w.read(overview.Options{})
	if got, want := ids(view.Tasks), " target ends ill starts job newer b-runs"; got != want {
		t.Errorf("tasks are%s, want%s", got, want)
	}
	for n, want := range []string{
		"unhealthy target: Request timed out", "lastStatus RUNNING, desiredStatus STOPPED", "healthStatus UNHEALTHY",
		"lastStatus PENDING, desiredStatus RUNNING", "",
	} {
		if got := view.Tasks[n].NotAsWanted; got != want {
			t.Errorf("of %s is said %q, want %q", view.Tasks[n].ID, got, want)
		}
	}
	if got := ids(view.StoppedTasks); got != " stopped1 stopped0" || *view.StoppedTasks[0].Containers[0].ExitCode != 1 {
		t.Errorf("stopped are%s", got)
	}
	if want := (overview.Counts{Tasks: 4}); view.NotAsWanted != want {
		t.Errorf("not as wanted: %+v", view.NotAsWanted)
	}
	// A limit leaves out the last ones, and asks for the ports of the others alone.
	asked := ""
	view = w.read(overview.Options{Tasks: 5, Ports: func(taskARN string) []overview.Port { asked += " " + arn.Name(taskARN); return nil }})
	if want := " target ends ill starts job"; ids(view.Tasks) != want || asked != want {
		t.Errorf("tasks are%s, ports were asked for%s", ids(view.Tasks), asked)
	}
	if view.TaskCount != 7 || view.StoppedTaskCount != 2 || view.NotAsWanted.Tasks != 4 {
		t.Errorf("counts are %d, %d, %+v", view.TaskCount, view.StoppedTaskCount, view.NotAsWanted)
	}
}

func TestOneCluster(t *testing.T) {
	w := newWorld(t)
	w.add("a", "family:web", state.Pending, nil)
	repositories := func(*store.Tx) []overview.Repository { return []overview.Repository{{Name: "web"}} }
	all := w.read(overview.Options{Repositories: repositories}).Repositories
	one := w.read(overview.Options{Repositories: repositories, Cluster: "lab"}).Repositories
	if len(all) != 1 || one == nil || len(one) != 0 {
		t.Errorf("the repositories are %+v, of one cluster %#v", all, one)
	}
	for _, name := range []string{"lab", scope.Cluster("lab")} {
		if view := w.read(overview.Options{Cluster: name}); len(view.Clusters) != 1 || view.TaskCount != 0 || view.NotAsWanted.Sum() != 0 {
			t.Errorf("%s: %+v", name, view)
		}
	}
	if view := w.read(overview.Options{}); len(view.Clusters) != 2 || view.Clusters[1].PendingTasks != 1 {
		t.Errorf("all: %+v", view)
	}
	_, err := overview.Read(w.store.Read(), began, overview.Options{Cluster: "gone"})
	if !errors.As(err, &overview.UnknownClusterError{}) {
		t.Errorf("of a cluster that is gone: %v", err)
	}
}

// A service is as wanted with one deployment that has completed and all its tasks.
func TestServicesThatAreNotAsWanted(t *testing.T) {
	group := elbv2.NewTargetGroupARN(scope, "front")
	for name, c := range map[string]struct {
		change func(s *state.Service)
		health elb.TargetHealthStateEnum
		want   string
	}{
		"as wanted":      {func(*state.Service) {}, "", ""},
		"below desired":  {func(s *state.Service) { s.DesiredCount = 3 }, "", "1 of 3 tasks are RUNNING"},
		"above desired":  {func(s *state.Service) { s.DesiredCount = 0 }, "", "1 of 0 tasks are RUNNING"},
		"DRAINING":       {func(s *state.Service) { s.DesiredCount, s.DeletedAt = 0, began }, "", ""},
		"rollout":        {func(s *state.Service) { s.Deployments[0].RolloutState = types.DeploymentRolloutStateInProgress }, "", "the rollout of web:3 is IN_PROGRESS"},
		"failed rollout": {func(s *state.Service) { s.Deployments[0].RolloutState = types.DeploymentRolloutStateFailed }, "", "the rollout of web:3 has FAILED"},
		"rolled back":    {func(s *state.Service) { s.Deployments[0].ServiceDeploymentARN = rolledBack("").ARN }, "", "its service deployment is ROLLBACK_SUCCESSFUL"},
		"rolled back as asked": {func(s *state.Service) {
			s.Deployments[0].ServiceDeploymentARN = rolledBack(types.StopServiceDeploymentStopTypeRollback).ARN
		}, "", ""},
		"two deployments":  {func(s *state.Service) { s.Deployments = append(s.Deployments, deployment("ecs-svc/1")) }, "", "2 deployments have tasks"},
		"daemon":           {func(s *state.Service) { s.SchedulingStrategy, s.Daemons = types.SchedulingStrategyDaemon, 2 }, "", "1 of 2 tasks are RUNNING"},
		"unhealthy target": {balanced(group), elb.TargetHealthStateEnumUnhealthy, "1 unhealthy in target group front: Request timed out (see its security groups and port)"},
		"healthy target":   {balanced(group), elb.TargetHealthStateEnumHealthy, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := &state.Service{
				ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"), DesiredCount: 1,
				Deployments: []*state.Deployment{deployment("ecs-svc/2")},
			}
			s.Deployments[0].Primary = true
			c.change(s)
			w.update(func(tx *store.Tx) {
				state.PutServiceDeployment(tx, rolledBack(""))
				state.PutServiceDeployment(tx, rolledBack(types.StopServiceDeploymentStopTypeRollback))
				state.PutService(tx, s)
				target(tx, group, c.health)
			})
			w.add("a", "service:web", state.Running, func(t *state.Task) { t.Spec.ServiceARN, t.Spec.DeploymentID = s.ARN, "ecs-svc/2" })
			view := w.read(overview.Options{})
			if got := view.Services[0].NotAsWanted; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if got := view.NotAsWanted.Services; (got == 1) != (c.want != "") {
				t.Errorf("%d services count as not as wanted", got)
			}
		})
	}
}

func TestSecurityGroupsThatKeepALoadBalancerAway(t *testing.T) {
	w := newWorld(t)
	group := elbv2.NewTargetGroupARN(scope, "front")
	s := &state.Service{ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"), Deployments: []*state.Deployment{deployment("ecs-svc/2")}}
	s.Deployments[0].Primary = true
	balanced(group)(s)
	w.update(func(tx *store.Tx) {
		state.PutService(tx, s)
		target(tx, group, elb.TargetHealthStateEnumUnhealthy)
	})
	w.add("a", "service:web", state.Running, func(t *state.Task) {
		t.Traffic = &state.TaskTraffic{Targets: []state.TaskTarget{{Group: group, ID: "172.31.0.4", Port: 80, State: state.TargetUnhealthy, Description: "Request timed out"}}}
	})
	asked := ""
	view := w.read(overview.Options{KeptApart: func(from string, to netip.Addr, port int) string {
		asked = fmt.Sprint(from, " ", to, " ", port)
		return "no rule of sg-1 lets it in"
	}})
	const want = "Request timed out: no rule of sg-1 lets it in"
	if got := view.Services[0].TargetGroups[0].Unhealthy; got != want {
		t.Errorf("of the service's targets is said %q", got)
	}
	if got := view.Tasks[0].UnhealthyTarget; got != want {
		t.Errorf("of the task is said %q", got)
	}
	if asked != "balancer 172.31.0.4 80" {
		t.Errorf("asked about %s", asked)
	}
}

func deployment(id string) *state.Deployment {
	return &state.Deployment{
		Generation: state.Generation{
			ID: id, CreatedAt: began, Revision: &state.ServiceRevision{
				ARN: scope.ServiceRevision("shop", "web", id[len("ecs-svc/"):]), TaskDefinition: scope.TaskDefinition("web", 3), LaunchType: types.LaunchTypeFargate,
			},
		}, RolloutState: types.DeploymentRolloutStateCompleted,
	}
}

// rolledBack is a service deployment that failed, or was stopped.
func rolledBack(stopped types.StopServiceDeploymentStopType) *state.ServiceDeployment {
	return &state.ServiceDeployment{
		ARN: scope.ServiceDeployment("shop", "web", "back"+string(stopped)), ServiceARN: scope.Service("shop", "web"), StopType: stopped,
		Status: types.ServiceDeploymentStatusRollbackSuccessful, Rollback: &state.Rollback{Reason: "Service deployment rolled back", StartedAt: began},
	}
}

func balanced(group string) func(*state.Service) {
	return func(s *state.Service) {
		s.Deployments[0].Revision.LoadBalancers = []types.LoadBalancer{{TargetGroupArn: aws.String(group)}}
	}
}

// target gives a target group that is on a load balancer a target of that health.
func target(tx *store.Tx, group string, health elb.TargetHealthStateEnum) {
	g := &elbv2.TargetGroup{Scope: scope, ARN: group, Name: "front"}
	elbv2.PutTargetGroup(tx, g)
	elbv2.PutListener(tx, &elbv2.Listener{
		ARN: "listener", LoadBalancer: "balancer", Actions: []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: &group}},
	})
	elbv2.Register(tx, g, "172.31.0.4", 80, elbv2.AllZones, began)
	elbv2.PutTargetHealth(tx, &elbv2.TargetHealth{
		GroupARN: group, ID: "172.31.0.4", Port: 80, State: health, Description: "Request timed out", CheckedAt: began.Add(time.Second),
	})
}

func TestProxyOfATask(t *testing.T) {
	w := newWorld(t)
	w.add("a", "service:web", state.Running, func(t *state.Task) {
		t.Spec.Connect = &state.Connect{}
		t.Status.Containers = append(t.Status.Containers, state.Container{Name: t.ProxyName(), Phase: state.ContainerRunning})
	})
	if got := w.read(overview.Options{}).Tasks[0].Containers; len(got) != 2 || got[0].Proxy || !got[1].Proxy {
		t.Errorf("%+v", got)
	}
}

func TestContainerInstances(t *testing.T) {
	w := newWorld(t)
	machine := func(id string, connected bool) string {
		c := &state.ContainerInstance{
			ARN: scope.ContainerInstance("shop", id), EC2InstanceID: "i-" + id, Status: state.InstanceActive, AgentConnected: connected,
			Registered: state.Resources{CPU: 2048, Memory: 4096, Ports: []uint16{22}, GPUs: []string{"a", "b"}},
		}
		w.update(func(tx *store.Tx) { state.PutContainerInstance(tx, c, began) })
		return c.ARN
	}
	on := machine("1", true)
	machine("2", false)
	w.add("a", "family:web", state.Running, func(t *state.Task) {
		t.Spec.Reserved = &state.Reservation{CPU: 256, Memory: 512, Ports: []uint16{8080}, GPUs: 1}
		t.Placement = &state.Placement{ContainerInstance: on, GPUs: []string{"a"}}
	})
	view := w.read(overview.Options{InstanceIP: func(string) string { return "198.18.0.2" }})
	busy, lost := view.ContainerInstances[0], view.ContainerInstances[1]
	if want := (overview.Resources{CPU: 1792, Memory: 3584, GPUs: 1}); busy.Remaining != want || busy.Running != 1 || fmt.Sprint(busy.Ports) != "[8080]" || busy.NotAsWanted != "" {
		t.Errorf("%+v", busy)
	}
	if lost.NotAsWanted != "its agent is not connected" || view.NotAsWanted.ContainerInstances != 1 {
		t.Errorf("%+v", lost)
	}
	if got := view.Tasks[0].IP; got != "198.18.0.2" {
		t.Errorf("the address of the task is %q", got)
	}
}

func TestLoadBalancers(t *testing.T) {
	w := newWorld(t)
	web, other := elbv2.NewLoadBalancerARN(scope, elb.LoadBalancerTypeEnumApplication, "web"), elbv2.NewLoadBalancerARN(scope, elb.LoadBalancerTypeEnumNetwork, "other")
	group, listener := elbv2.NewTargetGroupARN(scope, "web"), elbv2.NewListenerARN(web)
	w.update(func(tx *store.Tx) {
		elbv2.PutTargetGroup(tx, &elbv2.TargetGroup{Scope: scope, ARN: group, Name: "web"})
		elbv2.PutLoadBalancer(tx, &elbv2.LoadBalancer{
			Scope: scope, ARN: web, Name: "web", Type: elb.LoadBalancerTypeEnumApplication, Scheme: elb.LoadBalancerSchemeEnumInternetFacing,
			State: elb.LoadBalancerStateEnumActive, DNSName: "web-1.us-east-1.elb.amazonaws.com",
		})
		elbv2.PutLoadBalancer(tx, &elbv2.LoadBalancer{Scope: scope, ARN: other, Name: "other"})
		elbv2.PutListener(tx, &elbv2.Listener{
			Scope: scope, ARN: listener, LoadBalancer: web, Protocol: elb.ProtocolEnumHttp, Port: 80,
			Actions: []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: &group}},
		})
		state.PutService(tx, &state.Service{ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"), Deployments: []*state.Deployment{{
			Generation: state.Generation{ID: "ecs-svc/1", Revision: &state.ServiceRevision{ServiceTraffic: state.ServiceTraffic{LoadBalancers: []types.LoadBalancer{{TargetGroupArn: &group}}}}}, Primary: true,
		}}})
	})
	want := overview.LoadBalancer{
		ARN: web, Name: "web", Type: "application", Scheme: "internet-facing", State: "active", DNSName: "web-1.us-east-1.elb.amazonaws.com",
		Listeners: []overview.Listener{{ARN: listener, Protocol: "HTTP", Port: 80, LocalAddresses: []string{"127.0.0.1:49153"}}},
	}
	local := func() map[string][]string { return map[string][]string{listener: {"127.0.0.1:49153"}} }
	if got := w.read(overview.Options{Cluster: "shop", LocalAddresses: local}).LoadBalancers; !reflect.DeepEqual(got, []overview.LoadBalancer{want}) {
		t.Errorf("of the cluster shop: %+v", got)
	}
	if got := w.read(overview.Options{Cluster: "lab"}).LoadBalancers; len(got) != 0 {
		t.Errorf("of the cluster lab: %+v", got)
	}
	all := w.read(overview.Options{}).LoadBalancers
	if len(all) != 2 || all[0].Name != "web" || len(all[0].Listeners[0].LocalAddresses) != 0 || all[1].Name != "other" || all[1].State != "provisioning" {
		t.Errorf("all: %+v", all)
	}
}

// TestDefaultClustersThatWereOnlyLookedAt has one in each of three Regions: one was asked for alone, one has a tag, one a
// task.
func TestDefaultClustersThatWereOnlyLookedAt(t *testing.T) {
	w := newWorld(t)
	regions := []string{"us-east-1", "us-west-2", "eu-west-1"}
	w.update(func(tx *store.Tx) {
		for i, region := range regions {
			c := state.NewDefaultCluster(arn.Scope{Region: region, Account: scope.Account}, began)
			if i == 1 {
				c.Tags = []types.Tag{{Key: aws.String("team")}}
			}
			state.Clusters.Put(tx, c)
			if i == 2 {
				state.AddTask(tx, &state.Task{ARN: c.Scope().Task(c.Name, "1"), Spec: &state.TaskSpec{ClusterARN: c.ARN, Group: "family:web"}})
			}
		}
	})
	names := func(o overview.Options) (arns []string) {
		view, err := overview.Read(w.store.Read(), began, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range view.Clusters {
			arns = append(arns, c.ARN)
		}
		return arns
	}
	if got, want := names(overview.Options{}), []string{ // the world has shop and lab
		"arn:aws:ecs:eu-west-1:000000000000:cluster/default", scope.Cluster("lab"), scope.Cluster("shop"),
		"arn:aws:ecs:us-west-2:000000000000:cluster/default",
	}; !slices.Equal(got, want) {
		t.Errorf("there are %v", got)
	}
	if asked := names(overview.Options{Cluster: "default"}); len(asked) != len(regions) {
		t.Errorf("of the name that is asked for there are %v", asked)
	}
}
