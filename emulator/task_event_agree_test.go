package emulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/google/go-cmp/cmp"
)

type object = map[string]any

// post sends a request of the ECS API and returns the JSON that a client gets.
func (w *world) post(operation string, in object) (out object) {
	w.Helper()
	body, err := json.Marshal(in)
	w.must(err)
	request, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.srv.URL(), bytes.NewReader(body))
	w.must(err)
	request.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113."+operation)
	response, err := http.DefaultClient.Do(request)
	w.must(err)
	defer response.Body.Close()
	w.must(json.NewDecoder(response.Body).Decode(&out))
	if response.StatusCode != http.StatusOK {
		w.Fatalf("%s: %v", operation, out)
	}
	return out
}

// sentEvents are the bodies of the events of a task, as /_emulator/events has them.
func (w *world) sentEvents(task string) (bodies []object) {
	w.Helper()
	response, err := http.Get(w.srv.URL() + "/_emulator/events")
	w.must(err)
	defer response.Body.Close()
	for lines := json.NewDecoder(response.Body); ; {
		var line struct{ Event object }
		err := lines.Decode(&line)
		if err == io.EOF {
			return bodies
		}
		w.must(err)
		if line.Event["detail"].(object)["taskArn"] == task {
			bodies = append(bodies, line.Event)
		}
	}
}

// asInEvent makes of a task that DescribeTasks shows what an event shows of it.
// Source: recorded events and answers of the same tasks.
func asInEvent(described object) object {
	task := maps.Clone(described)
	for _, absent := range []string{"healthStatus", "platformFamily", "fargateEphemeralStorage", "tags"} {
		delete(task, absent)
	}
	for name, value := range task {
		if seconds, isNumber := value.(float64); isNumber && name != "version" {
			at := time.UnixMilli(int64(seconds*1000 + 0.5)).UTC()
			task[name] = at.Format("2006-01-02T15:04:05.999Z")
		}
	}
	task["attachments"].([]any)[0].(object)["type"] = "eni"
	delete(task["overrides"].(object), "inferenceAcceleratorOverrides")
	for _, c := range task["containers"].([]any) {
		delete(c.(object), "healthStatus")
		delete(c.(object), "networkBindings")
	}
	return task
}

// without removes from what is described what an event does not have.
func without(described, event any) any {
	switch event := event.(type) {
	case object:
		maps.DeleteFunc(described.(object), func(name string, value any) bool {
			member, has := event[name]
			if has {
				described.(object)[name] = without(value, member)
			}
			return !has
		})
	case []any:
		for i := range event {
			described.([]any)[i] = without(described.([]any)[i], event[i])
		}
	}
	return described
}

// TestEventsAgreeWithDescribeTasks holds a task in each of its states: its clock stands
// still, and what it does takes a minute of that each time.
func TestEventsAgreeWithDescribeTasks(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.must(w.srv.Clock().SetSpeed(0))
	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.StartFault, Delay: time.Minute})
	w.must(err)
	_, err = w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{
			{Name: aws.String("app"), Image: aws.String("app")},
			{Name: aws.String("side"), Image: aws.String("app"), Command: []string{"sleep", "60"}, Essential: aws.Bool(false), Cpu: 10, Memory: aws.Int32(64)},
		},
	})
	w.must(err)
	run := w.post("RunTask", object{
		"taskDefinition": "web", "launchType": "FARGATE", "startedBy": "me",
		"networkConfiguration": object{"awsvpcConfiguration": object{"subnets": []string{"subnet-0123abcd"}}},
		"overrides": object{"cpu": "512", "memory": "1024", "taskRoleArn": "arn:aws:iam::000000000000:role/x",
			"containerOverrides": []object{{"name": "side", "cpu": 20, "environment": []object{{"name": "A", "value": "<b>"}}}}},
		"tags": []object{{"key": "stage", "value": "test"}},
	})["tasks"].([]any)[0].(object)
	id := run["taskArn"].(string)
	describe := func(version int) (task object) {
		w.eventually(fmt.Sprint("it has version ", version), func() bool {
			task = w.post("DescribeTasks", object{"tasks": []string{id}})["tasks"].([]any)[0].(object)
			return task["version"] == float64(version)
		})
		return task
	}
	expect := func(described object) {
		t.Helper()
		version, detail := int(described["version"].(float64)), object(nil)
		if events := w.sentEvents(id); len(events) >= version {
			detail = events[version-1]["detail"].(object)
		}
		delete(detail, "updatedAt")
		want := asInEvent(described)
		if described["lastStatus"] == "PENDING" { // what comes until it runs has no event
			want = without(want, detail).(object)
		}
		if diff := cmp.Diff(want, detail); diff != "" {
			t.Errorf("version %d (-described +event):\n%s", version, diff)
		}
	}

	expect(run)
	expect(describe(2))
	w.must(w.srv.Clock().Advance(70 * time.Second))
	expect(describe(3))
	w.must(w.srv.Clock().Advance(70 * time.Second)) // the container that is not essential ends
	expect(describe(4))
	expect(w.post("StopTask", object{"task": id, "reason": "enough & <done>"})["task"].(object))
	w.must(w.srv.Clock().Advance(time.Minute))
	expect(describe(7))
	w.expectLife(w.events(id),
		"1 PROVISIONING RUNNING", "2 PENDING RUNNING", "3 RUNNING RUNNING", "4 RUNNING RUNNING",
		"5 RUNNING STOPPED UserInitiated", "6 DEPROVISIONING STOPPED UserInitiated", "7 STOPPED STOPPED UserInitiated")
	last := ""
	for _, event := range w.sentEvents(id) {
		updated := event["detail"].(object)["updatedAt"].(string)
		at, err := time.Parse(time.RFC3339, updated)
		w.must(err)
		if event["time"] != at.Format("2006-01-02T15:04:05Z") {
			t.Errorf("an event of %v was updated at %s", event["time"], updated)
		}
		if in := at.Format(time.RFC3339Nano); in < last {
			t.Errorf("%s comes after %s", in, last)
		}
		last = at.Format(time.RFC3339Nano)
	}
}
