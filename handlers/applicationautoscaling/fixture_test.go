package applicationautoscaling_test

import (
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ecs "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, applicationautoscaling.New(nil, nil).Service()))
}

func TestTable(t *testing.T) {
	apitest.Table(t, applicationautoscaling.New(nil, nil).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*applicationautoscaling.API]())
}

var scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}

// scene is an API over a store, and a clock that a test moves.
type scene struct {
	*sdk.Client
	t     *testing.T
	store *store.Store
	now   time.Time
}

// newScene has a cluster c with services that want two tasks, in the target group b of a load balancer, with the metric of
// CPU every 20 seconds.
func newScene(t *testing.T, services ...string) *scene {
	t.Helper()
	made := apitest.NewScene(t, scope)
	s := &scene{t: t, store: made.Store, now: made.Clock()}
	s.update(func(tx *store.Tx) {
		cluster := &state.Cluster{ARN: scope.Cluster("c"), Name: "c", Status: "ACTIVE"}
		state.Clusters.Put(tx, cluster)
		for _, name := range services {
			state.PutService(tx, &state.Service{
				ARN: scope.Service("c", name), Name: name, ClusterARN: cluster.ARN, DesiredCount: 2,
				Deployments: []*state.Deployment{{RolloutState: ecs.DeploymentRolloutStateCompleted, Generation: state.Generation{Revision: &state.ServiceRevision{
					ServiceTraffic: state.ServiceTraffic{
						LoadBalancers: []ecs.LoadBalancer{{TargetGroupArn: aws.String("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/b/1")}},
					},
					Monitoring: &ecs.MonitoringConfiguration{MetricConfigurations: []ecs.MetricConfiguration{
						{MetricNames: []string{"CPUUtilization"}, ResolutionSeconds: aws.Int32(20)},
					}},
				}}}},
			})
		}
	})
	s.Client = sdk.NewFromConfig(made.Serve(applicationautoscaling.New(s.store, func() time.Time { return s.now }).Service(), &promises))
	return s
}

func (s *scene) update(do func(tx *store.Tx)) {
	s.t.Helper()
	if err := s.store.Update(func(tx *store.Tx) error { do(tx); return nil }); err != nil {
		s.t.Fatal(err)
	}
}

// alarms are those whose names begin as managed ones do, by their names.
func (s *scene) alarms() []*cloudwatch.Alarm {
	return cloudwatch.Alarms.Starting(s.store.Read(), scope, "TargetTracking-")
}

const (
	namespace = types.ServiceNamespaceEcs
	dimension = types.ScalableDimensionECSServiceDesiredCount
)

// web is the resource that most tests scale.
var web = aws.String("service/c/web")

func register(resource string, low, high int32) *sdk.RegisterScalableTargetInput {
	return &sdk.RegisterScalableTargetInput{
		ServiceNamespace: namespace, ScalableDimension: dimension, ResourceId: &resource, MinCapacity: &low, MaxCapacity: &high,
	}
}

// registered is a scene with a target of the service web, from 1 to 4.
func registered(t *testing.T) *scene {
	t.Helper()
	s := newScene(t, "web")
	apitest.OK(t, s.RegisterScalableTarget, register("service/c/web", 1, 4))
	return s
}

func put(name string, change func(in *sdk.PutScalingPolicyInput)) *sdk.PutScalingPolicyInput {
	in := &sdk.PutScalingPolicyInput{ServiceNamespace: namespace, ScalableDimension: dimension, ResourceId: web, PolicyName: &name}
	change(in)
	return in
}

// tracking is a policy that tracks a predefined metric.
func tracking(name string, target float64, metric types.MetricType) *sdk.PutScalingPolicyInput {
	return put(name, func(in *sdk.PutScalingPolicyInput) {
		in.PolicyType = types.PolicyTypeTargetTrackingScaling
		in.TargetTrackingScalingPolicyConfiguration = &types.TargetTrackingScalingPolicyConfiguration{
			TargetValue: &target, PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: metric},
		}
	})
}

// exact is a policy that makes it no task from the threshold on.
func exact(name string) *sdk.PutScalingPolicyInput {
	return put(name, func(in *sdk.PutScalingPolicyInput) {
		in.PolicyType = types.PolicyTypeStepScaling
		in.StepScalingPolicyConfiguration = &types.StepScalingPolicyConfiguration{
			AdjustmentType: types.AdjustmentTypeExactCapacity, StepAdjustments: []types.StepAdjustment{step(aws.Float64(0), nil, 0)},
		}
	})
}

func step(low, high *float64, change int32) types.StepAdjustment {
	return types.StepAdjustment{MetricIntervalLowerBound: low, MetricIntervalUpperBound: high, ScalingAdjustment: &change}
}
