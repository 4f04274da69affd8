package emulator_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// serviceTemplate is a stack with a service, whose tasks are told what to do.
const serviceTemplate = `
Parameters:
  Command: {Type: CommaDelimitedList, Default: serve}
  Name: {Type: String, Default: web}
  Breaker: {Type: String, Default: "true"}
Resources:
  Cluster: {Type: AWS::ECS::Cluster, Properties: {ClusterName: !Sub "${Name}s"}}
  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: !Ref Name
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions: [{Name: app, Image: app, Command: !Ref Command}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      ServiceName: !Ref Name
      TaskDefinition: !Ref Definition
      LaunchType: FARGATE
      DesiredCount: 1
      DeploymentConfiguration: {DeploymentCircuitBreaker: {Enable: !Ref Breaker, Rollback: true}}
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [subnet-0123abcd]}}
Outputs:
  Cluster: {Value: !Ref Cluster}
`

func (w stableWorld) running(cluster, service string) int32 {
	w.Helper()
	out, err := w.client.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Cluster: &cluster, Services: []string{service}})
	if err != nil || len(out.Services) != 1 {
		w.Fatalf("DescribeServices: %v, %v", out, err)
	}
	return out.Services[0].RunningCount
}

func TestAStackIsDeployedAndDeleted(t *testing.T) {
	t.Parallel()
	for name, speed := range map[string]float64{"a clock that runs": 100, "a clock that stands still": emulator.Still} {
		t.Run(name, func(t *testing.T) {
			srv := emulator.Start(t, emulator.Options{InProcess: true, Speed: speed})
			w := stableWorld{t, srv, ecs.NewFromConfig(srv.Config())}
			outputs, err := srv.Deploy(t.Context(), "shop", serviceTemplate, map[string]string{"Name": "api"})
			if want := map[string]string{"Cluster": "apis"}; err != nil || !maps.Equal(outputs, want) {
				t.Fatalf("%v, %v; want %v", outputs, err, want)
			}
			if n := w.running("apis", "api"); n != 1 {
				t.Errorf("%d tasks run", n)
			}
			// Nothing changes, as a parameter that is left out keeps its value.
			if outputs, err = srv.Deploy(t.Context(), "shop", serviceTemplate, nil); err != nil || outputs["Cluster"] != "apis" {
				t.Errorf("%v, %v", outputs, err)
			}
			outputs, err = srv.Deploy(t.Context(), "shop", strings.Replace(serviceTemplate, "Outputs:", "Outputs:\n  Name: {Value: !Ref Name}", 1), nil)
			if err != nil || outputs["Name"] != "api" {
				t.Errorf("%v, %v", outputs, err)
			}
			for range 2 { // the second time there is none
				if err := srv.DeleteStack(t.Context(), "shop"); err != nil {
					t.Error(err)
				}
			}
			if clusters, err := w.client.ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{}); err != nil || len(clusters.TaskDefinitionArns) > 0 {
				t.Errorf("left: %v, %v", clusters, err)
			}
		})
	}
}

func TestAStackThatFailsSaysWhatHasFailedFirst(t *testing.T) {
	inBubble(t, func(w stableWorld) {
		_, err := w.srv.Deploy(w.Context(), "shop", "Resources: {A: {Type: AWS::Logs::LogGroup, DependsOn: B}}", nil)
		w.wants(err, "deploy stack shop", "ValidationError", "Unresolved resource dependencies [B]")

		fails := map[string]string{"Command": "exit,3"}
		_, err = w.srv.Deploy(w.Context(), "shop", serviceTemplate, fails)
		w.wants(err, "deploy stack shop: it is ROLLBACK_COMPLETE: Service (AWS::ECS::Service) CREATE_FAILED: ", "ECS Deployment Circuit Breaker was triggered")
		_, err = w.srv.Deploy(w.Context(), "shop", serviceTemplate, nil)
		w.wants(err, "ROLLBACK_COMPLETE state and can not be updated")
		if err := w.srv.DeleteStack(w.Context(), "shop"); err != nil {
			w.Fatal(err)
		}

		if _, err := w.srv.Deploy(w.Context(), "shop", serviceTemplate, nil); err != nil {
			w.Fatal(err)
		}
		_, err = w.srv.Deploy(w.Context(), "shop", serviceTemplate, fails)
		w.wants(err, "it is UPDATE_ROLLBACK_COMPLETE: Service (AWS::ECS::Service) UPDATE_FAILED: ", "ECS Deployment Circuit Breaker was triggered")
		if n := w.running("webs", "web"); n != 1 {
			w.Errorf("%d tasks run", n)
		}
	})
}

func TestAStackThatOthersUseIsNotDeleted(t *testing.T) {
	inBubble(t, func(w stableWorld) {
		const exports = `{"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup"}}, "Outputs": {"Name": {"Value": {"Ref": "Logs"}, "Export": {"Name": "logs"}}}}`
		const imports = `{"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Fn::Sub": ["${L}-2", {"L": {"Fn::ImportValue": "logs"}}]}}}}}`
		for _, each := range []struct{ name, template string }{{"a", exports}, {"b", imports}} {
			if _, err := w.srv.Deploy(w.Context(), each.name, each.template, nil); err != nil {
				w.Fatal(err)
			}
		}
		w.wants(w.srv.DeleteStack(w.Context(), "a"), "delete stack a: it is CREATE_COMPLETE: ", "logs", "b")
		for _, name := range []string{"b", "a"} {
			if err := w.srv.DeleteStack(w.Context(), name); err != nil {
				w.Error(err)
			}
		}
	})
}

func TestDeployEnds(t *testing.T) {
	inBubble(t, func(w stableWorld) {
		hangs := map[string]string{"Command": "exit,3", "Breaker": "false"}
		ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
		defer cancel()
		_, err := w.srv.Deploy(ctx, "shop", serviceTemplate, hangs)
		w.wants(err, "it is CREATE_IN_PROGRESS: it waits for Service (AWS::ECS::Service)")
		if !errors.Is(err, context.DeadlineExceeded) {
			w.Errorf("%v is not the error of the context", err)
		}
		_, err = w.srv.Deploy(w.Context(), "shop", serviceTemplate, nil)
		w.wants(err, "CREATE_IN_PROGRESS state and can not be updated")
		if err := w.srv.DeleteStack(w.Context(), "shop"); err != nil { // which ends the create
			w.Error(err)
		}
		time.AfterFunc(time.Minute, func() { _ = w.srv.Close() })
		_, err = w.srv.Deploy(w.Context(), "shop", serviceTemplate, hangs)
		w.wants(err, "the emulator has closed")
	})
}

// A stack that never gets stable fails after three hours of the clock, which a clock that stands still has at once.
func TestDeployMovesAClockThatStandsStill(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t, emulator.Options{InProcess: true, Speed: emulator.Still})
	began := srv.Clock().Now()
	_, err := srv.Deploy(t.Context(), "shop", serviceTemplate, map[string]string{"Command": "exit,3", "Breaker": "false"})
	if err == nil || !strings.Contains(err.Error(), "Service (AWS::ECS::Service) CREATE_FAILED: ") {
		t.Error(err)
	}
	if took := srv.Clock().Now().Sub(began); took < 3*time.Hour || took > 4*time.Hour {
		t.Errorf("it took %s", took)
	}
	out, err := cloudformation.NewFromConfig(srv.Config()).DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("shop")})
	if err != nil || out.Stacks[0].StackStatus != "ROLLBACK_COMPLETE" {
		t.Errorf("%+v, %v", out, err)
	}
}
