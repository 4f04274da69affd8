package bench_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// runs are deployments by CodeDeploy, each to a service behind a front of its own.
type runs struct {
	*world
	client *codedeploy.Client
	fronts []*front
	ids    []string
}

// startRuns makes services with the deployment controller CODE_DEPLOY, and a deployment group for each.
func startRuns(b *testing.B, services int) *runs {
	b.Helper()
	w := start(b, emulator.Options{Engine: "sim"})
	w.register("web", serving)
	r := &runs{w, codedeploy.NewFromConfig(w.Config()), w.fronts(services), make([]string, services)}
	_, err := r.client.CreateApplication(w.Context(), &codedeploy.CreateApplicationInput{ApplicationName: aws.String("shop"), ComputePlatform: cdtypes.ComputePlatformEcs})
	w.must(err)
	for i, f := range r.fronts {
		name := fmt.Sprint("web-", i)
		w.createService(name, 1, func(in *ecs.CreateServiceInput) {
			in.DeploymentController = &types.DeploymentController{Type: types.DeploymentControllerTypeCodeDeploy}
			f.behind(in)
		})
		_, err := r.client.CreateDeploymentGroup(w.Context(), &codedeploy.CreateDeploymentGroupInput{
			ApplicationName: aws.String("shop"), DeploymentGroupName: &name, ServiceRoleArn: aws.String("arn:aws:iam::000000000000:role/deployer"),
			DeploymentConfigName: aws.String("CodeDeployDefault.ECSLinear10PercentEvery1Minutes"),
			EcsServices:          []cdtypes.ECSService{{ClusterName: aws.String("default"), ServiceName: &name}},
			DeploymentStyle:      &cdtypes.DeploymentStyle{DeploymentType: cdtypes.DeploymentTypeBlueGreen, DeploymentOption: cdtypes.DeploymentOptionWithTrafficControl},
			BlueGreenDeploymentConfiguration: &cdtypes.BlueGreenDeploymentConfiguration{
				TerminateBlueInstancesOnDeploymentSuccess: &cdtypes.BlueInstanceTerminationOption{Action: cdtypes.InstanceActionTerminate, TerminationWaitTimeInMinutes: 60},
				DeploymentReadyOption:                     &cdtypes.DeploymentReadyOption{ActionOnTimeout: cdtypes.DeploymentReadyActionContinueDeployment},
			},
			LoadBalancerInfo: &cdtypes.LoadBalancerInfo{TargetGroupPairInfoList: []cdtypes.TargetGroupPairInfo{{
				TargetGroups:     []cdtypes.TargetGroupInfo{{Name: aws.String(name + "-blue")}, {Name: aws.String(name + "-green")}},
				ProdTrafficRoute: &cdtypes.TrafficRoute{ListenerArns: []string{f.listener}},
			}}},
		})
		w.must(err)
	}
	w.awaitSets(services, 1)
	return r
}

// deploy begins a deployment to each service, and waits until each has shifted its first tenth.
func (r *runs) deploy() {
	r.Helper()
	content, err := json.Marshal(map[string]any{"version": 0.0, "Resources": []any{map[string]any{"TargetService": map[string]any{
		"Type": "AWS::ECS::Service", "Properties": map[string]any{
			"TaskDefinition": "web", "LoadBalancerInfo": map[string]any{"ContainerName": "app", "ContainerPort": port},
		},
	}}}})
	r.must(err)
	atOnce(len(r.fronts), func(i int) {
		made, err := r.client.CreateDeployment(r.Context(), &codedeploy.CreateDeploymentInput{
			ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String(fmt.Sprint("web-", i)),
			Revision: &cdtypes.RevisionLocation{RevisionType: cdtypes.RevisionLocationTypeAppSpecContent, AppSpecContent: &cdtypes.AppSpecContent{Content: aws.String(string(content))}},
		})
		if err != nil {
			r.Error(err)
			return
		}
		r.ids[i] = *made.DeploymentId
	})
	for range 60 {
		if r.shifted(10) {
			return
		}
		r.must(r.Clock().Advance(time.Second))
	}
	r.Fatal("not all deployments have shifted a tenth of the traffic within a minute")
}

// shifted reports whether all rules have a percentage for the new task sets.
func (r *runs) shifted(percent int32) bool {
	r.Helper()
	for _, f := range r.fronts {
		if f.weights() != [2]int32{100 - percent, percent} {
			return false
		}
	}
	return true
}

// BenchmarkGoalCodeDeploy has 50 deployments by CodeDeploy side by side, which shift a tenth of the traffic each minute: how long
// after their minute the last rule has the next tenth, how long GetDeployment takes meanwhile, and what the deployments take while
// they wait, beyond what their services take without them.
func BenchmarkGoalCodeDeploy(b *testing.B) {
	const services, minutes = 50, 5
	for b.Loop() {
		r := startRuns(b, services)
		before := r.atRest()
		r.deploy()
		waiting := r.atRest()

		var slowest time.Duration
		var asked []time.Duration
		for minute := range int32(minutes) {
			moved, began := make(chan error, 1), time.Now()
			go func() { moved <- r.Clock().Advance(time.Minute) }()
			for i, done := 0, false; !done || i < 200; i++ {
				at := time.Now()
				r.post("CodeDeploy_20141006.GetDeployment", fmt.Sprintf(`{"deploymentId": %q}`, r.ids[i%services]))
				asked = append(asked, time.Since(at))
				select {
				case err := <-moved:
					r.must(err)
					done = true
				default:
				}
			}
			r.until("all rules to have the next tenth", func() bool { return r.shifted(20 + 10*minute) })
			slowest = max(slowest, time.Since(began))
		}
		b.ReportMetric(milliseconds(slowest), "ms-to-move≤2000")
		b.ReportMetric(percentile(asked, 99), "ms-of-GetDeployment-p99≤3")
		b.ReportMetric(max(0, waiting-before), "%cpu≤1")
	}
}
