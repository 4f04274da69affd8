package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// codeDeploys is a world with a service of CodeDeploy between two target groups. Its emulator may be killed in a phase of a
// deployment, and another one goes on with the same data directory and engine.
type codeDeploys struct {
	*shifts
	server  atomic.Pointer[emulator.Server]
	kill    atomic.Pointer[kill]
	hooks   sync.Mutex
	calls   map[string]int                          // of the function, by execution
	order   []string                                // of executions
	owed    map[string]cdtypes.LifecycleEventStatus // answers that were not taken
	failing int                                     // the execution that fails, from 1 on
	// deployment is the id of the one under way.
	deployment string
}

// kill is when an emulator dies: in a phase, before one of the writes in it, or where none of it is left to do at once.
type kill struct {
	phase  string
	writes atomic.Int64
	quiet  bool
	dead   atomic.Bool
}

func (k *kill) String() string {
	if k.quiet {
		return k.phase + ", at rest"
	}
	return fmt.Sprintf("%s, after %d writes", k.phase, k.writes.Load())
}

var errDisk = errors.New("no space left on device")

const codeDeployRole = "arn:aws:iam::000000000000:role/deployer"

// startCodeDeploys starts one whose service runs, with a deployment group that takes deployments back.
func startCodeDeploys(t *testing.T) *codeDeploys {
	t.Helper()
	b := &codeDeploys{
		shifts: &shifts{world: &world{T: t}}, calls: map[string]int{}, owed: map[string]cdtypes.LifecycleEventStatus{},
	}
	b.opts = emulator.WithDisk(emulator.Options{
		Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), OnExit: emulator.Keep, HookFuncs: map[string]emulator.HookFunc{hookTarget: b.function},
	}, b.write)
	b.reopen()
	b.makeRules()
	for range 2 {
		b.definitions = append(b.definitions, b.registerWeb())
	}
	_, err := b.client.CreateService(b.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: &b.definitions[0], DesiredCount: aws.Int32(2), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: network(), DeploymentController: &types.DeploymentController{Type: types.DeploymentControllerTypeCodeDeploy},
		LoadBalancers: []types.LoadBalancer{{TargetGroupArn: &b.groups[0], ContainerName: aws.String("app"), ContainerPort: aws.Int32(8080)}},
	})
	b.must(err)
	b.group()
	b.must(b.srv.Clock().Advance(2 * time.Minute))
	if set := b.service("web").TaskSets[0]; set.StabilityStatus != types.StabilityStatusSteadyState {
		t.Fatalf("the first task set is %s", set.StabilityStatus)
	}
	return b
}

func (b *codeDeploys) registerWeb() string {
	b.Helper()
	out, err := b.client.RegisterTaskDefinition(b.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("web"), PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(8080)}},
		}},
	})
	b.must(err)
	return *out.TaskDefinition.TaskDefinitionArn
}

// group makes a deployment group with a canary, a test listener, both waits and rollback.
func (b *codeDeploys) group() {
	b.Helper()
	api, ctx := codedeploy.NewFromConfig(b.srv.Config()), b.Context()
	_, err := api.CreateApplication(ctx, &codedeploy.CreateApplicationInput{ApplicationName: aws.String("shop"), ComputePlatform: cdtypes.ComputePlatformEcs})
	b.must(err)
	_, err = api.CreateDeploymentConfig(ctx, &codedeploy.CreateDeploymentConfigInput{
		DeploymentConfigName: aws.String("canary"), ComputePlatform: cdtypes.ComputePlatformEcs, TrafficRoutingConfig: &cdtypes.TrafficRoutingConfig{
			Type: cdtypes.TrafficRoutingTypeTimeBasedCanary, TimeBasedCanary: &cdtypes.TimeBasedCanary{CanaryPercentage: 10, CanaryInterval: 1},
		},
	})
	b.must(err)
	_, err = api.CreateDeploymentGroup(ctx, &codedeploy.CreateDeploymentGroupInput{
		ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web"), ServiceRoleArn: aws.String(codeDeployRole), DeploymentConfigName: aws.String("canary"),
		EcsServices:     []cdtypes.ECSService{{ServiceName: aws.String("web"), ClusterName: aws.String("default")}},
		DeploymentStyle: &cdtypes.DeploymentStyle{DeploymentType: cdtypes.DeploymentTypeBlueGreen, DeploymentOption: cdtypes.DeploymentOptionWithTrafficControl},
		BlueGreenDeploymentConfiguration: &cdtypes.BlueGreenDeploymentConfiguration{
			DeploymentReadyOption:                     &cdtypes.DeploymentReadyOption{ActionOnTimeout: cdtypes.DeploymentReadyActionStopDeployment, WaitTimeInMinutes: 30},
			TerminateBlueInstancesOnDeploymentSuccess: &cdtypes.BlueInstanceTerminationOption{Action: cdtypes.InstanceActionTerminate, TerminationWaitTimeInMinutes: 2},
		},
		AutoRollbackConfiguration: &cdtypes.AutoRollbackConfiguration{
			Enabled: true, Events: []cdtypes.AutoRollbackEvent{cdtypes.AutoRollbackEventDeploymentFailure, cdtypes.AutoRollbackEventDeploymentStopOnRequest},
		},
		LoadBalancerInfo: &cdtypes.LoadBalancerInfo{TargetGroupPairInfoList: []cdtypes.TargetGroupPairInfo{{
			TargetGroups:     []cdtypes.TargetGroupInfo{{Name: aws.String("blue")}, {Name: aws.String("green")}},
			ProdTrafficRoute: &cdtypes.TrafficRoute{ListenerArns: []string{b.listenerOf(b.live)}},
			TestTrafficRoute: &cdtypes.TrafficRoute{ListenerArns: []string{b.listenerOf(b.test)}},
		}}},
	})
	b.must(err)
}

