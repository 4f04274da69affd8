package emulator_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// stepFunctions is an upstream that plays Step Functions. Each of its state machines runs a task of the emulator, by the
// service integration of that name, and ends with what comes of it. Events come to a queue, which it has as well.
type stepFunctions struct {
	*httptest.Server
	tasks *ecs.Client // of the emulator

	mu       sync.Mutex
	outcomes map[string]string          // of executions, by the state machine's name
	inputs   map[string]string          // of executions, by their names
	stopped  map[string]json.RawMessage // the last event of tasks that have stopped, by ARN
	answered map[string]string          // outputs, by task token
}

const (
	stateMachine   = "arn:aws:states:us-east-1:000000000000:stateMachine:"
	ofStepFunction = "arn:aws:sqs:us-east-1:000000000000:StepFunctionsEvents"
)

func newStepFunctions(t *testing.T) *stepFunctions {
	t.Helper()
	s := &stepFunctions{outcomes: map[string]string{}, inputs: map[string]string{}, stopped: map[string]json.RawMessage{}, answered: map[string]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *stepFunctions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		StateMachineArn, Input, Name string
		TaskToken, Output            string
		QueueName, MessageBody       string
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, `{"__type":"SerializationException"}`, http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.Header.Get("X-Amz-Target") {
	case "AWSStepFunctions.StartExecution":
		if _, started := s.inputs[in.Name]; !started {
			s.inputs[in.Name] = in.Input
			machine := strings.TrimPrefix(in.StateMachineArn, stateMachine)
			go s.execute(machine)
		}
		fmt.Fprintf(w, `{"executionArn":"%s:%s","startDate":1}`, in.StateMachineArn, in.Name)
	case "AWSStepFunctions.SendTaskSuccess":
		s.answered[in.TaskToken] = in.Output
		fmt.Fprint(w, `{}`)
	case "AmazonSQS.GetQueueUrl":
		fmt.Fprintf(w, `{"QueueUrl":"http://%s/000000000000/%s"}`, r.Host, in.QueueName)
	case "AmazonSQS.SendMessage":
		var event struct {
			Detail struct{ TaskArn, LastStatus string }
		}
		if json.Unmarshal([]byte(in.MessageBody), &event) == nil && event.Detail.LastStatus == "STOPPED" {
			s.stopped[event.Detail.TaskArn] = json.RawMessage(in.MessageBody)
		}
		fmt.Fprint(w, `{"MessageId":"m"}`)
	default:
		http.Error(w, `{"__type":"UnknownOperationException"}`, http.StatusBadRequest)
	}
}

// execute runs the one state of a state machine.
func (s *stepFunctions) execute(machine string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	outcome, err := s.runTask(ctx, machine)
	if err != nil {
		outcome = "failed: " + err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes[machine] = outcome
}

func (s *stepFunctions) runTask(ctx context.Context, machine string) (string, error) {
	override := types.ContainerOverride{Name: aws.String("app"), Command: []string{"exit", "3"}}
	if machine == "token" { // .waitForTaskToken
		override.Command = []string{"sleep", "3600"}
		override.Environment = []types.KeyValuePair{{Name: aws.String("TASK_TOKEN"), Value: aws.String("the-token")}}
	}
	out, err := s.tasks.RunTask(ctx, &ecs.RunTaskInput{
		TaskDefinition: aws.String("job"), StartedBy: aws.String("AWS Step Functions"), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: network(), Overrides: &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{override}},
	})
	if err != nil {
		return "", err
	}
	if len(out.Tasks) != 1 {
		return "", fmt.Errorf("failures: %v", out.Failures)
	}
	task := *out.Tasks[0].TaskArn
	for ctx.Err() == nil {
		found, output, err := s.outcome(ctx, machine, task)
		if found || err != nil {
			return output, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
	return "", ctx.Err()
}

// outcome is what has become of a task, as the integration learns it.
func (s *stepFunctions) outcome(ctx context.Context, machine, task string) (found bool, output string, err error) {
	if machine == "poll" { // .sync, by DescribeTasks
		out, err := s.tasks.DescribeTasks(ctx, &ecs.DescribeTasksInput{Tasks: []string{task}})
		if err != nil || len(out.Tasks) != 1 || aws.ToString(out.Tasks[0].LastStatus) != "STOPPED" {
			return false, "", err
		}
		return true, fmt.Sprintf("exit code %d", aws.ToInt32(out.Tasks[0].Containers[0].ExitCode)), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if machine == "token" {
		output, found = s.answered["the-token"]
		return found, output, nil
	}
	body, found := s.stopped[task] // .sync, by the rule
	var event struct {
		Detail struct{ Containers []struct{ ExitCode int } }
	}
	if found {
		err = json.Unmarshal(body, &event)
		output = fmt.Sprintf("exit code %d", event.Detail.Containers[0].ExitCode)
	}
	return found, output, err
}

func (s *stepFunctions) ended(machine string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outcomes[machine]
}

// An event starts executions of state machines at the upstream. These run tasks here, and learn what becomes of them: by
// asking, by a rule such as the one that Step Functions makes for itself, and from the task.
func TestStepFunctionsInAnUpstreamRunsTasks(t *testing.T) {
	t.Parallel()
	behind, engine := newStepFunctions(t), newRelaying(t)
	w := start(t, emulator.Options{Backend: engine, InjectEndpoint: true, Upstream: behind.URL})
	behind.tasks = w.client
	w.register("job", "app")
	rules := eventbridge.NewFromConfig(w.srv.Config())
	rule := func(name, pattern, target string) {
		t.Helper()
		_, err := rules.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &name, EventPattern: &pattern})
		w.must(err)
		_, err = rules.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &name, Targets: []ebtypes.Target{{
			Id: aws.String("1"), Arn: &target, RoleArn: roleFor(target),
		}}})
		w.must(err)
	}
	rule("StepFunctionsGetEventsForECSTaskRule", `{"source":["aws.ecs"],"detail-type":["ECS Task State Change"],"detail":{"startedBy":["AWS Step Functions"]}}`, ofStepFunction)
	for _, machine := range []string{"poll", "rule", "token"} {
		rule(machine, fmt.Sprintf(`{"source":["shop"],"detail":{"machine":["%s"]}}`, machine), stateMachine+machine)
	}

	for _, c := range []struct{ machine, outcome string }{{"poll", "exit code 3"}, {"rule", "exit code 3"}, {"token", `{"from":"the task"}`}} {
		out, err := rules.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{{
			Source: aws.String("shop"), DetailType: aws.String("Order"), Detail: aws.String(fmt.Sprintf(`{"machine":"%s"}`, c.machine)),
		}}})
		w.must(err)
		if out.FailedEntryCount > 0 {
			t.Fatalf("PutEvents: %+v", out.Entries)
		}
		if c.machine == "token" {
			w.eventually("the task has its token", func() bool { return slices.Contains(engine.environment(), "TASK_TOKEN=the-token") })
			sendTaskSuccess(t, engine, c.outcome)
		}
		w.eventually("the execution ends", func() bool { return behind.ended(c.machine) != "" })
		if got := behind.ended(c.machine); got != c.outcome {
			t.Errorf("%s ends with %s, want %s", c.machine, got, c.outcome)
		}
	}
	if n := len(behind.inputs); n != 3 {
		t.Errorf("%d executions, want 3", n)
	}
	for _, input := range behind.inputs {
		if !strings.Contains(input, `"detail-type":"Order","source":"shop"`) {
			t.Errorf("an execution has the input %s", input)
		}
	}
	listed, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{StartedBy: aws.String("AWS Step Functions")})
	w.must(err)
	if len(listed.TaskArns) != 1 { // the one that waits
		t.Errorf("tasks of Step Functions that run: %v", listed.TaskArns)
	}
}

// roleFor is the role of a target: queues have none.
func roleFor(target string) *string {
	if strings.Contains(target, ":sqs:") {
		return nil
	}
	return aws.String("arn:aws:iam::000000000000:role/events")
}

// sendTaskSuccess makes the call that a program in the task makes, at the endpoint that its environment has.
func sendTaskSuccess(t *testing.T, engine *relaying, output string) {
	t.Helper()
	if !slices.Contains(engine.environment(), "AWS_ENDPOINT_URL=http://ecs-emulator:4577") {
		t.Fatalf("the task has no endpoint: %v", engine.environment())
	}
	body, err := json.Marshal(map[string]string{"taskToken": "the-token", "output": output})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+engine.listener.Addr().String()+"/", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "ecs-emulator:4577"
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "AWSStepFunctions.SendTaskSuccess")
	sum := sha256.Sum256(body)
	keys := aws.Credentials{AccessKeyID: "000000000000", SecretAccessKey: "secret"}
	if err := v4.NewSigner().SignHTTP(t.Context(), keys, r, hex.EncodeToString(sum[:]), "states", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		t.Errorf("SendTaskSuccess: %s %s", answer.Status, text)
	}
}
