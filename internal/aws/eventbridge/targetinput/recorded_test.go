package targetinput_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/targetinput"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

const event = `{"version":"0","id":"fb42b945-8b7e-7a98-3070-558acd6048fc","detail-type":"input-probe","source":"input",` +
	`"account":"111111111111","time":"2026-01-02T03:04:05Z","region":"us-east-1","resources":[],"detail":{"text":"hello",` +
	`"number":42,"flag":true,"nothing":null,"object":{"first":"one","second":2},"array":["one","two",{"x":3}],` +
	`"items":[{"name":"first"},{"name":"second"}],"hyphen-key":"dash","under_score":"under","slash/key":"slash",` +
	`"dot.key":"dot","quoted":"say \"hello\"","escaped":"line\nslash\\tab\tend"}}`

var probe = targetinput.Context{
	RuleName: "probe", RuleARN: "arn:aws:events:us-east-1:111111111111:rule/input/probe",
	Ingested: time.Date(2026, 9, 13, 12, 17, 30, 408_000_000, time.UTC),
}

type recordedCase struct {
	Case          string
	Input         types.Target
	Body          string
	Refused, Dead *string
}

// recorded is what AWS was seen to do with 91 inputs of a queue: which it refused, what came at the queue, and what at the
// dead-letter queue for being no JSON. Where nothing came, Body is empty. Three more, two keys of a map and a template
// of no length, are refused by the model's constraints.
func recorded(t testing.TB) []recordedCase {
	data, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []recordedCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		cases[i].Input.Id = new("target")
		cases[i].Input.Arn = new("arn:aws:sqs:us-east-1:111111111111:input")
	}
	return cases
}

func TestRecordedInputs(t *testing.T) {
	for _, c := range recorded(t) {
		t.Run(c.Case, func(t *testing.T) {
			err := targetinput.Check(&c.Input)
			if c.Refused != nil {
				if err == nil || err.Error() != *c.Refused {
					t.Errorf("%v, not %s", err, *c.Refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want, wantValid := c.Body, true
			if c.Dead != nil {
				want, wantValid = *c.Dead, false
			}
			got, valid := targetinput.Render(&c.Input, event, probe)
			if want = strings.Replace(want, "EVENT", event, 1); got != want || valid != wantValid {
				t.Errorf("%s, valid: %v, not %s", got, valid, want)
			}
		})
	}
}
