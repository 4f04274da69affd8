package serviceload

import (
	"maps"
	"strings"
	"testing"
	"time"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	cdtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

var (
	noon  = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}
)

// However a minute is looked at, it has each request once, also of a fraction of one a second.
func TestWindowsHaveEachRequestOnce(t *testing.T) {
	f := flow{perSecond: 0.7, from: noon, until: noon.Add(100 * time.Second)}
	var n uint64
	for at := noon.Add(-time.Minute); at.Before(noon.Add(3 * time.Minute)); at = at.Add(333 * time.Millisecond) {
		n += f.before(at.Add(333*time.Millisecond)) - f.before(at)
	}
	if n != 70 {
		t.Errorf("0.7 requests a second for 100 s are %d", n)
	}
}

func TestDeal(t *testing.T) {
	canary := []elbv2.Weights{{"blue": 90, "green": 10}}
	for _, c := range []struct {
		routes     []elbv2.Weights
		first, end uint64
		want       map[string]uint64
	}{
		{nil, 0, 10, nil},
		{[]elbv2.Weights{{"blue": 1}}, 7, 10, map[string]uint64{"blue": 3}},
		{[]elbv2.Weights{{"blue": 1}}, 10, 7, nil},
		{[]elbv2.Weights{{"public": 1}, {"inside": 1}}, 3, 8, map[string]uint64{"public": 2, "inside": 3}},
		{canary, 1000, 1200, map[string]uint64{"blue": 180, "green": 20}},
		{canary, 95, 105, map[string]uint64{"green": 5, "blue": 5}},
		{[]elbv2.Weights{{"blue": 90, "green": 10}, {"inside": 1}}, 0, 400, map[string]uint64{"blue": 180, "green": 20, "inside": 200}},
	} {
		if got := deal(c.routes, c.first, c.end); !maps.Equal(got, c.want) {
			t.Errorf("%d to %d by %v: %v, want %v", c.first, c.end, c.routes, got, c.want)
		}
	}
}

// scene is a board with a service of a target group.
type scene struct {
	*testing.T
	*Board
	now   time.Time
	group *elbv2.TargetGroup
}

func newScene(t *testing.T, protocol elb.ProtocolEnum) *scene {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{T: t, now: noon}
	s.Board = &Board{Store: rows, Now: func() time.Time { return s.now }, Attach: func() {}}
	s.group = &elbv2.TargetGroup{Scope: scope, Name: "blue", ARN: elbv2.NewTargetGroupARN(scope, "blue"), Protocol: protocol}
	s.update(func(tx *store.Tx) {
		elbv2.PutTargetGroup(tx, s.group)
		s.service(tx, "api", types.LoadBalancer{TargetGroupArn: &s.group.ARN})
		s.service(tx, "worker")
	})
	return s
}

func (s *scene) update(change func(tx *store.Tx)) {
	s.Helper()
	if err := s.Store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		s.Fatal(err)
	}
}

func (s *scene) service(tx *store.Tx, name string, balancers ...types.LoadBalancer) {
	state.PutService(tx, &state.Service{
		ARN: scope.Service("default", name), Name: name, ClusterARN: scope.Cluster("default"),
		Deployments: []*state.Deployment{{Generation: state.Generation{ID: "ecs-svc/1", Revision: &state.ServiceRevision{ServiceTraffic: state.ServiceTraffic{LoadBalancers: balancers}}}, Primary: true}},
	})
}

// listen has a listener forward to the group.
func (s *scene) listen() {
	s.Helper()
	s.update(func(tx *store.Tx) {
		balancer := elbv2.NewLoadBalancerARN(scope, elb.LoadBalancerTypeEnumApplication, "web")
		elbv2.PutListener(tx, &elbv2.Listener{
			Scope: scope, ARN: elbv2.NewListenerARN(balancer), LoadBalancer: balancer, Port: 80, Protocol: s.group.Protocol,
			Actions: []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: &s.group.ARN}},
		})
	})
}

