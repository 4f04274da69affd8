package emulator_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// stableWorld is an emulator in a bubble, whose time goes on by itself.
type stableWorld struct {
	*testing.T
	srv    *emulator.Server
	client *ecs.Client
}

func inBubble(t *testing.T, test func(w stableWorld)) {
	synctest.Test(t, func(t *testing.T) {
		srv := emulator.Start(t, emulator.Options{InProcess: true})
		test(stableWorld{t, srv, ecs.NewFromConfig(srv.Config())})
	})
}

// register registers a revision of web with a command of the simulated engine.
func (w stableWorld) register(command ...string) *string {
	w.Helper()
	out, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("nginx"), Command: command}},
	})
	if err != nil {
		w.Fatal(err)
	}
	return out.TaskDefinition.TaskDefinitionArn
}

// create creates the service web with two tasks, whose deployments the circuit breaker ends.
func (w stableWorld) create(definition *string, launch types.LaunchType) string {
	w.Helper()
	out, err := w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: definition, DesiredCount: aws.Int32(2), LaunchType: launch,
		NetworkConfiguration:    &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: w.srv.Subnets()}},
		DeploymentConfiguration: &types.DeploymentConfiguration{DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true}},
	})
	if err != nil {
		w.Fatal(err)
	}
	return *out.Service.ServiceArn
}

func (w stableWorld) service() types.Service {
	w.Helper()
	out, err := w.client.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
	if err != nil || len(out.Services) != 1 {
		w.Fatalf("DescribeServices: %v, %v", out, err)
	}
	return out.Services[0]
}

// completes moves the clock until the service has completed its deployment.
func (w stableWorld) completes() { w.rollsOut(types.DeploymentRolloutStateCompleted) }

// rollsOut moves the clock until the service's newest deployment has come to a state.
func (w stableWorld) rollsOut(to types.DeploymentRolloutState) {
	w.Helper()
	err := w.srv.Clock().AdvanceUntil(time.Hour, func() bool { return w.service().Deployments[0].RolloutState == to })
	if err != nil {
		w.Fatal(err)
	}
}

// wants asks for what an error says.
func (w stableWorld) wants(err error, texts ...string) {
	w.Helper()
	if err == nil {
		w.Fatalf("no error, want one with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			w.Errorf("%v; want %q", err, text)
		}
	}
}

func TestAServiceGetsStable(t *testing.T) {
	inBubble(t, func(w stableWorld) {
		id := w.create(w.register(), types.LaunchTypeFargate)
		for _, ref := range [][2]string{{"", "web"}, {"default", "web"}, {strings.TrimSuffix(strings.Replace(id, ":service/", ":cluster/", 1), "/web"), "web"}, {"", id}} {
			if err := w.srv.WaitStable(w.Context(), ref[0], ref[1]); err != nil {
				w.Errorf("service %q: %v", ref, err)
			}
		}
		if s := w.service(); s.RunningCount != 2 || len(s.Deployments) != 1 {
			w.Errorf("a stable service has %d tasks and %d deployments", s.RunningCount, len(s.Deployments))
		}
	})
}

func TestAFirstDeploymentThatFailsIsNotStable(t *testing.T) {
	inBubble(t, func(w stableWorld) {
		w.create(w.register("sh", "-c", "exit 3"), types.LaunchTypeFargate)
		w.rollsOut(types.DeploymentRolloutStateFailed) // before, it is stable while both of its tasks run
		w.wants(w.srv.WaitStable(w.Context(), "", "web"), "service web", "the rollout of web:1 has FAILED", "circuit breaker", "ROLLBACK_FAILED: No rollback candidate", "of web:1 stopped: Essential container in task exited, app has exit code 3")
	})
}

func TestADeploymentThatIsRolledBackIsNotStable(t *testing.T) {
	inBubble(t, func(w stableWorld) {
		w.create(w.register(), types.LaunchTypeFargate)
		w.completes()
		if _, err := w.client.UpdateService(w.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: w.register("sh", "-c", "exit 3")}); err != nil {
			w.Fatal(err)
		}
		w.wants(w.srv.WaitStable(w.Context(), "", "web"), "web:2 is ROLLBACK_", "circuit breaker", "exit code 3")
		w.completes()
		w.wants(w.srv.WaitStable(w.Context(), "", "web"), "web:2 is ROLLBACK_SUCCESSFUL")

		// The next deployment is judged by itself.
		if _, err := w.client.UpdateService(w.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: w.register()}); err != nil {
			w.Fatal(err)
		}
		if err := w.srv.WaitStable(w.Context(), "", "web"); err != nil {
			w.Error(err)
		}
	})
}

func TestWaitStableEnds(t *testing.T) {
	inBubble(t, func(w stableWorld) {
		w.wants(w.srv.WaitStable(w.Context(), "", "web"), "service web", "there is no such service")
		w.create(w.register(), types.LaunchTypeEc2)
		ctx, cancel := context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		err := w.srv.WaitStable(ctx, "", "web")
		w.wants(err, "0 of 2 tasks are RUNNING", "No Container Instances were found in your cluster.")
		if !errors.Is(err, context.DeadlineExceeded) {
			w.Errorf("%v is not the error of the context", err)
		}
		time.AfterFunc(time.Second, func() { _ = w.srv.Close() })
		w.wants(w.srv.WaitStable(w.Context(), "", "web"), "the emulator has closed")
	})
}

func TestSubnetsAreThoseOfTheDefaultVPC(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t, emulator.Options{InProcess: true, Region: "eu-west-1"})
	out, err := ec2.NewFromConfig(srv.Config()).DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, s := range out.Subnets {
		want = append(want, *s.SubnetId)
	}
	if got := srv.Subnets(); len(got) < 2 || !slices.Equal(got, want) {
		t.Errorf("subnets %v, DescribeSubnets has %v", got, want)
	}
}
