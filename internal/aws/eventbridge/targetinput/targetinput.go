// Package targetinput makes what targets get out of events and the members Input, InputPath and InputTransformer of
// these targets, and out of the Input of schedules:
//
//	err := targetinput.Check(target) // at PutTargets
//	body, valid := targetinput.Render(target, event, targetinput.Context{RuleName: "nightly", …})
//
// Paths have a grammar of EventBridge's own, smaller than JSONPath. Source for what no comment names another one: 94
// recorded answers of AWS, which are in testdata (EVB0020).
package targetinput

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

// Context is what a template may say of the rule and of when its event came.
type Context struct {
	RuleName, RuleARN string
	Ingested          time.Time
}

// Render makes the input of a target out of an event. If it is not valid, it is no JSON, and not sent: the target gets
// nothing, and its dead letter has the body. An empty body is sent.
func Render(t *types.Target, event string, c Context) (body string, valid bool) {
	switch {
	case t.Input != nil:
		return *t.Input, true
	case t.InputPath != nil:
		return atPath(*t.InputPath, event), true
	case t.InputTransformer != nil:
		body = transform(t.InputTransformer, event, c)
		_, valid = jsonAt(body)
		return body, valid
	}
	return event, true
}

// atPath is what InputPath leaves of an event.
func atPath(text, event string) string {
	steps, ok := parsePath(text)
	if !ok { // an empty path, which is admitted
		return "{}"
	}
	found, ok := find(json.RawMessage(event), steps)
	if !ok || string(found) == "null" {
		return "{}"
	}
	return string(found)
}

// compact writes JSON without blanks.
func compact(value json.RawMessage) json.RawMessage {
	var short bytes.Buffer
	if json.Compact(&short, value) != nil {
		return value
	}
	return short.Bytes()
}
