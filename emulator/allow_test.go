package emulator_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// police is an authorizer that remembers what it was asked, and denies some of it.
type police struct {
	mu     sync.Mutex
	asked  []string // "role action resource key", root for a principal without a role, and the service to which a role is passed, or the cluster
	denied string   // an action
}

func (p *police) decide(_ context.Context, caller awsapi.Call, wants awsapi.Access) error {
	who := "root"
	if caller.Caller.RoleARN != "" {
		who = caller.Caller.RoleARN[strings.LastIndex(caller.Caller.RoleARN, "/")+1:]
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, strings.TrimSpace(who+" "+wants.Action+" "+wants.Resource+" "+apitest.Text(wants.Keys, "iam:passedtoservice")+apitest.Text(wants.Keys, "ecs:cluster")))
	if wants.Action == p.denied {
		return &awsapi.Error{Code: "AccessDeniedException", Message: "denied by a test", Status: http.StatusBadRequest}
	}
	return nil
}

func (p *police) deny(action string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked, p.denied = nil, action
}

func (p *police) wasAsked(t *testing.T, want ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range want {
		if !slices.ContainsFunc(p.asked, func(s string) bool { return strings.HasPrefix(s, w) }) {
			t.Errorf("not asked: %s; asked:\n%s", w, strings.Join(p.asked, "\n"))
		}
	}
}

// What the emulator does for a task is asked for like what a client does: as the execution role of
// the task, and what the task's agent API does as its task role.
func TestNothingIsDoneForATaskWithoutAsking(t *testing.T) {
	t.Parallel()
	var p police
	w := start(t, emulator.WithAuthorizer(emulator.Options{}, apitest.Each(p.decide)))
	made, err := secretsmanager.NewFromConfig(w.srv.Config()).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("db"), SecretString: aws.String("x")})
	w.must(err)
	out, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/executes"), TaskRoleArn: aws.String("arn:aws:iam::000000000000:role/app"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("app"), Command: []string{"sh", "-c", "echo hello; sleep 3600"},
			Secrets: []types.Secret{{Name: aws.String("S"), ValueFrom: made.ARN}, {Name: aws.String("P"), ValueFrom: aws.String("/aws/reference/secretsmanager/db")}},
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
				"awslogs-group": "shop", "awslogs-region": "us-west-2", "awslogs-stream-prefix": "p", "awslogs-create-group": "true",
			}},
		}},
	})
	w.must(err)
	definition := *out.TaskDefinition.TaskDefinitionArn
	id := w.runTask(definition)
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	group := "arn:aws:logs:us-west-2:000000000000:log-group:shop"
	w.eventually("its output is kept", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return slices.ContainsFunc(p.asked, func(s string) bool {
			return strings.HasPrefix(s, "executes logs:PutLogEvents "+group+":log-stream:p/app/")
		})
	})
	p.wasAsked(t, "root ecs:RunTask "+definition, "root ecs:RegisterTaskDefinition arn:aws:ecs:us-east-1:000000000000:task-definition/web:*",
		"root secretsmanager:CreateSecret arn:aws:secretsmanager:us-east-1:000000000000:secret:db-??????", "executes secretsmanager:GetSecretValue "+*made.ARN,
		"executes ssm:GetParameters arn:aws:ssm:us-east-1:000000000000:parameter/aws/reference/secretsmanager/db",
		"executes logs:CreateLogGroup "+group, "executes logs:CreateLogStream "+group+":log-stream:p/app/"+arn.Name(id))

	p.deny("ecs:UpdateTaskProtection")
	task := w.task(id)
	request := httptest.NewRequest(http.MethodPut, "/api/"+*task.Containers[0].RuntimeId+"/task-protection/v1/state", strings.NewReader(`{"ProtectionEnabled":true}`))
	request.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(*task.Containers[0].NetworkInterfaces[0].PrivateIpv4Address), 1).String()
	answer := httptest.NewRecorder()
	w.srv.Metadata().ServeHTTP(answer, request)
	if !strings.Contains(answer.Body.String(), "AccessDenied") {
		t.Errorf("protection: %d %s", answer.Code, answer.Body)
	}
	p.wasAsked(t, "app ecs:UpdateTaskProtection "+id+" arn:aws:ecs:us-east-1:000000000000:cluster/"+arn.ClusterName(id))

	p.deny("logs:CreateLogStream")
	id = w.runTask(definition)
	w.eventually("it fails", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	if got := aws.ToString(w.task(id).StoppedReason); !strings.Contains(got, "denied by a test") {
		t.Errorf("without a log stream it ends with %s", got)
	}
	p.deny("secretsmanager:GetSecretValue")
	batch, err := secretsmanager.NewFromConfig(w.srv.Config()).BatchGetSecretValue(t.Context(), &secretsmanager.BatchGetSecretValueInput{SecretIdList: []string{"db"}})
	w.must(err)
	if len(batch.SecretValues) != 0 || len(batch.Errors) != 1 || *batch.Errors[0].ErrorCode != "AccessDeniedException" {
		t.Errorf("a batch reads %+v", batch)
	}
	p.wasAsked(t, "root secretsmanager:BatchGetSecretValue *", "root secretsmanager:GetSecretValue "+*made.ARN)
}

