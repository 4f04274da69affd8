package emulator_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// stoppedOf waits for a task of a service that has stopped, and returns the one that did last.
func (w *world) stoppedOf(service string) (arn string) {
	w.Helper()
	w.eventually("a task of the service has stopped", func() bool {
		list, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{ServiceName: &service, DesiredStatus: types.DesiredStatusStopped})
		w.must(err)
		i := slices.IndexFunc(list.TaskArns, func(arn string) bool { return *w.task(arn).LastStatus == "STOPPED" })
		if i < 0 {
			w.must(w.srv.Clock().Advance(time.Second))
			return false
		}
		arn = list.TaskArns[i]
		return true
	})
	return arn
}

func (w *world) update(in *ecs.UpdateServiceInput) {
	w.Helper()
	_, err := w.client.UpdateService(w.Context(), in)
	w.must(err)
}

func (w *world) untilServed(service string, count int32) {
	w.Helper()
	w.eventually("the service has its tasks", func() bool {
		w.must(w.srv.Clock().Advance(5 * time.Second))
		s := w.service(service)
		return s.RunningCount == count && len(s.Deployments) == 1 && s.Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted
	})
}

// TestCausesOfTasksThatTheSchedulerStops has services on Fargate, and what happens to their tasks.
func TestCausesOfTasksThatTheSchedulerStops(t *testing.T) {
	t.Parallel()
	w := start(t)
	sleeps := command("sleep", "86400")
	for name, c := range map[string]struct {
		plant func(w *world, service string) (task string)
		want  []wanted
	}{
		"scaled-in": {func(w *world, service string) string {
			w.createService(service, w.definition(service, sleeps), 3)
			w.untilServed(service, 3)
			w.update(&ecs.UpdateServiceInput{Service: &service, DesiredCount: aws.Int32(2)})
			return w.stoppedOf(service)
		}, []wanted{{why.ScaledIn, []string{
			"Task ", " of service:scaled-in stopped at ", "arn:aws:iam::000000000000:root set the desired count of service scaled-in from 3 to 2 at ",
		}, ""}}},
		"replaced": {func(w *world, service string) string {
			w.createService(service, w.definition(service, sleeps), 1)
			w.untilServed(service, 1)
			w.update(&ecs.UpdateServiceInput{Service: &service, TaskDefinition: aws.String(w.definition(service, sleeps))})
			return w.stoppedOf(service)
		}, []wanted{{why.Replaced, []string{"a deployment of service replaced began at ", "brings tasks of replaced:2 in its place"}, ""}}},
		"service-deleted": {func(w *world, service string) string {
			w.createService(service, w.definition(service, sleeps), 1)
			w.untilServed(service, 1)
			_, err := w.client.DeleteService(w.Context(), &ecs.DeleteServiceInput{Service: &service, Force: aws.Bool(true)})
			w.must(err)
			return w.stoppedOf(service)
		}, []wanted{{why.ServiceDeleted, []string{"service service-deleted was deleted."}, ""}}},
		"container-unhealthy": {func(w *world, service string) string {
			w.createService(service, w.definition(service, func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
				app.HealthCheck = &types.HealthCheck{Command: []string{"CMD-SHELL", "exit 7"}, Interval: aws.Int32(5), Retries: aws.Int32(2)}
			}), 1)
			return w.stoppedOf(service)
		}, []wanted{{why.ContainerUnhealthy, []string{
			`health check "CMD-SHELL exit 7" of container app failed 2 times in a row, the last time with exit code 7`,
		}, "correct the health check in container-unhealthy:1"}}},
		"rolled back": {func(w *world, _ string) string {
			service := "back"
			w.createService(service, w.definition(service, sleeps), 1)
			w.untilServed(service, 1)
			w.update(&ecs.UpdateServiceInput{Service: &service, TaskDefinition: aws.String(w.definition(service, func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
				app.DockerLabels = map[string]string{"ecs-emulator.sim.healthy-after": "1h"}
				app.HealthCheck = &types.HealthCheck{Command: []string{"CMD-SHELL", "true"}, StartPeriod: aws.Int32(300)}
			}))})
			var task string
			w.eventually("the new task runs", func() bool {
				for _, each := range w.running() {
					if *each.Group == "service:back" && *each.TaskDefinitionArn != *w.service(service).Deployments[len(w.service(service).Deployments)-1].TaskDefinition && *each.LastStatus == "RUNNING" {
						task = *each.TaskArn
					}
				}
				return task != ""
			})
			list, err := w.client.ListServiceDeployments(w.Context(), &ecs.ListServiceDeploymentsInput{Service: &service, Status: []types.ServiceDeploymentStatus{"IN_PROGRESS"}})
			w.must(err)
			_, err = w.client.StopServiceDeployment(w.Context(), &ecs.StopServiceDeploymentInput{
				ServiceDeploymentArn: list.ServiceDeployments[0].ServiceDeploymentArn, StopType: types.StopServiceDeploymentStopTypeRollback,
			})
			w.must(err)
			w.untilStoppedTask(task)
			return task
		}, []wanted{{why.Replaced, []string{"its deployment of back:2 was rolled back at "}, ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{t, w.srv, w.client}
			w.expectCauses(c.plant(w, name), c.want...)
		})
	}
}

