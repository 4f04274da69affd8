package controller_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/appspec"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/controller"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	cwtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	elb "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// patience is the patience of the clock.
const patience = 10 * time.Second

var scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}

const (
	listener  = "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2"
	balancer  = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/web/50dc6c495c0c9188"
	blueGroup = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/blue/1"
	greenGrp  = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/green/2"
)

// world answers calls as ECS, Elastic Load Balancing and CloudWatch do, for one service whose task sets are steady at once.
type world struct {
	*testing.T
	store *store.Store
	clock *clock.Clock
	stop  func()
	c     *controller.Controller

	mu      sync.Mutex
	sets    []ecstypes.TaskSet
	actions []elbtypes.Action
	alarms  []string
	refuse  map[string]apiclient.Error // by operation
	called  []string                   // operations that change something
	invoked []string
	broken  error // why functions cannot be called
	hangs   chan struct{}
	roles   bool // whether roles can be assumed
	users   func(arn string) []string
}

// inBubble runs a test in a time of its own. The emulator's clock only moves by Advance.
func inBubble(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{
			T: t, store: s, clock: clock.New(clock.Options{}), refuse: map[string]apiclient.Error{}, roles: true,
			actions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: aws.String(blueGroup)}},
		}
		w.must(w.clock.SetSpeed(0))
		w.sets = []ecstypes.TaskSet{w.set("ecs-svc/1", "", "PRIMARY", blueGroup)}
		w.start()
		test(w)
		w.stop()
		w.clock.Close()
		w.must(s.Close())
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// start runs a controller on the store; stop ends it, as the end of the emulator does.
func (w *world) start() {
	c := controller.New(controller.Options{
		Store: w.store, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Call: w.call, Invoke: w.invoke,
		Assumes: func(*codedeploy.Deployment) bool { return w.roles },
		Sources: func(users func(string) []string) []store.Source { w.users = users; return nil },
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			w.Errorf("the controller ends with %v", err)
		}
	}
	w.c = c
	w.clock.SetQuiet(func(ctx context.Context) error { return c.Idle(ctx, patience) })
}

func (w *world) set(id, external, status, group string) ecstypes.TaskSet {
	return ecstypes.TaskSet{
		Id: &id, TaskSetArn: aws.String(scope.Service("shop", "web") + "/" + id), ExternalId: &external, Status: &status, RunningCount: 2, ComputedDesiredCount: 2,
		StabilityStatus: ecstypes.StabilityStatusSteadyState, LoadBalancers: []ecstypes.LoadBalancer{{TargetGroupArn: &group}},
		NetworkConfiguration: &ecstypes.NetworkConfiguration{AwsvpcConfiguration: &ecstypes.AwsVpcConfiguration{Subnets: []string{"subnet-1"}}}, LaunchType: ecstypes.LaunchTypeFargate,
	}
}

func (w *world) call(_ context.Context, d *codedeploy.Deployment, op apiclient.Operation, in, out any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r, refused := w.refuse[op.Name]; refused {
		r.Operation = op.Name
		return &r
	}
	if !strings.HasPrefix(op.Name, "Describe") {
		w.called = append(w.called, op.Name)
	}
	switch in := in.(type) {
	case *ecs.DescribeServicesInput:
		out.(*ecs.DescribeServicesOutput).Services = []ecstypes.Service{{
			ServiceName: aws.String("web"), Status: aws.String("ACTIVE"), TaskSets: slices.Clone(w.sets),
			DeploymentController: &ecstypes.DeploymentController{Type: ecstypes.DeploymentControllerTypeCodeDeploy},
		}}
	case *ecs.CreateTaskSetInput:
		if *in.ExternalId != d.ID || in.NetworkConfiguration == nil || in.LaunchType != ecstypes.LaunchTypeFargate || in.Scale.Value != 100 {
			w.Errorf("the task set is %+v", in)
		}
		w.sets = append(w.sets, w.set("ecs-svc/2", d.ID, "ACTIVE", *in.LoadBalancers[0].TargetGroupArn))
	case *ecs.UpdateServicePrimaryTaskSetInput:
		for i, s := range w.sets {
			w.sets[i].Status = aws.String(map[bool]string{true: "PRIMARY", false: "ACTIVE"}[*s.Id == *in.PrimaryTaskSet])
		}
	case *ecs.DeleteTaskSetInput:
		w.sets = slices.DeleteFunc(w.sets, func(s ecstypes.TaskSet) bool { return *s.Id == *in.TaskSet })
	default:
		w.callBalancer(in, out)
	}
	return nil
}