func (s *scene) set(perSecond float64, lasts string) *Load {
	s.Helper()
	l, err := s.Set(Load{Service: "api", Requests: &perSecond, For: lasts})
	if err != nil {
		s.Fatal(err)
	}
	return l
}

// come are the requests of a window by the minute after noon.
func (s *scene) come(from, to time.Duration) map[int]uint64 {
	minutes := map[int]uint64{}
	for minute, groups := range s.Requests(noon.Add(from), noon.Add(to)) {
		minutes[int(minute.Sub(noon)/time.Minute)] = groups[s.group.ARN]
	}
	return minutes
}

// What another load replaces, or ends, has come until then, and each minute has its own.
func TestRequestsOfLoadsThatFollowEachOther(t *testing.T) {
	s := newScene(t, elb.ProtocolEnumHttp)
	s.listen()
	s.now = noon.Add(30 * time.Second)
	first := s.set(10, "")
	s.now = noon.Add(70 * time.Second)
	s.set(1, "20s")
	s.End(first) // that has been replaced
	s.now = noon.Add(2 * time.Minute)
	s.set(5, "")
	s.now = noon.Add(3*time.Minute + 2*time.Second)
	if !s.Clear("default", "api") || s.Clear("default", "api") {
		t.Error("a load ends once")
	}
	for _, c := range []struct {
		from, to time.Duration
		want     map[int]uint64
	}{
		{0, 20 * time.Second, map[int]uint64{}},
		{20 * time.Second, 65 * time.Second, map[int]uint64{0: 300, 1: 50}},
		{65 * time.Second, 10 * time.Minute, map[int]uint64{1: 50 + 20, 2: 300, 3: 10}},
		{10 * time.Minute, time.Hour, map[int]uint64{}},
	} {
		if got := s.come(c.from, c.to); !maps.Equal(got, c.want) {
			t.Errorf("from %v to %v: %v, want %v", c.from, c.to, got, c.want)
		}
	}
	if len(s.flows) > 0 {
		t.Errorf("it keeps what has been counted: %v", s.flows)
	}
	s.set(1, "")
	if got := s.come(time.Hour, 100*time.Hour); len(got) != 24*60 || got[100*60-1] != 60 {
		t.Errorf("a window of days has %d minutes", len(got))
	}
}

