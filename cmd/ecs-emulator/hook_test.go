package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

const hookTarget = "arn:aws:lambda:us-east-1:000000000000:function:check"

// asked is a call of a hook's target, which waits until it is told to answer.
type asked struct {
	payload string
	answer  chan struct{}
}

// deployWithHooks creates a service whose deployment asks a target twice.
func (p *process) deployWithHooks() {
	p.Helper()
	definition, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("web")}},
	})
	p.must(err)
	_, err = p.client.CreateService(p.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
		DeploymentConfiguration: &types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyBlueGreen,
			LifecycleHooks: []types.DeploymentLifecycleHook{{
				HookTargetArn: aws.String(hookTarget), RoleArn: aws.String("arn:aws:iam::000000000000:role/hooks"),
				LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePreScaleUp, types.DeploymentLifecycleHookStagePostScaleUp},
			}},
		},
	})
	p.must(err)
}

// A target is asked again only if its answer was lost in a kill, and then with the same executionId.
func TestKillsHaveLostAnswersOfHooksAskedForAgain(t *testing.T) {
	t.Parallel()
	calls := make(chan asked, 10)
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		call := asked{string(body), make(chan struct{})}
		calls <- call
		select {
		case <-call.answer:
			fmt.Fprint(w, `{"hookStatus": "SUCCEEDED"}`)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(target.Close)
	args := []string{"--engine", "sim", "--data-dir", t.TempDir(), "--speed", "60", "--hook", hookTarget + "=" + target.URL}

	p := startServe(t, args...)
	p.deployWithHooks()
	for _, stage := range []string{"PRE_SCALE_UP", "POST_SCALE_UP"} {
		lost := <-calls
		p.kill()
		p = startServe(t, args...)
		again := <-calls
		if again.payload != lost.payload || !strings.Contains(again.payload, `"lifecycleStage":"`+stage+`"`) {
			t.Errorf("asked\n%s, and after a kill\n%s, at %s", lost.payload, again.payload, stage)
		}
		close(again.answer)
	}
	p.advance("1h")
	p.kill()
	p = startServe(t, args...)
	p.advance("1h")
	list, err := p.client.ListServiceDeployments(p.Context(), &ecs.ListServiceDeploymentsInput{Service: aws.String("web")})
	p.must(err)
	if got := list.ServiceDeployments[0]; got.Status != types.ServiceDeploymentStatusSuccessful || len(calls) > 0 {
		t.Errorf("the deployment is %s %s, and %d calls came later", got.Status, aws.ToString(got.StatusReason), len(calls))
	}
}

// advance moves the emulator's clock.
func (p *process) advance(by string) {
	p.Helper()
	p.askClock(http.MethodPost, `{"advance": "`+by+`"}`)
}

// askClock returns what the clock shows after a request to it.
func (p *process) askClock(method, body string) time.Time {
	p.Helper()
	request, err := http.NewRequestWithContext(p.Context(), method, endpoint.FindStringSubmatch(p.ready)[1]+control.Prefix+"clock", strings.NewReader(body))
	p.must(err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	p.must(err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		p.Fatalf("the clock answers %s", answer.Status)
	}
	var is control.Time
	p.must(json.NewDecoder(answer.Body).Decode(&is))
	return is.Now
}
