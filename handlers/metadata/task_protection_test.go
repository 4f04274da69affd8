package metadata_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// protecting is an ECS that says of each task what it is told to.
type protecting struct {
	tasks    []types.ProtectedTask
	failures []types.Failure
	err      error
	asked    *ecs.UpdateTaskProtectionInput
}

func (p *protecting) GetTaskProtection(context.Context, string, *ecs.GetTaskProtectionInput) (*ecs.GetTaskProtectionOutput, error) {
	return &ecs.GetTaskProtectionOutput{ProtectedTasks: p.tasks, Failures: p.failures}, p.err
}

func (p *protecting) UpdateTaskProtection(_ context.Context, _ string, in *ecs.UpdateTaskProtectionInput) (*ecs.UpdateTaskProtectionOutput, error) {
	p.asked = in
	return &ecs.UpdateTaskProtectionOutput{ProtectedTasks: p.tasks, Failures: p.failures}, p.err
}

// stuck is an ECS that waits for something that does not come.
type stuck struct{ protecting }

func (*stuck) UpdateTaskProtection(context.Context, string, *ecs.UpdateTaskProtectionInput) (*ecs.UpdateTaskProtectionOutput, error) {
	time.Sleep(time.Hour) // in the time of a bubble
	return nil, nil
}

// Source: runtime answers of amazon-ecs-agent.
func TestWhoProtectsItselfDoesNotWaitForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		task := b.put("web", types.NetworkModeAwsvpc, "", onFargate)
		b.options.Protection = &stuck{}
		b.open()
		began := time.Now()
		status, body, _ := b.ask(fargateAddress, "PUT", at("api", task, "web")+"/task-protection/v1/state", `{"ProtectionEnabled":true}`)
		want := `{"error":{"Arn":"` + task.ARN + `","Code":"RequestCanceled","Message":"Timed out calling ECS Task Protection API"}}`
		if status != http.StatusGatewayTimeout || body != want || time.Since(began) != 4*time.Second {
			t.Errorf("after %s: %d %s", time.Since(began), status, body)
		}
		time.Sleep(time.Hour)
	})
}

// refusedCall is an error of ECS that tells the id of the request.
type refusedCall struct{ error }

func (e refusedCall) Unwrap() error            { return e.error }
func (e refusedCall) ServiceRequestID() string { return "r-1" }

// Source of the words: runs of the container agent, and its source.
func TestATaskProtectsItself(t *testing.T) {
	b := newBench(t)
	task := b.put("web", types.NetworkModeAwsvpc, "", onFargate)
	plain := b.put("plain", types.NetworkModeHost, b.instance(), func(d *types.TaskDefinition, _ *state.Task) { d.TaskRoleArn = nil })
	own, none := at("api", task, "web")+"/task-protection/v1/state", at("api", plain, "web")+"/task-protection/v1/state"
	const on = `{"ProtectionEnabled":true,"ExpiresInMinutes":60}`
	arn := task.ARN
	for _, c := range []struct {
		name, from, method, path, body string
		ecs                            protecting
		status                         int
		want                           string
	}{
		{"put", fargateAddress, "PUT", own, on, protecting{tasks: []types.ProtectedTask{{TaskArn: &arn, ProtectionEnabled: true, ExpirationDate: aws.Time(after(3600))}}},
			200, `{"protection":{"ExpirationDate":"2026-09-16T18:47:04.151521Z","ProtectionEnabled":true,"TaskArn":"` + arn + `"}}`},
		{"get of one that is not protected", fargateAddress, "GET", own, "", protecting{tasks: []types.ProtectedTask{{TaskArn: &arn}}},
			200, `{"protection":{"ExpirationDate":null,"ProtectionEnabled":false,"TaskArn":"` + arn + `"}}`},
		{"failure", fargateAddress, "PUT", own, on, protecting{failures: []types.Failure{{Arn: &arn, Reason: aws.String("TASK_NOT_VALID")}}},
			200, `{"failure":{"Arn":"` + arn + `","Detail":null,"Reason":"TASK_NOT_VALID"}}`},
		{"no JSON", fargateAddress, "PUT", own, "{", protecting{}, 400, `{"error":{"Code":"InvalidParameterException","Message":"UpdateTaskProtection: failed to decode request"}}`},
		{"another member", fargateAddress, "PUT", own, `{"Protected":true}`, protecting{}, 400, `{"error":{"Code":"InvalidParameterException","Message":"UpdateTaskProtection: failed to decode request"}}`},
		{"nothing said", fargateAddress, "PUT", own, `{}`, protecting{}, 400, `{"error":{"Arn":"` + arn + `","Code":"InvalidParameterException","Message":"Invalid request: does not contain 'ProtectionEnabled' field"}}`},
		{"of another task", strangeAddress, "PUT", own, on, protecting{}, 404, `{"error":{"Code":"ResourceNotFoundException","Message":"Failed to find a task for the request"}}`},
		{"without a role", machineAddress, "PUT", none, on, protecting{}, 403, `{"error":{"Arn":"` + plain.ARN + `","Code":"AccessDeniedException","Message":"Invalid Request: no task IAM role credentials available for task"}}`},
		{"get without a role", machineAddress, "GET", none, "", protecting{}, 403, `{"error":{"Arn":"` + plain.ARN + `","Code":"AccessDeniedException","Message":"Invalid Request: no task IAM role credentials available for task"}}`},
		{"refused by ECS", fargateAddress, "PUT", own, on, protecting{err: &types.InvalidParameterException{Message: aws.String("no")}}, 400, `{"error":{"Arn":"` + arn + `","Code":"InvalidParameterException","Message":"no"}}`},
		{"refused by ECS with the id of the request", fargateAddress, "PUT", own, on, protecting{err: refusedCall{&types.InvalidParameterException{Message: aws.String("no")}}}, 400, `{"requestID":"r-1","error":{"Arn":"` + arn + `","Code":"InvalidParameterException","Message":"no"}}`},
		{"a broken ECS", fargateAddress, "GET", own, "", protecting{err: &types.ServerException{Message: aws.String("oh")}}, 500, `{"error":{"Arn":"` + arn + `","Code":"ServerException","Message":"oh"}}`},
		{"a slow ECS", fargateAddress, "GET", own, "", protecting{err: context.DeadlineExceeded}, 504, `{"error":{"Arn":"` + arn + `","Code":"RequestCanceled","Message":"Timed out calling ECS Task Protection API"}}`},
	} {
		b.options.Protection = &c.ecs
		b.open()
		status, body, _ := b.ask(c.from, c.method, c.path, c.body)
		if status != c.status || body != c.want {
			t.Errorf("%s: %d %s\nwant %d %s", c.name, status, body, c.status, c.want)
		}
		if c.name == "put" && (*c.ecs.asked.ExpiresInMinutes != 60 || !c.ecs.asked.ProtectionEnabled || c.ecs.asked.Tasks[0] != arn) {
			t.Errorf("asked for %+v", c.ecs.asked)
		}
	}
	long := `{"ProtectionEnabled":true,` + strings.Repeat(" ", 64<<10) + `"ExpiresInMinutes":60}`
	if status, body, _ := b.ask(fargateAddress, http.MethodPut, own, long); status != http.StatusBadRequest || !strings.Contains(body, "failed to decode request") {
		t.Errorf("a body of more than 64 KiB: %d %s", status, body)
	}
	if status, _, _ := b.ask(fargateAddress, http.MethodPost, own, on); status != http.StatusMethodNotAllowed {
		t.Errorf("POST is %d", status)
	}
}
