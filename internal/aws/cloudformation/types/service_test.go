package types_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler/handlertest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// serviceWorld has a cluster, and a definition whose tasks run and one whose tasks end.
type serviceWorld struct {
	*stackWorld
	resource stackResource
}

func startService(t *testing.T, extra string) *serviceWorld {
	t.Helper()
	w := startStack(t)
	w.names = strings.NewReplacer()
	definition := func(command string) string {
		return `{Cpu: 256, Memory: 512, NetworkMode: awsvpc, RequiresCompatibilities: [FARGATE], ContainerDefinitions: [{Name: app, Image: app, Command: [` + command + `]}]}`
	}
	for _, r := range []stackResource{
		{"Cluster", "AWS::ECS::Cluster", `{}`, ``},
		{"Good", "AWS::ECS::TaskDefinition", definition(""), ``},
		{"Bad", "AWS::ECS::TaskDefinition", definition(`exit, "3"`), ``},
	} {
		w.incarnations++
		w.made[r.id] = w.do(&handlertest.Driver{}, r, handler.Create, w.properties(r.properties), nil, handler.Result{})
	}
	of := func(definition string) string {
		return `{Cluster: "${Cluster}", TaskDefinition: "${` + definition + `}", DesiredCount: 2, LaunchType: FARGATE, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [subnet-0123abcd]}}, ` + extra + `}`
	}
	return &serviceWorld{w, stackResource{"Service", "AWS::ECS::Service", of("Good"), of("Bad")}}
}

// try takes the steps of an action, and returns how it ended and how long it took.
func (w *serviceWorld) try(action handler.Action, properties, previous string, so handler.Result, wait func(time.Duration)) (handler.Result, time.Duration) {
	w.Helper()
	began := w.srv.Clock().Now()
	d := &handlertest.Driver{Call: w.call, Now: began, Wait: wait}
	got := d.Do(w.T, types.Find(w.resource.kind).Run, w.request(w.resource, action, w.properties(properties), w.properties(previous), so))
	return got, d.Now.Sub(began)
}

func (w *serviceWorld) describe(id string) ecstypes.Service {
	w.Helper()
	var out ecs.DescribeServicesOutput
	in := ecs.DescribeServicesInput{Cluster: aws.String(w.made["Cluster"].PhysicalID), Services: []string{id}}
	if err := w.call(w.Context(), apiclient.ECS("DescribeServices"), &in, &out); err != nil {
		w.Fatal(err)
	}
	return out.Services[0]
}

const breakerText = `Resource handler returned message: "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'."`

// TestCircuitBreaker: a tripped breaker fails a create and an update at once, also when ECS goes back by itself; after the
// stack's own way back the service runs what it ran before (CFN-110).
func TestCircuitBreaker(t *testing.T) {
	t.Parallel()
	for _, rollback := range []string{"true", "false"} {
		w := startService(t, `DeploymentConfiguration: {DeploymentCircuitBreaker: {Enable: true, Rollback: `+rollback+`}}`)
		good, bad := w.resource.properties, w.resource.updated
		failed := func(got handler.Result, took time.Duration) {
			t.Helper()
			if got.Failure == nil || got.Failure.Code != handler.GeneralServiceException || got.Failure.Message != breakerText || took > time.Hour {
				t.Fatalf("rollback %s: %+v after %s", rollback, got.Failure, took)
			}
		}
		got, took := w.try(handler.Create, bad, "", handler.Result{}, w.wait)
		failed(got, took)
		if got, _ := w.try(handler.Delete, bad, "", got, w.wait); got.Failure != nil {
			t.Fatal(got.Failure)
		}
		w.incarnations++
		made, took := w.try(handler.Create, good, "", handler.Result{}, w.wait)
		if made.Failure != nil || took > time.Hour {
			t.Fatalf("%+v after %s", made.Failure, took)
		}
		began := w.srv.Clock().Now()
		got, took = w.try(handler.Update, bad, good, made, w.wait)
		failed(got, took)
		back := &handlertest.Driver{Call: w.call, Now: began, Wait: w.wait} // as if no time had passed
		got = back.Do(t, types.Find(w.resource.kind).Run, w.request(w.resource, handler.Update, w.properties(good), w.properties(bad), got))
		if got.Failure != nil {
			t.Fatal(got.Failure)
		}
		if s := w.describe(got.PhysicalID); *s.TaskDefinition != w.made["Good"].PhysicalID || s.RunningCount != 2 || len(s.Deployments) != 1 {
			t.Errorf("%d of %s run in %d deployments", s.RunningCount, *s.TaskDefinition, len(s.Deployments))
		}
	}
}

