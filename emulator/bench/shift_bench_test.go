package bench_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// atOnce calls do for 0 to n-1, by eight clients.
func atOnce(n int, do func(i int)) {
	const clients = 8
	var running sync.WaitGroup
	for client := range clients {
		running.Go(func() {
			for i := client; i < n; i += clients {
				do(i)
			}
		})
	}
	running.Wait()
}

// deploy has a service deploy anew.
func (w *world) deploy(service string, configuration *types.DeploymentConfiguration) {
	w.Helper()
	_, err := w.ecs.UpdateService(w.Context(), &ecs.UpdateServiceInput{
		Service: &service, ForceNewDeployment: true, DeploymentConfiguration: configuration,
	})
	if err != nil {
		w.Error(err) // it may be another goroutine
	}
}

// awaitSteady waits until each of the services has one deployment, which is complete, and advances the clock meanwhile:
// what deployments wait for shall not count, but the work.
func (w *world) awaitSteady(services, tasks int) {
	w.Helper()
	const page = 10
	for from := 0; from < services; from += page {
		var names []string
		for i := from; i < min(from+page, services); i++ {
			names = append(names, fmt.Sprint("web-", i))
		}
		w.until("services to be steady", func() bool {
			found, err := w.ecs.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Services: names})
			w.must(err)
			for _, s := range found.Services {
				d := s.Deployments
				if len(d) != 1 || d[0].RolloutState != types.DeploymentRolloutStateCompleted || int(d[0].RunningCount) != tasks {
					w.must(w.Clock().Advance(10 * time.Second))
					return false
				}
			}
			return true
		})
	}
}

// BenchmarkGoalDeployments has 200 services of 10 tasks deploy at once, and measures until all are steady again. Those that
// shift traffic do it behind load balancers, in no more bake time than there has to be.
func BenchmarkGoalDeployments(b *testing.B) {
	const services, tasks = 200, 10
	for _, strategy := range []types.DeploymentStrategy{types.DeploymentStrategyRolling, types.DeploymentStrategyBlueGreen} {
		b.Run(string(strategy), func(b *testing.B) {
			for b.Loop() {
				w := start(b, emulator.Options{Engine: "sim"})
				w.register("web", serving)
				var fronts []*front
				if strategy != types.DeploymentStrategyRolling {
					fronts = w.fronts(services)
				}
				for i := range services {
					w.createService(fmt.Sprint("web-", i), tasks, func(in *ecs.CreateServiceInput) {
						in.DeploymentConfiguration = &types.DeploymentConfiguration{Strategy: strategy}
						if fronts != nil {
							in.DeploymentConfiguration.BakeTimeInMinutes = aws.Int32(0)
							fronts[i].behind(in)
						}
					})
				}
				w.awaitSteady(services, tasks)
				began := time.Now()
				atOnce(services, func(i int) { w.deploy(fmt.Sprint("web-", i), nil) })
				w.awaitSteady(services, tasks)
				b.ReportMetric(milliseconds(time.Since(began)), "ms≤5000")
			}
		})
	}
}

// BenchmarkGoalRollback has a deployment in bake time roll back by an alarm, and measures from SetAlarmState until
// DescribeRules shows the weights of before.
func BenchmarkGoalRollback(b *testing.B) {
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim"})
		w.register("web", serving)
		f := w.fronts(1)[0]
		w.putAlarm("errors", "Shop", "Errors")
		configuration := &types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(0),
			Alarms: &types.DeploymentAlarms{AlarmNames: []string{"errors"}, Enable: true, Rollback: true},
		}
		w.createService("web-0", 1, func(in *ecs.CreateServiceInput) {
			in.DeploymentConfiguration = configuration
			f.behind(in)
		})
		w.awaitSteady(1, 1)
		configuration.BakeTimeInMinutes = aws.Int32(1440)
		var took []time.Duration
		for range 20 {
			took = append(took, f.rollBack(configuration))
		}
		b.ReportMetric(percentile(took, 50), "ms≤20")
	}
}

// rollBack has the service deploy until it bakes, and the alarm go off then.
func (f *front) rollBack(configuration *types.DeploymentConfiguration) (took time.Duration) {
	f.Helper()
	alarm := func(to cwtypes.StateValue) {
		_, err := cloudwatch.NewFromConfig(f.Config()).SetAlarmState(f.Context(), &cloudwatch.SetAlarmStateInput{
			AlarmName: aws.String("errors"), StateValue: to, StateReason: aws.String("a rehearsal"),
		})
		f.must(err)
	}
	alarm(cwtypes.StateValueOk)
	before := f.weights()
	f.deploy("web-0", configuration)
	f.until("the deployment to bake", func() bool {
		f.must(f.Clock().Advance(time.Second))
		return f.stage("web-0") == types.ServiceDeploymentLifecycleStageBakeTime
	})
	if f.weights() == before {
		f.Fatal("the deployment has not shifted traffic")
	}
	began := time.Now()
	alarm(cwtypes.StateValueAlarm)
	f.until("the rollback", func() bool {
		now := f.weights()
		took = time.Since(began)
		return now == before
	})
	f.awaitSteady(1, 1)
	return took
}

// stage is where the newest deployment of a service is.
func (w *world) stage(service string) types.ServiceDeploymentLifecycleStage {
	listed, err := w.ecs.ListServiceDeployments(w.Context(), &ecs.ListServiceDeploymentsInput{Service: &service})
	w.must(err)
	found, err := w.ecs.DescribeServiceDeployments(w.Context(), &ecs.DescribeServiceDeploymentsInput{
		ServiceDeploymentArns: []string{*listed.ServiceDeployments[0].ServiceDeploymentArn},
	})
	w.must(err)
	return found.ServiceDeployments[0].LifecycleStage
}
