package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Task protection, which the container agent answers, is what the task role may do (AC74).
func TestTheTaskRoleProtectsItsTask(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{IAM: emulator.AccessEnforce})
	roles := iam.NewFromConfig(w.srv.Config())
	made, err := roles.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("app"), AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
	w.ok(err)
	defined, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("app"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"), TaskRoleArn: made.Role.Arn,
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Command: []string{"sleep", "3600"}}},
	})
	w.ok(err)
	w.createService("web", *defined.TaskDefinition.TaskDefinitionArn, 1)
	w.untilStable("web")
	listed, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{ServiceName: aws.String("web")})
	w.ok(err)
	id := listed.TaskArns[0]
	ask := func(method, body string) string {
		container := w.task(id).Containers[0]
		request := httptest.NewRequest(method, "/api/"+*container.RuntimeId+"/task-protection/v1/state", strings.NewReader(body))
		request.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(*container.NetworkInterfaces[0].PrivateIpv4Address), 1).String()
		answer := httptest.NewRecorder()
		w.srv.Metadata().ServeHTTP(answer, request)
		return answer.Body.String()
	}
	const protect = `{"ProtectionEnabled":true}`
	for method, action := range map[string]string{http.MethodGet: "ecs:GetTaskProtection", http.MethodPut: "ecs:UpdateTaskProtection"} {
		got := ask(method, protect)
		want := `"Code":"AccessDeniedException","Message":"User: arn:aws:sts::000000000000:assumed-role/app/` + arn.Name(id) + " is not authorized to perform: " +
			action + " on resource: " + id + " because no identity-based policy allows the " + action + ` action"`
		if !strings.Contains(got, want) {
			t.Errorf("%s answers %s, want %s", method, got, want)
		}
	}
	_, err = roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("app"), PolicyName: aws.String("own"), PolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecs:GetTaskProtection","ecs:UpdateTaskProtection"],"Resource":"` + id + `"}]}`)})
	w.ok(err)
	if got := ask(http.MethodPut, protect); !strings.Contains(got, `"ProtectionEnabled":true`) {
		t.Errorf("once it may, it is answered %s", got)
	}
}