// Who has a task run as a role has to be allowed to pass it on.
func TestRolesOfTasksArePassedByTheCaller(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::000000000000:role/"
	var p police
	w := start(t, emulator.WithAuthorizer(emulator.Options{}, apitest.Each(p.decide)))
	register := &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), ExecutionRoleArn: aws.String(role + "executes"), TaskRoleArn: aws.String(role + "app"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Memory: aws.Int32(64)}},
	}
	_, err := w.client.RegisterTaskDefinition(t.Context(), register)
	w.must(err)
	p.wasAsked(t, "root ecs:RegisterTaskDefinition arn:aws:ecs:us-east-1:000000000000:task-definition/web:*",
		"root iam:PassRole "+role+"executes ecs-tasks.amazonaws.com", "root iam:PassRole "+role+"app ecs-tasks.amazonaws.com")

	refused := func(operation string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "AccessDeniedException: denied by a test") {
			t.Errorf("%s: %v", operation, err)
		}
	}
	p.deny("iam:PassRole")
	_, err = w.client.RegisterTaskDefinition(t.Context(), register)
	refused("RegisterTaskDefinition", err)
	for _, c := range []struct {
		override *types.TaskOverride
		want     string
	}{{nil, "app"}, {&types.TaskOverride{TaskRoleArn: aws.String(role + "other")}, "other"}} {
		p.deny("iam:PassRole")
		_, err = w.client.RunTask(t.Context(), &ecs.RunTaskInput{TaskDefinition: aws.String("web"), Overrides: c.override})
		refused("RunTask", err)
		p.wasAsked(t, "root ecs:RunTask arn:aws:ecs:us-east-1:000000000000:task-definition/web:1", "root iam:PassRole "+role+c.want+" ecs-tasks.amazonaws.com")
		p.deny("iam:PassRole")
		_, err = w.client.StartTask(t.Context(), &ecs.StartTaskInput{TaskDefinition: aws.String("web"), Overrides: c.override, ContainerInstances: []string{strings.Repeat("1", 32)}})
		refused("StartTask", err)
		p.wasAsked(t, "root ecs:StartTask arn:aws:ecs:us-east-1:000000000000:task-definition/web:1", "root iam:PassRole "+role+c.want+" ecs-tasks.amazonaws.com")
	}
	if left, err := w.client.ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{}); err != nil || len(left.TaskDefinitionArns) != 1 {
		t.Errorf("there are %v, %v", left, err)
	}
}

// ECS itself acts in the roles of load balancers and of lifecycle hooks.
func TestRolesOfServicesArePassedByTheCaller(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::000000000000:role/"
	var p police
	w := start(t, emulator.WithAuthorizer(emulator.Options{}, apitest.Each(p.decide)))
	traffic := []types.LoadBalancer{{TargetGroupArn: aws.String("blue"), AdvancedConfiguration: &types.AdvancedConfiguration{
		AlternateTargetGroupArn: aws.String("green"), RoleArn: aws.String(role + "balancer"),
		ProductionListenerRule: aws.String("arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/net/web/0/1"),
	}}}
	configuration := &types.DeploymentConfiguration{LifecycleHooks: []types.DeploymentLifecycleHook{{RoleArn: aws.String(role + "hook")}}}
	create := func() error {
		_, err := w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
			ServiceName: aws.String("web"), TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(1), LoadBalancers: traffic, DeploymentConfiguration: configuration,
		})
		return err
	}
	update := func() error {
		_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), LoadBalancers: traffic, DeploymentConfiguration: configuration})
		return err
	}
	for operation, ask := range map[string]func() error{"CreateService": create, "UpdateService": update} {
		p.deny("iam:PassRole")
		if err := ask(); err == nil || !strings.Contains(err.Error(), "AccessDeniedException: denied by a test") {
			t.Errorf("%s: %v", operation, err)
		}
		p.deny("")
		if err := ask(); err == nil { // there is no task definition
			t.Errorf("%s of what is not there", operation)
		}
		p.wasAsked(t, "root ecs:"+operation+" arn:aws:ecs:us-east-1:000000000000:service/default/web",
			"root iam:PassRole "+role+"balancer ecs.amazonaws.com", "root iam:PassRole "+role+"hook ecs.amazonaws.com")
	}
}