func (w *world) callBalancer(in, out any) {
	switch in := in.(type) {
	case *elb.DescribeTargetGroupsInput:
		of := map[string]string{"blue": blueGroup, "green": greenGrp}[in.Names[0]]
		out.(*elb.DescribeTargetGroupsOutput).TargetGroups = []elbtypes.TargetGroup{{TargetGroupArn: &of}}
	case *elb.DescribeListenersInput:
		out.(*elb.DescribeListenersOutput).Listeners = []elbtypes.Listener{{ListenerArn: aws.String(listener), Protocol: elbtypes.ProtocolEnumHttp, DefaultActions: w.actions}}
	case *elb.ModifyListenerInput:
		w.actions = in.DefaultActions
		w.must(w.store.Update(func(tx *store.Tx) error {
			elbv2.PutLoadBalancer(tx, &elbv2.LoadBalancer{ARN: balancer})
			elbv2.PutListener(tx, &elbv2.Listener{ARN: listener, DefaultRule: "rule", LoadBalancer: balancer, Actions: in.DefaultActions})
			elbv2.PutApplied(tx, balancer, elbv2.ListenerRules(tx, listener))
			return nil
		}))
	case *cloudwatch.DescribeAlarmsInput:
		for _, name := range w.alarms {
			out.(*cloudwatch.DescribeAlarmsOutput).MetricAlarms = []cwtypes.MetricAlarm{{AlarmName: &name, StateValue: cwtypes.StateValueAlarm}}
		}
	}
}

func (w *world) invoke(ctx context.Context, _ *codedeploy.Deployment, function string, payload []byte) error {
	w.mu.Lock()
	w.invoked = append(w.invoked, function+" "+string(payload))
	broken, hangs := w.broken, w.hangs
	w.mu.Unlock()
	if hangs != nil {
		select {
		case <-hangs:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return broken
}

// deploy creates a deployment, and waits until there is nothing to do now.
func (w *world) deploy(change func(*codedeploy.Deployment)) {
	w.Helper()
	d := &codedeploy.Deployment{
		ID: "d-ABCDEFGH1", Scope: scope, Application: "shop", Group: "web", GroupID: "g", CreatedAt: w.clock.Now(), ServiceARN: scope.Service("shop", "web"),
		Spec: &appspec.Spec{TaskDefinition: "web:2", Container: "web", Port: 80, Hooks: map[string]string{}},
		Settings: types.DeploymentGroupInfo{
			ServiceRoleArn: aws.String("arn:aws:iam::000000000000:role/deployer"),
			LoadBalancerInfo: &types.LoadBalancerInfo{TargetGroupPairInfoList: []types.TargetGroupPairInfo{{
				TargetGroups:     []types.TargetGroupInfo{{Name: aws.String("blue")}, {Name: aws.String("green")}},
				ProdTrafficRoute: &types.TrafficRoute{ListenerArns: []string{listener}},
			}}},
			BlueGreenDeploymentConfiguration: &types.BlueGreenDeploymentConfiguration{
				TerminateBlueInstancesOnDeploymentSuccess: &types.BlueInstanceTerminationOption{TerminationWaitTimeInMinutes: 5},
			},
		},
	}
	change(d)
	w.put(d)
}

func (w *world) put(d *codedeploy.Deployment) {
	w.Helper()
	w.must(w.store.Update(func(tx *store.Tx) error { codedeploy.PutDeployment(tx, d); return nil }))
	w.idle()
}

func (w *world) idle() {
	w.Helper()
	w.must(w.c.Idle(w.Context(), patience))
}

func (w *world) advance(d time.Duration) {
	w.Helper()
	w.must(w.clock.Advance(w.Context(), d))
}

func (w *world) row() codedeploy.Run {
	if r := codedeploy.FindRun(w.store.Read(), "d-ABCDEFGH1"); r != nil {
		return *r
	}
	return codedeploy.Run{}
}

func (w *world) calls() (called, invoked []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.called), slices.Clone(w.invoked)
}

func denied(service string) apiclient.Error {
	return apiclient.Error{Service: service, Status: http.StatusForbidden, Code: "AccessDeniedException", Message: "no"}
}

func throttled() apiclient.Error {
	return apiclient.Error{Service: "ECS", Status: http.StatusBadRequest, Code: "ThrottlingException", Message: "Rate exceeded"}
}
