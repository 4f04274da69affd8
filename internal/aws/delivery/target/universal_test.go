package target

import (
	"context"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
)

func TestUniversalTargets(t *testing.T) {
	for _, c := range []struct{ operation, input, want string }{
		{"ecs:runTask", `{"Cluster":"c","TaskDefinition":"job","Overrides":{"ContainerOverrides":[{"Name":"app","Command":["Up"]}]},"Tags":[{"Key":"K","Value":"V"}]}`,
			`RunTask us-east-1/ecs ` + session + ` {"clientToken":"` + id + `","cluster":"c","overrides":{"containerOverrides":[{"command":["Up"],"name":"app"}]},"tags":[{"key":"K","value":"V"}],"taskDefinition":"job"}`},
		{"ecs:runTask", `{"TaskDefinition":"job","ClientToken":"mine"}`, `RunTask us-east-1/ecs ` + session + ` {"clientToken":"mine","taskDefinition":"job"}`},
		{"ecs:updateService", `{"Service":"web","DesiredCount":0}`, `UpdateService us-east-1/ecs ` + session + ` {"desiredCount":0,"service":"web"}`},
		{"ecs:stopTask", `{"Task":"<t>"}`, `StopTask us-east-1/ecs ` + session + ` {"task":"<t>"}`},
		{"cloudwatchlogs:createLogGroup", `{"LogGroupName":"g","Tags":{"Team":"A"}}`, `CreateLogGroup us-east-1/logs ` + session + ` {"logGroupName":"g","tags":{"Team":"A"}}`},
		{"ssm:putParameter", `{"Name":"/a","Value":"1"}`, `PutParameter us-east-1/ssm ` + session + ` {"Name":"/a","Value":"1"}`},
		{"autoscaling:setDesiredCapacity", `{"AutoScalingGroupName":"g","DesiredCapacity":0}`,
			`SetDesiredCapacity us-east-1/autoscaling ` + session + ` Action=SetDesiredCapacity&AutoScalingGroupName=g&DesiredCapacity=0&Version=2011-01-01`},
		{"sqs:sendMessage", `{"QueueUrl":"u","MessageBody":"b"}`, `SendMessage us-east-1/sqs ` + session + ` {"MessageBody":"b","QueueUrl":"u"}`},
		{"sfn:startExecution", `{"StateMachineArn":"a","Input":"{}"}`, `StartExecution us-east-1/states ` + session + ` {"input":"{}","stateMachineArn":"a"}`},
		{"lambda:invoke", `{"FunctionName":"check","InvocationType":"Event","Payload":"{\"a\":1}"}`, `Invoke Event us-east-1/lambda ` + session + ` {"a":1}`},
		{"lambda:invoke", `{"FunctionName":"arn:aws:lambda:us-east-1:111122223333:function:check","Payload":{"a":1}}`, `Invoke Event us-east-1/lambda ` + session + ` {"a":1}`},
	} {
		targets, aws := sentTo(t, map[string]string{"RunTask": `200 {"tasks":[{}]}`})
		d := ofSchedule("arn:aws:scheduler:::aws-sdk:"+c.operation, c.input)
		d.RoleARN = role
		becomes(t, targets, d, delivery.Sent, "", "")
		aws.gets(t, c.want)
	}
}

func TestUniversalTargetsThatFail(t *testing.T) {
	targets, aws := sentTo(t, map[string]string{"UpdateService": `400 {"__type":"ServiceNotFoundException","message":"Service not found."}`})
	d := ofSchedule("arn:aws:scheduler:::aws-sdk:ecs:updateService", `{"Service":"web"}`)
	becomes(t, targets, d, delivery.Final, "NO_RESOURCE", "Service not found. (Service: AmazonECS;")
	for _, body := range []string{"", "17", "null", "{"} {
		d.Body = body
		becomes(t, targets, d, delivery.Final, "INVALID_PARAMETER", "the input is no request")
	}
	if len(aws.got) != 1 {
		t.Errorf("calls: %q", aws.got)
	}
}

func TestAUniversalTargetFindsWhatStandsForAFunction(t *testing.T) {
	targets, aws := sentTo(t, nil)
	got := ""
	targets.Functions.On("arn:aws:lambda:us-east-1:111122223333:function:check", func(_ context.Context, body []byte) ([]byte, error) {
		got = string(body)
		return nil, nil
	})
	becomes(t, targets, ofSchedule("arn:aws:scheduler:::aws-sdk:lambda:invoke", `{"FunctionName":"check","Payload":"x"}`), delivery.Sent, "", "")
	if aws.gets(t); got != "x" {
		t.Errorf("it got %s", got)
	}
}