// listenerOf is the listener of a default rule.
func (b *codeDeploys) listenerOf(rule string) string {
	parts := strings.Split(strings.Replace(rule, ":listener-rule/", ":listener/", 1), "/")
	return strings.Join(parts[:len(parts)-1], "/")
}

// reopen starts an emulator, which is told the answers that the last one did not take.
func (b *codeDeploys) reopen() {
	b.kill.Store(nil)
	b.open()
	b.server.Store(b.srv)
	b.hooks.Lock()
	owed := maps.Clone(b.owed)
	b.hooks.Unlock()
	for execution, status := range owed {
		b.must(b.answerHook(b.Context(), execution, status))
	}
}

// write is asked before each write: a disk that has refused one refuses all.
func (b *codeDeploys) write() error {
	k := b.kill.Load()
	if k == nil || k.quiet {
		return nil
	}
	if k.dead.Load() || b.server.Load().CodeDeployPhase() == k.phase && k.writes.Add(-1) < 0 {
		k.dead.Store(true)
		return errDisk
	}
	return nil
}

// function is called by all hooks. It tells CodeDeploy its answer.
func (b *codeDeploys) function(ctx context.Context, payload []byte) ([]byte, error) {
	var event struct{ LifecycleEventHookExecutionId string }
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	id := event.LifecycleEventHookExecutionId
	b.hooks.Lock()
	if b.calls[id]++; b.calls[id] == 1 {
		b.order = append(b.order, id)
	}
	status := cdtypes.LifecycleEventStatusSucceeded
	if len(b.order) == b.failing {
		status = cdtypes.LifecycleEventStatusFailed
	}
	b.owed[id] = status
	b.hooks.Unlock()
	return nil, b.answerHook(ctx, id, status)
}

func (b *codeDeploys) answerHook(ctx context.Context, execution string, status cdtypes.LifecycleEventStatus) error {
	b.hooks.Lock()
	deployment := b.deployment
	b.hooks.Unlock()
	_, err := codedeploy.NewFromConfig(b.server.Load().Config(), func(o *codedeploy.Options) { o.Retryer = aws.NopRetryer{} }).PutLifecycleEventHookExecutionStatus(ctx,
		&codedeploy.PutLifecycleEventHookExecutionStatusInput{DeploymentId: &deployment, LifecycleEventHookExecutionId: &execution, Status: status})
	var taken *cdtypes.LifecycleEventAlreadyCompletedException // before the emulator died, which could not say so
	if errors.As(err, &taken) {
		err = nil
	}
	if err == nil {
		b.hooks.Lock()
		delete(b.owed, execution)
		b.hooks.Unlock()
	}
	return err
}

// deployment is what one has come to, without what differs each time.
type deployment struct {
	Creator, Status, Code string
	Events                []string
}

// outcome is what the deployments, the service and the rules have come to.
func (b *codeDeploys) outcome() map[string]any {
	b.Helper()
	service, running := b.service("web"), map[string]int{}
	list, err := b.client.ListTasks(b.Context(), &ecs.ListTasksInput{})
	b.must(err)
	if len(list.TaskArns) > 0 {
		out, err := b.client.DescribeTasks(b.Context(), &ecs.DescribeTasksInput{Tasks: list.TaskArns})
		b.must(err)
		for _, t := range out.Tasks {
			running[*t.LastStatus+" "+(*t.TaskDefinitionArn)[strings.LastIndex(*t.TaskDefinitionArn, "/")+1:]]++
		}
	}
	targets := make([]int, len(b.groups))
	for i, g := range b.groups {
		out, err := elb.NewFromConfig(b.srv.Config()).DescribeTargetHealth(b.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &g})
		b.must(err)
		targets[i] = len(out.TargetHealthDescriptions)
	}
	var sets []string
	for _, s := range service.TaskSets {
		sets = append(sets, *s.Status+" at "+fmt.Sprint(s.Scale.Value)+" of "+(*s.TaskDefinition)[strings.LastIndex(*s.TaskDefinition, "/")+1:])
	}
	return map[string]any{
		"deployments": b.deployments(), "sets": sets, "tasks": running, "targets": targets, "live": b.weights(b.live), "test": b.weights(b.test),
		"hooks": len(b.order), "running": service.RunningCount, "pending": service.PendingCount,
	}
}

// deployments are those there have been, the oldest first.
func (b *codeDeploys) deployments() (all []deployment) {
	b.Helper()
	api := codedeploy.NewFromConfig(b.srv.Config())
	list, err := api.ListDeployments(b.Context(), &codedeploy.ListDeploymentsInput{ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web")})
	b.must(err)
	for _, id := range slices.Backward(list.Deployments) {
		got, err := api.GetDeployment(b.Context(), &codedeploy.GetDeploymentInput{DeploymentId: &id})
		b.must(err)
		d := deployment{Creator: string(got.DeploymentInfo.Creator), Status: string(got.DeploymentInfo.Status)}
		if e := got.DeploymentInfo.ErrorInformation; e != nil {
			d.Code = string(e.Code)
		}
		target, err := api.GetDeploymentTarget(b.Context(), &codedeploy.GetDeploymentTargetInput{DeploymentId: &id, TargetId: aws.String("default:web")})
		b.must(err)
		for _, e := range target.DeploymentTarget.EcsTarget.LifecycleEvents {
			d.Events = append(d.Events, *e.LifecycleEventName+" "+string(e.Status))
		}
		all = append(all, d)
	}
	return all
}