// TestCausesOfTargetsThatFail has a service behind a load balancer.
func TestCausesOfTargetsThatFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		serves http.Handler
		groups []string
		want   wanted
	}{
		"target-unhealthy": {http.NotFoundHandler(), nil, wanted{
			why.TargetUnhealthy, []string{"target group web asked / at port 8080 and got 404, wants 200."}, "Correct the health check of target group web",
		}},
		"security-group": {http.NotFoundHandler(), []string{"closed"}, wanted{
			why.SecurityGroup, []string{"target group web got no answer, ", "no rule of ", "at port 8080"}, "Let TCP port 8080 of security group sg-",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // health checks take real time
			engine := sim.New(sim.Options{})
			w := start(t, emulator.Options{Backend: engine})
			b := w.withLoadBalancer(80)
			engine.Script("shop/app:*", sim.Script{Serve: []sim.Server{{Port: 8080, Handler: c.serves}}})
			net := network()
			net.AwsvpcConfiguration.Subnets = []string{*b.loadBalancer.AvailabilityZones[0].SubnetId}
			if c.groups != nil {
				net.AwsvpcConfiguration.SecurityGroups = []string{w.group(c.groups[0])}
			}
			definition := w.definition("web", func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
				app.PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(8080)}}
			})
			_, err := w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
				ServiceName: aws.String("web"), TaskDefinition: &definition, DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: net,
				LoadBalancers:                 []types.LoadBalancer{{TargetGroupArn: &b.group, ContainerName: aws.String("app"), ContainerPort: aws.Int32(8080)}},
				HealthCheckGracePeriodSeconds: aws.Int32(60),
			})
			w.must(err)
			w.eventually("its target is unhealthy", func() bool {
				w.must(w.srv.Clock().Advance(time.Second))
				for _, task := range w.running() {
					if answers := w.causes(*task.TaskArn); len(answers) > 0 && answers[0].Cause == c.want.cause {
						w.expectCauses(*task.TaskArn, c.want)
						return true
					}
				}
				return false
			})
			w.expectCauses(w.stoppedOf("web"), c.want)
		})
	}
}

// TestCausesOfTasksOnInstances has tasks that end with their container instance, or on it.
func TestCausesOfTasksOnInstances(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plant func(w *world, engine *sim.Engine, task types.Task) string
		want  []wanted
	}{
		"draining": {func(w *world, _ *sim.Engine, task types.Task) string {
			_, err := w.client.UpdateContainerInstancesState(w.Context(), &ecs.UpdateContainerInstancesStateInput{
				ContainerInstances: []string{*task.ContainerInstanceArn}, Status: types.ContainerInstanceStatusDraining,
			})
			w.must(err)
			return *task.TaskArn
		}, []wanted{{why.Draining, []string{"arn:aws:iam::000000000000:root has drained its container instance "}, ""}}},
		"terminated": {func(w *world, _ *sim.Engine, task types.Task) string {
			_, err := ec2.NewFromConfig(w.srv.Config()).TerminateInstances(w.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{w.machineIDs()[*task.ContainerInstanceArn]}})
			w.must(err)
			return *task.TaskArn
		}, []wanted{{why.InstanceLost, []string{"EC2 instance i-", ", on which it ran, was terminated, as a caller of EC2 or its Auto Scaling group asked for."}, ""}}},
		"terminated by a fault": {func(w *world, _ *sim.Engine, task types.Task) string {
			_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.TerminateInstance, Instance: *task.ContainerInstanceArn})
			w.must(err)
			return *task.TaskArn
		}, []wanted{{why.InstanceLost, []string{"EC2 instance i-", ", on which it ran, was terminated."}, ""}}},
		"deregistered": {func(w *world, _ *sim.Engine, task types.Task) string {
			_, err := w.client.DeregisterContainerInstance(w.Context(), &ecs.DeregisterContainerInstanceInput{ContainerInstance: task.ContainerInstanceArn, Force: aws.Bool(true)})
			w.must(err)
			return *task.TaskArn
		}, []wanted{{why.UserStopped, []string{"arn:aws:iam::000000000000:root deregistered its container instance by force."}, ""}}},
		"removed": {func(w *world, engine *sim.Engine, task types.Task) string {
			w.must(engine.Remove(w.Context(), *task.Containers[0].RuntimeId))
			return *task.TaskArn
		}, []wanted{{why.Removed, []string{"the container engine does not know container app any more: probably another program has removed it."}, ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			engine := sim.New(sim.Options{})
			w := start(t, emulator.Options{Backend: engine})
			_, err := w.srv.AddInstances(t.Context(), emulator.Instances{Count: 2})
			w.must(err)
			w.onInstances()
			task := w.running()[0]
			arn := c.plant(w, engine, task)
			w.eventually("the task has stopped", func() bool {
				w.must(w.srv.Clock().Advance(time.Second))
				return *w.task(arn).LastStatus == "STOPPED"
			})
			w.expectCauses(arn, c.want...)
			if because := w.causes(arn)[0].Because; name == "terminated by a fault" && (len(because) != 1 || because[0].Cause != why.Fault) {
				t.Errorf("it is because of %+v", because)
			}
		})
	}
}

// onInstances runs a service of one task on container instances.
func (w *world) onInstances() {
	w.Helper()
	registered, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("shop/app:2"), Memory: aws.Int32(64), Command: []string{"sleep", "86400"},
		}},
	})
	w.must(err)
	_, err = w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: registered.TaskDefinition.TaskDefinitionArn, DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeEc2,
	})
	w.must(err)
	w.untilServed("web", 1)
}

// machineIDs are the EC2 instances of container instances.
func (w *world) machineIDs() map[string]string {
	w.Helper()
	list, err := w.client.ListContainerInstances(w.Context(), &ecs.ListContainerInstancesInput{})
	w.must(err)
	out, err := w.client.DescribeContainerInstances(w.Context(), &ecs.DescribeContainerInstancesInput{ContainerInstances: list.ContainerInstanceArns})
	w.must(err)
	ids := map[string]string{}
	for _, c := range out.ContainerInstances {
		ids[*c.ContainerInstanceArn] = *c.Ec2InstanceId
	}
	return ids
}
