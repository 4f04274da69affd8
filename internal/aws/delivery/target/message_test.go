package target

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
)

const queueURL = `200 {"QueueUrl":"http://localhost/111122223333/jobs"}`

func TestQueues(t *testing.T) {
	targets, aws := sentTo(t, map[string]string{"GetQueueUrl": queueURL})
	becomes(t, targets, of(queue, `{"a":1}`), delivery.Sent, "", "")
	grouped := of(queue, "17")
	grouped.MessageGroupID = "g"
	becomes(t, targets, grouped, delivery.Sent, "", "")
	aws.gets(t,
		`GetQueueUrl eu-west-1/sqs 111122223333 {"QueueName":"jobs","QueueOwnerAWSAccountId":"111122223333"}`,
		`SendMessage eu-west-1/sqs 111122223333 {"MessageBody":"{\"a\":1}","QueueUrl":"http://localhost/111122223333/jobs"}`,
		`SendMessage eu-west-1/sqs 111122223333 {"MessageBody":"17","MessageDeduplicationId":"`+id+`","MessageGroupId":"g","QueueUrl":"http://localhost/111122223333/jobs"}`)
	aws.answers["SendMessage"] = `400 {"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}`
	becomes(t, targets, of(queue, "{}"), delivery.Final, "NO_RESOURCE", "The specified queue does not exist. (Service: AmazonSQS; Status Code: 400; Error Code: QueueDoesNotExist;")
	aws.answers["SendMessage"] = `400 {"__type":"com.amazonaws.sqs#InvalidParameterValue","message":"m"}`
	becomes(t, targets, of(queue, "{}"), delivery.Final, "INVALID_PARAMETER", "m")
	becomes(t, targets, of(queue, ""), delivery.Retry, "INVALID_PARAMETER", "m")
	if len(aws.got) != 3+1+2+2 { // an address that has failed is asked for again
		t.Errorf("calls: %q", aws.got)
	}
}

func TestTopics(t *testing.T) {
	const topic = "arn:aws:sns:us-east-1:111122223333:topic"
	targets, aws := sentTo(t, nil)
	becomes(t, targets, of(topic, `"a b"`), delivery.Sent, "", "")
	aws.gets(t, `Publish us-east-1/sns 111122223333 Action=Publish&Message=%22a+b%22&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A111122223333%3Atopic&Version=2010-03-31`)
	aws.answers = map[string]string{"Publish": `404 <ErrorResponse><Error><Code>NotFound</Code><Message>Topic does not exist</Message></Error></ErrorResponse>`}
	becomes(t, targets, of(topic, "{}"), delivery.Final, "NO_RESOURCE", "Topic does not exist")
}

func TestStateMachines(t *testing.T) {
	const machine = "arn:aws:states:us-east-1:111122223333:stateMachine:pipeline"
	targets, aws := sentTo(t, nil)
	d := of(machine, `{"a":1}`)
	d.RoleARN = role
	becomes(t, targets, d, delivery.Sent, "", "")
	aws.gets(t, `StartExecution us-east-1/states `+session+` {"input":"{\"a\":1}","name":"`+id+`","stateMachineArn":"`+machine+`"}`)
	aws.answers = map[string]string{"StartExecution": `400 {"__type":"StateMachineDoesNotExist","message":"m"}`}
	becomes(t, targets, d, delivery.Final, "NO_RESOURCE", "m")
}

func TestFunctionsAreToldAndNotWaitedFor(t *testing.T) {
	targets, aws := sentTo(t, nil)
	becomes(t, targets, of("arn:aws:lambda:us-east-1:111122223333:function:check", `{"a":1}`), delivery.Sent, "", "")
	aws.gets(t, `Invoke Event us-east-1/lambda 111122223333 {"a":1}`)
}

func TestLogGroups(t *testing.T) {
	const group = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/x"
	there := map[string]string{"CreateLogStream": `400 {"__type":"ResourceAlreadyExistsException","message":"m"}`}
	for body, want := range map[string]string{
		`{"version":"0","time":"2026-01-02T03:04:05Z","detail":{}}`: `{"message":"{\"version\":\"0\",\"time\":\"2026-01-02T03:04:05Z\",\"detail\":{}}","timestamp":1767323045000}`,
		`{"timestamp":1767323045001,"message":"said: hello"}`:       `{"message":"said: hello","timestamp":1767323045001}`,
		`{"timestamp":"2026-01-02T03:04:05Z","message":"m"}`:        `{"message":"m","timestamp":1767323045000}`,
		`17`:              `{"message":"17","timestamp":1935403200000}`,
		`{"message":"m"}`: `{"message":"{\"message\":\"m\"}","timestamp":1935403200000}`,
	} {
		targets, aws := sentTo(t, there)
		becomes(t, targets, of(group+":*", body), delivery.Sent, "", "")
		aws.gets(t,
			`CreateLogStream us-east-1/logs 111122223333 {"logGroupName":"/aws/events/x","logStreamName":"`+id+`"}`,
			`PutLogEvents us-east-1/logs 111122223333 {"logEvents":[`+want+`],"logGroupName":"/aws/events/x","logStreamName":"`+id+`"}`)
	}
	targets, _ := sentTo(t, map[string]string{"CreateLogStream": `400 {"__type":"ResourceNotFoundException","message":"m"}`})
	becomes(t, targets, of(group, "{}"), delivery.Final, "NO_RESOURCE", "m")
}

func TestDeadLetters(t *testing.T) {
	targets, aws := sentTo(t, map[string]string{"GetQueueUrl": queueURL})
	d := ofTask("{}")
	d.DeadLetterARN = queue
	text := func(value string) string { return `{"DataType":"String","StringValue":"` + value + `"}` }
	bury := func(d *delivery.Delivery, retries int, exhausted delivery.Exhausted, want string) {
		t.Helper()
		aws.got = nil
		if err := targets.Bury(t.Context(), d, &delivery.DeadLetter{Code: "CODE", Message: "why", Retries: retries, Exhausted: exhausted}); err != nil {
			t.Fatal(err)
		}
		if got := aws.got[len(aws.got)-1]; !strings.Contains(got, `"MessageAttributes":{`+want+`},"MessageBody":"{}"`) {
			t.Errorf("the letter is %s, want %s", got, want)
		}
	}
	failed := `"ERROR_CODE":` + text("CODE") + `,"ERROR_MESSAGE":` + text("why")
	rule := `,"RULE_ARN":` + text(d.Source) + `,"TARGET_ARN":` + text(cluster)
	bury(d, 0, "", failed+rule)
	bury(d, 3, delivery.ExhaustedAttempts, failed+`,"EXHAUSTED_RETRY_CONDITION":`+text("MaximumRetryAttempts")+`,"RETRY_ATTEMPTS":`+text("3")+rule)
	d.FromSchedule, d.Source, d.DueAt = true, "arn:aws:scheduler:us-east-1:111122223333:schedule/default/nightly", time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	bury(d, 0, "", failed+`,"EXECUTION_ID":`+text(id)+`,"IS_PAYLOAD_TRUNCATED":`+text("false")+`,"RETRY_ATTEMPTS":`+text("0")+
		`,"SCHEDULED_TIME":`+text("2026-01-02T03:04:00Z")+`,"SCHEDULE_ARN":`+text(d.Source)+`,"TARGET_ARN":`+text(cluster))
	targets.Has = func(string) bool { return false }
	if err := targets.Bury(t.Context(), d, &delivery.DeadLetter{}); err == nil || !strings.Contains(err.Error(), "--event-target") {
		t.Errorf("got %v", err)
	}
}
