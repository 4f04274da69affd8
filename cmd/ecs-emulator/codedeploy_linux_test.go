package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

func (p *process) codeDeploy() *codedeploy.Client {
	o := p.client.Options()
	return codedeploy.New(codedeploy.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
}

// codeDeployed is a service of CodeDeploy, of two tasks that answer with a text, and its deployment group as `aws ecs deploy` names it:
// a canary of 10 percent for ten minutes, which end when the test says so, a wait of an hour, and rollback on all that may fail.
func (p *process) codeDeployed(text string) *shifted {
	p.Helper()
	made := p.twoGroups(elbtypes.LoadBalancerTypeEnumApplication)
	s := &shifted{process: p, web: webService{"web", made.blue, types.LaunchTypeFargate, types.NetworkModeAwsvpc}, green: made.green, live: made.live}
	_, err := p.client.CreateService(p.Context(), &ecs.CreateServiceInput{
		ServiceName: &s.web.name, TaskDefinition: p.define(s.web, text), DesiredCount: aws.Int32(2), LaunchType: s.web.launch,
		DeploymentController: &types.DeploymentController{Type: types.DeploymentControllerTypeCodeDeploy},
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
		LoadBalancers:        []types.LoadBalancer{{TargetGroupArn: &made.blue, ContainerName: aws.String("web"), ContainerPort: aws.Int32(webPort)}},
	})
	p.must(err)
	p.alarm("errors")
	api, ctx := p.codeDeploy(), p.Context()
	_, err = api.CreateApplication(ctx, &codedeploy.CreateApplicationInput{ApplicationName: aws.String("AppECS-default-web"), ComputePlatform: cdtypes.ComputePlatformEcs})
	p.must(err)
	_, err = api.CreateDeploymentConfig(ctx, &codedeploy.CreateDeploymentConfigInput{
		DeploymentConfigName: aws.String("canary"), ComputePlatform: cdtypes.ComputePlatformEcs, TrafficRoutingConfig: &cdtypes.TrafficRoutingConfig{
			Type: cdtypes.TrafficRoutingTypeTimeBasedCanary, TimeBasedCanary: &cdtypes.TimeBasedCanary{CanaryPercentage: 10, CanaryInterval: 10},
		},
	})
	p.must(err)
	_, err = api.CreateDeploymentGroup(ctx, &codedeploy.CreateDeploymentGroupInput{
		ApplicationName: aws.String("AppECS-default-web"), DeploymentGroupName: aws.String("DgpECS-default-web"), DeploymentConfigName: aws.String("canary"),
		ServiceRoleArn:  aws.String("arn:aws:iam::000000000000:role/deployer"),
		EcsServices:     []cdtypes.ECSService{{ServiceName: &s.web.name, ClusterName: aws.String("default")}},
		DeploymentStyle: &cdtypes.DeploymentStyle{DeploymentType: cdtypes.DeploymentTypeBlueGreen, DeploymentOption: cdtypes.DeploymentOptionWithTrafficControl},
		BlueGreenDeploymentConfiguration: &cdtypes.BlueGreenDeploymentConfiguration{
			DeploymentReadyOption:                     &cdtypes.DeploymentReadyOption{ActionOnTimeout: cdtypes.DeploymentReadyActionContinueDeployment},
			TerminateBlueInstancesOnDeploymentSuccess: &cdtypes.BlueInstanceTerminationOption{Action: cdtypes.InstanceActionTerminate, TerminationWaitTimeInMinutes: 60},
		},
		AutoRollbackConfiguration: &cdtypes.AutoRollbackConfiguration{Enabled: true, Events: cdtypes.AutoRollbackEvent("").Values()},
		AlarmConfiguration:        &cdtypes.AlarmConfiguration{Enabled: true, Alarms: []cdtypes.Alarm{{Name: aws.String("errors")}}},
		LoadBalancerInfo: &cdtypes.LoadBalancerInfo{TargetGroupPairInfoList: []cdtypes.TargetGroupPairInfo{{
			TargetGroups:     []cdtypes.TargetGroupInfo{{Name: aws.String("blue")}, {Name: aws.String("green")}},
			ProdTrafficRoute: &cdtypes.TrafficRoute{ListenerArns: []string{s.listener()}},
		}}},
	})
	p.must(err)
	p.eventually("the task set is steady", func() bool {
		sets := s.sets()
		return len(sets) == 1 && sets[0].StabilityStatus == types.StabilityStatusSteadyState && sets[0].RunningCount == 2
	})
	return s
}

// appSpec is the file of a deployment, without its task definition if that is to be filled in.
func appSpec(definition, hooks string) string {
	return "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        TaskDefinition: \"" + definition +
		"\"\n        LoadBalancerInfo:\n          ContainerName: web\n          ContainerPort: " + strconv.Itoa(webPort) + "\n" + hooks
}

// ecsDeploy runs `aws ecs deploy` with a definition that answers with a text, and returns what waits for its end.
func (s *shifted) ecsDeploy(text string) (wait func()) {
	s.Helper()
	folder := s.TempDir()
	definition, err := json.Marshal(map[string]any{
		"family": s.web.name, "networkMode": s.web.mode, "cpu": "256", "memory": "512", "containerDefinitions": []any{map[string]any{
			"name": "web", "image": s.image(), "command": []string{"serve", strconv.Itoa(webPort), text}, "portMappings": []any{map[string]any{"containerPort": webPort}},
		}},
	})
	s.must(err)
	s.must(os.WriteFile(filepath.Join(folder, "definition.json"), definition, 0o600))
	s.must(os.WriteFile(filepath.Join(folder, "appspec.yaml"), []byte(appSpec("", "")), 0o600))
	cmd := exec.CommandContext(s.Context(), "aws", "ecs", "deploy", "--service", s.web.name,
		"--task-definition", filepath.Join(folder, "definition.json"), "--codedeploy-appspec", filepath.Join(folder, "appspec.yaml"))
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+*s.client.Options().BaseEndpoint, "AWS_DEFAULT_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	s.must(cmd.Start())
	return func() {
		s.Helper()
		if err := cmd.Wait(); err != nil || !strings.Contains(said.String(), "Successfully deployed") {
			s.Errorf("aws ecs deploy: %v\n%s", err, &said)
		}
	}
}

// createDeployment begins a deployment of a revision that answers with a text.
func (s *shifted) createDeployment(text, hooks string) (id string) {
	s.Helper()
	out, err := s.codeDeploy().CreateDeployment(s.Context(), &codedeploy.CreateDeploymentInput{
		ApplicationName: aws.String("AppECS-default-web"), DeploymentGroupName: aws.String("DgpECS-default-web"), Revision: &cdtypes.RevisionLocation{
			RevisionType: cdtypes.RevisionLocationTypeAppSpecContent, AppSpecContent: &cdtypes.AppSpecContent{Content: aws.String(appSpec(*s.define(s.web, text), hooks))},
		},
	})
	s.must(err)
	return *out.DeploymentId
}

// takenBack expects a deployment to end with a code and another one to take it back, after which there is one task set.
func (s *shifted) takenBack(id string, code cdtypes.ErrorCode, weights, text string) {
	s.Helper()
	s.goesBack(weights, text)
	get := func(id string) *cdtypes.DeploymentInfo {
		out, err := s.codeDeploy().GetDeployment(s.Context(), &codedeploy.GetDeploymentInput{DeploymentId: &id})
		s.must(err)
		return out.DeploymentInfo
	}
	first := get(id)
	if first.ErrorInformation == nil || first.ErrorInformation.Code != code || first.RollbackInfo == nil {
		s.Fatalf("it ends as %s: %+v", first.Status, first.ErrorInformation)
	}
	s.eventually("it is taken back", func() bool {
		return get(*first.RollbackInfo.RollbackDeploymentId).Status == cdtypes.DeploymentStatusSucceeded
	})
	if sets := s.sets(); len(sets) != 1 || *sets[0].Status != "PRIMARY" {
		s.Errorf("there are %d task sets", len(sets))
	}
}

// refusing is a function that answers each hook with Failed.
func (p *process) refusing(w http.ResponseWriter, r *http.Request) {
	var event struct{ DeploymentId, LifecycleEventHookExecutionId string }
	if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, err := p.codeDeploy().PutLifecycleEventHookExecutionStatus(r.Context(), &codedeploy.PutLifecycleEventHookExecutionStatusInput{
		DeploymentId: &event.DeploymentId, LifecycleEventHookExecutionId: &event.LifecycleEventHookExecutionId, Status: cdtypes.LifecycleEventStatusFailed,
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// CodeDeploy shifts traffic, and leads it back from all that may fail, and no request is lost.
func TestDockerDeploymentsByCodeDeployLoseNoRequestUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	if _, err := exec.LookPath("aws"); err != nil {
		if os.Getenv("ECS_EMULATOR_REQUIRE_CLI") == "1" {
			t.Fatal("ECS_EMULATOR_REQUIRE_CLI=1, but there is no aws CLI")
		}
		t.Skip("there is no aws CLI")
	}
	var p *process
	function := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.refusing(w, r) }))
	t.Cleanup(function.Close)
	p = startServe(t, "--engine", "docker", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "warn", "--hook", hookTarget+"="+function.URL)
	s := p.codeDeployed("one")
	found, _ := p.balancer(2)
	s.url = "http://" + found.Address + "/"
	s.load = keepAsking(t, s.url)

	s.phase("aws ecs deploy", s.load, func() {
		old, wait := s.tasksOf(s.web.name), s.ecsDeploy("two")
		s.eventually("the canary has traffic", func() bool { return s.weights() == "90/10" })
		s.share("two", 10)
		s.advance("10m1s")
		s.eventually("all traffic shifts", func() bool { return s.weights() == "0/100" })
		s.silent(s.load, "one", time.Now().Add(time.Second))
		s.share("two", 100)
		s.advance("60m")
		wait()
		s.untilEnded(old, 0)
		if sets := s.sets(); len(sets) != 1 || *sets[0].Status != "PRIMARY" {
			s.Errorf("there are %d task sets", len(sets))
		}
	})
	s.phase("a hook that fails", s.load, func() {
		id := s.createDeployment("three", "Hooks:\n  - AfterAllowTraffic: "+hookTarget+"\n")
		s.eventually("the canary has traffic", func() bool { return s.weights() == "10/90" })
		s.advance("10m1s")
		s.takenBack(id, cdtypes.ErrorCodeHookExecutionFailure, "0/100", "three")
	})
	s.phase("stopped at 10 percent", s.load, func() {
		id := s.createDeployment("four", "")
		s.eventually("the canary has traffic", func() bool { return s.weights() == "10/90" })
		s.share("four", 10)
		_, err := s.codeDeploy().StopDeployment(s.Context(), &codedeploy.StopDeploymentInput{DeploymentId: &id, AutoRollbackEnabled: aws.Bool(true)})
		s.must(err)
		s.takenBack(id, cdtypes.ErrorCodeManualStop, "0/100", "four")
	})
	s.phase("an alarm in the wait", s.load, func() {
		id := s.createDeployment("five", "")
		s.eventually("the canary has traffic", func() bool { return s.weights() == "10/90" })
		s.advance("10m1s")
		s.eventually("all traffic shifts", func() bool { return s.weights() == "100/0" })
		s.share("five", 100)
		s.setAlarm("errors", cloudwatchtypes.StateValueAlarm)
		s.takenBack(id, cdtypes.ErrorCodeAlarmActive, "0/100", "five")
	})
	s.stopAsking(s.load)
}
