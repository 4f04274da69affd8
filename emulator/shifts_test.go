package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// shifts is a world with a service between two target groups. Its emulator may be killed at a write, and
// another one goes on with the same data directory and engine.
type shifts struct {
	*world
	opts          emulator.Options
	groups        []string
	live, test    string // rules
	definitions   []string
	mu            sync.Mutex
	asked         map[string]int    // calls of the hooks' target, by executionId and stage
	answers       map[string]string // of the target, by stage; otherwise SUCCEEDED
	room, refused atomic.Int64      // writes that the disk still takes, and those that it has not taken
}

const unlimited = 1 << 40

// startShifts starts one whose service has been deployed once.
func startShifts(t *testing.T, c types.DeploymentConfiguration) *shifts {
	t.Helper()
	s := &shifts{world: &world{T: t}, asked: map[string]int{}, answers: map[string]string{}}
	s.room.Store(unlimited)
	s.opts = emulator.WithDisk(emulator.Options{
		Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), OnExit: emulator.Keep,
		HookFuncs: map[string]emulator.HookFunc{hookTarget: s.answer},
	}, func() error {
		if s.room.Add(-1) < 0 {
			s.refused.Add(1)
			return errors.New("no space left on device")
		}
		return nil
	})
	s.open()
	s.makeRules()
	for range 2 {
		out, err := s.client.RegisterTaskDefinition(s.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
			ContainerDefinitions: []types.ContainerDefinition{{
				Name: aws.String("app"), Image: aws.String("web"), PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(8080)}},
			}},
		})
		s.must(err)
		s.definitions = append(s.definitions, *out.TaskDefinition.TaskDefinitionArn)
	}
	s.createService(c)
	s.untilEnded(types.ServiceDeploymentStatusSuccessful)
	return s
}

func (s *shifts) createService(c types.DeploymentConfiguration) {
	s.Helper()
	_, err := s.client.CreateService(s.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: &s.definitions[0], DesiredCount: aws.Int32(2),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(), LoadBalancers: s.loadBalancers(), DeploymentConfiguration: &c,
	})
	s.must(err)
}

// open starts an emulator, whose clock stands still.
func (s *shifts) open() {
	s.world = open(s.T, s.opts)
	s.must(s.srv.Clock().SetSpeed(0))
}

func (s *shifts) answer(_ context.Context, payload []byte) ([]byte, error) {
	var event struct{ ExecutionID, LifecycleStage string }
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[event.LifecycleStage+" "+event.ExecutionID]++
	if answer, has := s.answers[event.LifecycleStage]; has {
		return []byte(answer), nil
	}
	return []byte(`{"hookStatus": "SUCCEEDED"}`), nil
}

func (s *shifts) makeRules() {
	s.Helper()
	api := elb.NewFromConfig(s.srv.Config())
	found, err := ec2.NewFromConfig(s.srv.Config()).DescribeSubnets(s.Context(), &ec2.DescribeSubnetsInput{})
	s.must(err)
	made, err := api.CreateLoadBalancer(s.Context(), &elb.CreateLoadBalancerInput{
		Name: aws.String("web"), Subnets: []string{*found.Subnets[0].SubnetId, *found.Subnets[1].SubnetId},
	})
	s.must(err)
	for _, name := range []string{"blue", "green"} {
		group, err := api.CreateTargetGroup(s.Context(), &elb.CreateTargetGroupInput{
			Name: &name, TargetType: elbtypes.TargetTypeEnumIp, Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(8080),
			VpcId: made.LoadBalancers[0].VpcId, HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(4),
			HealthyThresholdCount: aws.Int32(2), UnhealthyThresholdCount: aws.Int32(2),
		})
		s.must(err)
		s.groups = append(s.groups, *group.TargetGroups[0].TargetGroupArn)
	}
	for i, rule := range []*string{&s.live, &s.test} {
		listener, err := api.CreateListener(s.Context(), &elb.CreateListenerInput{
			LoadBalancerArn: made.LoadBalancers[0].LoadBalancerArn, Port: aws.Int32(int32(80 + i)), Protocol: elbtypes.ProtocolEnumHttp,
			DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{
				TargetGroups: []elbtypes.TargetGroupTuple{{TargetGroupArn: &s.groups[0], Weight: aws.Int32(100)}, {TargetGroupArn: &s.groups[1], Weight: aws.Int32(0)}},
			}}},
		})
		s.must(err)
		rules, err := api.DescribeRules(s.Context(), &elb.DescribeRulesInput{ListenerArn: listener.Listeners[0].ListenerArn})
		s.must(err)
		*rule = *rules.Rules[0].RuleArn
	}
}

func (s *shifts) loadBalancers() []types.LoadBalancer {
	return []types.LoadBalancer{{
		TargetGroupArn: &s.groups[0], ContainerName: aws.String("app"), ContainerPort: aws.Int32(8080),
		AdvancedConfiguration: &types.AdvancedConfiguration{
			AlternateTargetGroupArn: &s.groups[1], ProductionListenerRule: &s.live, TestListenerRule: &s.test, RoleArn: aws.String(hookRole),
		},
	}}
}

// weights are the weights of a rule, in the order of the groups.
func (s *shifts) weights(rule string) (list []int32) {
	s.Helper()
	out, err := elb.NewFromConfig(s.srv.Config()).DescribeRules(s.Context(), &elb.DescribeRulesInput{RuleArns: []string{rule}})
	s.must(err)
	list = make([]int32, len(s.groups))
	for _, g := range out.Rules[0].Actions[0].ForwardConfig.TargetGroups {
		if at := slices.Index(s.groups, *g.TargetGroupArn); at >= 0 {
			list[at] = aws.ToInt32(g.Weight)
		}
	}
	return list
}

// last is the newest service deployment.
func (s *shifts) last() types.ServiceDeployment {
	s.Helper()
	list, err := s.client.ListServiceDeployments(s.Context(), &ecs.ListServiceDeploymentsInput{Service: aws.String("web")})
	s.must(err)
	out, err := s.client.DescribeServiceDeployments(s.Context(), &ecs.DescribeServiceDeploymentsInput{
		ServiceDeploymentArns: []string{*list.ServiceDeployments[0].ServiceDeploymentArn},
	})
	s.must(err)
	return out.ServiceDeployments[0]
}

// untilEnded lets time pass until the newest service deployment has a status.
func (s *shifts) untilEnded(want types.ServiceDeploymentStatus) {
	s.Helper()
	for range 200 {
		if s.last().Status == want {
			s.must(s.srv.Clock().Advance(10 * time.Minute)) // those that drain
			return
		}
		s.must(s.srv.Clock().Advance(10 * time.Second))
	}
	last := s.last()
	s.Fatalf("it is %s at %s: %s; want %s", last.Status, last.LifecycleStage, aws.ToString(last.StatusReason), want)
}

// deploy begins another deployment.
func (s *shifts) deploy() {
	s.Helper()
	_, err := s.client.UpdateService(s.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: &s.definitions[1], ForceNewDeployment: true})
	s.must(err)
}