// A load of requests needs a way for them, and the refusal says what is missing.
func TestServicesWithoutRequests(t *testing.T) {
	one := 1.0
	for want, l := range map[string]Load{
		"requests to service default/worker: it has no target group. Give cpu or memory": {Service: "worker", Requests: &one},
		"requests to service default/api: no listener forwards to its target group arn:": {Service: "api", Requests: &one},
		"no service web is in cluster default":                                           {Service: "web", Requests: &one},
	} {
		if _, err := newScene(t, elb.ProtocolEnumHttp).Set(l); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	s := newScene(t, elb.ProtocolEnumTcp)
	s.listen()
	if _, err := s.Set(Load{Service: "api", Requests: &one}); err == nil || !strings.Contains(err.Error(), " is not one of HTTP or HTTPS.") {
		t.Errorf("behind a network load balancer: %v", err)
	}
	s.Attach = nil
	if _, err := s.Set(Load{Service: "api", Requests: &one}); err == nil || !strings.HasSuffix(err.Error(), ": send real requests") {
		t.Errorf("on another engine: %v", err)
	}
}

// In a deployment that shifts traffic the production listener rule leads requests, and other groups of it have none.
func TestRequestsFollowTheProductionRule(t *testing.T) {
	s := newScene(t, elb.ProtocolEnumHttp)
	green := &elbv2.TargetGroup{Scope: scope, Name: "green", ARN: elbv2.NewTargetGroupARN(scope, "green"), Protocol: elb.ProtocolEnumHttp}
	other := &elbv2.TargetGroup{Scope: scope, Name: "other", ARN: elbv2.NewTargetGroupARN(scope, "other"), Protocol: elb.ProtocolEnumHttp}
	s.listen()
	s.update(func(tx *store.Tx) {
		elbv2.PutTargetGroup(tx, green)
		elbv2.PutTargetGroup(tx, other)
		rule := elbv2.AllListeners(tx, scope)[0].ARN
		if err := elbv2.SetWeights(tx, rule, elbv2.Weights{s.group.ARN: 90, green.ARN: 10, other.ARN: 100}); err != nil {
			t.Fatal(err)
		}
		s.service(tx, "api", types.LoadBalancer{TargetGroupArn: &s.group.ARN, AdvancedConfiguration: &types.AdvancedConfiguration{
			AlternateTargetGroupArn: &green.ARN, ProductionListenerRule: &rule,
		}})
	})
	s.set(10, "")
	got := s.Requests(noon, noon.Add(time.Minute))[noon]
	if want := (map[string]uint64{s.group.ARN: 540, green.ARN: 60}); !maps.Equal(got, want) {
		t.Errorf("600 requests go to %v, want %v", got, want)
	}
}

// Requests come to all task sets of a service by the weights of the rules that forward to them, and none by the test listener of
// CodeDeploy.
func TestRequestsComeToAllTaskSets(t *testing.T) {
	s := newScene(t, elb.ProtocolEnumHttp)
	green := &elbv2.TargetGroup{Scope: scope, Name: "green", ARN: elbv2.NewTargetGroupARN(scope, "green"), Protocol: elb.ProtocolEnumHttp}
	s.listen()
	s.update(func(tx *store.Tx) {
		elbv2.PutTargetGroup(tx, green)
		production := elbv2.AllListeners(tx, scope)[0]
		if err := elbv2.SetWeights(tx, production.ARN, elbv2.Weights{s.group.ARN: 90, green.ARN: 10}); err != nil {
			t.Fatal(err)
		}
		test := &elbv2.Listener{
			Scope: scope, ARN: elbv2.NewListenerARN(production.LoadBalancer), LoadBalancer: production.LoadBalancer, Port: 8080, Protocol: elb.ProtocolEnumHttp,
			Actions: []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: &green.ARN}},
		}
		elbv2.PutListener(tx, test)
		service := &state.Service{
			ARN: scope.Service("default", "api"), Name: "api", ClusterARN: scope.Cluster("default"), DeploymentController: types.DeploymentControllerTypeCodeDeploy,
			Sets: &state.SetService{Primary: "ecs-svc/1", Revision: &state.ServiceRevision{}},
		}
		state.PutService(tx, service)
		for id, group := range map[string]string{"ecs-svc/1": s.group.ARN, "ecs-svc/2": green.ARN} {
			revision := &state.ServiceRevision{ServiceTraffic: state.ServiceTraffic{LoadBalancers: []types.LoadBalancer{{TargetGroupArn: &group}}}}
			taskset.Put(tx, &taskset.TaskSet{Generation: state.Generation{ID: id, Revision: revision}, ARN: scope.TaskSet("default", "api", id), ServiceARN: service.ARN})
		}
		codedeploy.Groups.Put(tx, &codedeploy.DeploymentGroup{
			Scope: scope, Application: "shop", Name: "api", ID: "1", ServiceARN: service.ARN,
			Info: cdtypes.DeploymentGroupInfo{LoadBalancerInfo: &cdtypes.LoadBalancerInfo{TargetGroupPairInfoList: []cdtypes.TargetGroupPairInfo{{
				ProdTrafficRoute: &cdtypes.TrafficRoute{ListenerArns: []string{production.ARN}}, TestTrafficRoute: &cdtypes.TrafficRoute{ListenerArns: []string{test.ARN}},
			}}}},
		})
	})
	s.set(10, "")
	got := s.Requests(noon, noon.Add(time.Minute))[noon]
	if want := (map[string]uint64{s.group.ARN: 540, green.ARN: 60}); !maps.Equal(got, want) {
		t.Errorf("600 requests go to %v, want %v", got, want)
	}
}