// TestThreeHours: a service that never gets steady, here without an instance for its tasks, has three hours (CFN-111), unless its
// count is set to 0 by hand (CFN-112).
func TestThreeHours(t *testing.T) {
	t.Parallel()
	w := startService(t, "")
	waits := `{ServiceName: waits, Cluster: "${Cluster}", TaskDefinition: "${Plain}", LaunchType: EC2}`
	plain := stackResource{"Plain", "AWS::ECS::TaskDefinition", `{ContainerDefinitions: [{Name: app, Image: app, Memory: 64}]}`, ``}
	w.made["Plain"] = w.do(&handlertest.Driver{}, plain, handler.Create, w.properties(plain.properties), nil, handler.Result{})
	got, took := w.try(handler.Create, waits, "", handler.Result{}, w.wait)
	if got.Failure == nil || got.Failure.Code != handler.NotStabilized || took < 3*time.Hour || took > 3*time.Hour+time.Minute {
		t.Fatalf("%+v after %s", got.Failure, took)
	}
	if want := `Resource handler returned message: "Exceeded attempts to wait"`; got.Failure.Message != want {
		t.Errorf("%s, want %s", got.Failure.Message, want)
	}
	if got, _ := w.try(handler.Delete, waits, "", got, w.wait); got.Failure != nil {
		t.Fatal(got.Failure)
	}
	w.incarnations++
	waited := time.Duration(0)
	freed, took := w.try(handler.Create, waits, "", handler.Result{}, func(d time.Duration) {
		w.wait(d)
		if waited < 10*time.Minute && waited+d >= 10*time.Minute {
			in := ecs.UpdateServiceInput{Cluster: aws.String(w.made["Cluster"].PhysicalID), Service: aws.String("waits"), DesiredCount: aws.Int32(0)}
			if err := w.call(w.Context(), apiclient.ECS("UpdateService"), &in, nil); err != nil {
				t.Error(err)
			}
		}
		waited += d
	})
	if freed.Failure != nil || took < 10*time.Minute || took > time.Hour {
		t.Errorf("set to 0 by hand: %+v after %s", freed.Failure, took)
	}
}

// TestShift: a blue/green service is stable when its bake time is over, and one whose hook says no has failed.
func TestShift(t *testing.T) {
	t.Parallel()
	w := startService(t, `DeploymentConfiguration: {Strategy: BLUE_GREEN, BakeTimeInMinutes: 10}`)
	good := w.resource.properties
	made, _ := w.try(handler.Create, good, "", handler.Result{}, w.wait)
	if made.Failure != nil {
		t.Fatal(made.Failure)
	}
	more := strings.Replace(good, "LaunchType", "EnableExecuteCommand: false, ForceNewDeployment: {EnableForceNewDeployment: true, ForceNewDeploymentNonce: n}, LaunchType", 1)
	got, took := w.try(handler.Update, more, good, made, w.wait)
	if got.Failure != nil || took < 10*time.Minute || took > time.Hour {
		t.Errorf("%+v after %s", got.Failure, took)
	}
	stopped := false
	got, took = w.try(handler.Update, strings.Replace(more, "Nonce: n", "Nonce: m", 1), more, made, func(d time.Duration) {
		w.wait(d)
		if !stopped {
			stopped = w.stopDeployment(made.PhysicalID)
		}
	})
	want := `Resource handler returned message: "Error occurred during operation 'ECS Deployment is `
	if got.Failure == nil || !strings.HasPrefix(got.Failure.Message, want) || took > time.Hour {
		t.Errorf("%+v after %s", got.Failure, took)
	}
}

// stopDeployment asks for the end of a deployment that is under way.
func (w *serviceWorld) stopDeployment(service string) bool {
	w.Helper()
	var out ecs.ListServiceDeploymentsOutput
	in := ecs.ListServiceDeploymentsInput{
		Cluster: aws.String(w.made["Cluster"].PhysicalID), Service: &service, Status: []ecstypes.ServiceDeploymentStatus{ecstypes.ServiceDeploymentStatusInProgress},
	}
	if err := w.call(w.Context(), apiclient.ECS("ListServiceDeployments"), &in, &out); err != nil {
		w.Fatal(err)
	}
	if len(out.ServiceDeployments) == 0 {
		return false
	}
	stop := ecs.StopServiceDeploymentInput{ServiceDeploymentArn: out.ServiceDeployments[0].ServiceDeploymentArn}
	if err := w.call(w.Context(), apiclient.ECS("StopServiceDeployment"), &stop, nil); err != nil {
		w.Fatal(err)
	}
	return true
}
