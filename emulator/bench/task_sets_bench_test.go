package bench_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// external has a service with the deployment controller EXTERNAL, with task sets of one scale each. It returns their ARNs.
func (w *world) external(service string, desired int, scales ...float64) (sets []string) {
	w.Helper()
	_, err := w.ecs.CreateService(w.Context(), &ecs.CreateServiceInput{
		ServiceName: &service, DesiredCount: aws.Int32(int32(desired)), DeploymentController: &types.DeploymentController{Type: types.DeploymentControllerTypeExternal},
	})
	if err != nil {
		w.Error(err) // it may be another goroutine
		return nil
	}
	for _, scale := range scales {
		made, err := w.ecs.CreateTaskSet(w.Context(), &ecs.CreateTaskSetInput{
			Cluster: aws.String("default"), Service: &service, TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate,
			NetworkConfiguration: w.network(), Scale: &types.Scale{Value: scale, Unit: types.ScaleUnitPercent},
		})
		if err != nil {
			w.Error(err)
			return nil
		}
		sets = append(sets, *made.TaskSet.TaskSetArn)
	}
	return sets
}

// awaitSets waits until all task sets of services are steady, with so many tasks in all of a service.
func (w *world) awaitSets(services, tasks int) {
	w.Helper()
	const page = 10
	for from := 0; from < services; from += page {
		var names []string
		for i := from; i < min(from+page, services); i++ {
			names = append(names, fmt.Sprint("web-", i))
		}
		w.until("task sets to be steady", func() bool {
			found, err := w.ecs.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Services: names})
			w.must(err)
			for _, s := range found.Services {
				for _, set := range s.TaskSets {
					if set.StabilityStatus != types.StabilityStatusSteadyState {
						w.must(w.Clock().Advance(10 * time.Second))
						return false
					}
				}
				if int(s.RunningCount) != tasks {
					return false
				}
			}
			return true
		})
	}
}

// BenchmarkGoalTaskSets has 200 services come up with two task sets each, and with one deployment of as many tasks each, and
// compares how long it takes until all are steady.
func BenchmarkGoalTaskSets(b *testing.B) {
	const services, tasks = 200, 10
	for b.Loop() {
		deployments := start(b, emulator.Options{Engine: "sim"})
		deployments.register("web", serving)
		began := time.Now()
		atOnce(services, func(i int) { deployments.createService(fmt.Sprint("web-", i), tasks) })
		deployments.awaitSteady(services, tasks)
		deployed := time.Since(began)

		sets := start(b, emulator.Options{Engine: "sim"})
		sets.register("web", serving)
		began = time.Now()
		atOnce(services, func(i int) { sets.external(fmt.Sprint("web-", i), tasks, 50, 50) })
		sets.awaitSets(services, tasks)
		b.ReportMetric(float64(time.Since(began))/float64(deployed), "of-deployments≤1.15")
	}
}

// BenchmarkGoalTaskSetScale scales 1,000 task sets of as many services from one task to two, and as many services with
// UpdateService, and compares how long it takes until all are steady again.
func BenchmarkGoalTaskSetScale(b *testing.B) {
	const services = 1000
	for b.Loop() {
		updated := start(b, emulator.Options{Engine: "sim"})
		updated.register("web", serving)
		atOnce(services, func(i int) { updated.createService(fmt.Sprint("web-", i), 1) })
		updated.awaitSteady(services, 1)
		began := time.Now()
		atOnce(services, func(i int) {
			service := fmt.Sprint("web-", i)
			if _, err := updated.ecs.UpdateService(updated.Context(), &ecs.UpdateServiceInput{Service: &service, DesiredCount: aws.Int32(2)}); err != nil {
				updated.Error(err)
			}
		})
		updated.awaitSteady(services, 2)
		update := time.Since(began)

		scaled := start(b, emulator.Options{Engine: "sim"})
		scaled.register("web", serving)
		sets := make([][]string, services)
		atOnce(services, func(i int) { sets[i] = scaled.external(fmt.Sprint("web-", i), 2, 50) })
		scaled.awaitSets(services, 1)
		began = time.Now()
		atOnce(services, func(i int) {
			service := fmt.Sprint("web-", i)
			_, err := scaled.ecs.UpdateTaskSet(scaled.Context(), &ecs.UpdateTaskSetInput{
				Cluster: aws.String("default"), Service: &service, TaskSet: &sets[i][0], Scale: &types.Scale{Value: 100, Unit: types.ScaleUnitPercent},
			})
			if err != nil {
				scaled.Error(err)
			}
		})
		scaled.awaitSets(services, 2)
		b.ReportMetric(float64(time.Since(began))/float64(update), "of-UpdateService≤1.2")
	}
}
