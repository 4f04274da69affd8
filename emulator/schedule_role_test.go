package emulator_test

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestAScheduleWhoseRoleLacksAPermission starts no task: its dead letter says what the role may not (AC16), first RunTask, then
// PassRole. Once the role may do both, the tasks run.
func TestAScheduleWhoseRoleLacksAPermission(t *testing.T) {
	t.Parallel()
	upstream := &queues{}
	server := httptest.NewServer(upstream)
	defer server.Close()
	w := start(t, emulator.Options{IAM: emulator.AccessEnforce, Upstream: server.URL})
	w.ok(w.srv.Clock().SetSpeed(0))
	const tasks, role = "arn:aws:iam::000000000000:role/tasks", "arn:aws:iam::000000000000:role/nightly"
	client := iam.NewFromConfig(w.srv.Config())
	for name, service := range map[string]string{"nightly": "scheduler", "tasks": "ecs-tasks"} {
		_, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
		w.ok(err)
	}
	defined, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("report"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"), TaskRoleArn: aws.String(tasks),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Command: []string{"sleep", "86400"}}},
	})
	w.ok(err)
	definition := *defined.TaskDefinition.TaskDefinitionArn
	_, err = scheduler.NewFromConfig(w.srv.Config()).CreateSchedule(t.Context(), &scheduler.CreateScheduleInput{
		Name: aws.String("nightly"), ScheduleExpression: aws.String("rate(1 hour)"), FlexibleTimeWindow: &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff},
		StartDate: aws.Time(w.srv.Clock().Now().Add(time.Hour)),
		Target: &schedulertypes.Target{
			Arn: aws.String("arn:aws:ecs:us-east-1:000000000000:cluster/default"), RoleArn: aws.String(role),
			DeadLetterConfig: &schedulertypes.DeadLetterConfig{Arn: aws.String("arn:aws:sqs:us-east-1:000000000000:dead")},
			EcsParameters: &schedulertypes.EcsParameters{
				TaskDefinitionArn: &definition, LaunchType: schedulertypes.LaunchTypeFargate,
				NetworkConfiguration: &schedulertypes.NetworkConfiguration{AwsvpcConfiguration: &schedulertypes.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
			},
		},
	})
	w.ok(err)

	may := func(actions string) {
		_, err := client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("nightly"), PolicyName: aws.String("run"), PolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` + actions + `],"Resource":"*"}]}`)})
		w.ok(err)
	}
	for n, lacks := range []struct{ action, resource, then string }{{"ecs:RunTask", definition, `"ecs:RunTask"`}, {"iam:PassRole", tasks, `"ecs:RunTask","iam:PassRole"`}} {
		w.ok(w.srv.Clock().Advance(time.Hour))
		if len(upstream.messages) != n+1 {
			t.Fatalf("the queue has %+v, and deliveries are %+v", upstream.messages, w.deliveries())
		}
		m := upstream.messages[n].MessageAttributes
		want := regexp.MustCompile(`^User: arn:aws:sts::000000000000:assumed-role/nightly/[0-9a-f]{32} is not authorized to perform: ` + lacks.action + ` on resource: ` +
			lacks.resource + ` because no identity-based policy allows the ` + lacks.action + ` action \(Service: AmazonECS; Status Code: 400; Error Code: AccessDeniedException; Request ID: \S+; Proxy: null\)$`)
		if m["ERROR_CODE"].StringValue != "NO_PERMISSIONS" || m["RETRY_ATTEMPTS"].StringValue != "0" || !want.MatchString(m["ERROR_MESSAGE"].StringValue) ||
			!strings.HasSuffix(m["SCHEDULE_ARN"].StringValue, ":schedule/default/nightly") {
			t.Errorf("the dead letter has %+v", m)
		}
		may(lacks.then)
	}
	for n := range 2 {
		list, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{})
		w.ok(err)
		if len(list.TaskArns) != n || len(upstream.messages) != 2 {
			t.Errorf("after %d times with the permissions tasks are %v, and the queue has %+v", n, list.TaskArns, upstream.messages)
		}
		w.ok(w.srv.Clock().Advance(time.Hour))
	}
}
