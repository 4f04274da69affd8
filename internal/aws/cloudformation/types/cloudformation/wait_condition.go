package cloudformation

import (
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/waitcondition"
)

// waitCondition waits for signals that are sent to its handle or, with a CreationPolicy, to itself.
func waitCondition() *handler.Type {
	return &handler.Type{
		Name:     "AWS::CloudFormation::WaitCondition",
		Identity: handler.ByToken,
		Create:   beginToWait,
		Read:     readWaitCondition,
		Waits:    waitsAtHandle,
		Update: func(t *handler.Turn) error { // by public reports
			if t.Restores { // nothing has changed
				return nil
			}
			return &handler.Failure{Message: "Update to resource type AWS::CloudFormation::WaitCondition is not supported."}
		},
		Delete: nothing,
	}
}

// beginToWait gives the condition its id, which ends with the handle's name (CFN-127). With a CreationPolicy it ends with its own, which
// is a guess, as are the words of refusals.
func beginToWait(t *handler.Turn) error {
	t.ID = t.StackID + "/" + t.LogicalID
	if t.Awaits() {
		for _, property := range []string{"Count", "Handle", "Timeout"} {
			if t.Properties.Get(property) != nil {
				return handler.Failed(handler.InvalidRequest, "A WaitCondition with a CreationPolicy has no property %s", property)
			}
		}
		return nil
	}
	for _, property := range []string{"Handle", "Timeout"} {
		if t.Text(property) == "" {
			return handler.Failed(handler.InvalidRequest, "Property %s cannot be empty.", property)
		}
	}
	handle, is := waitcondition.HandleOf(t.Text("Handle"), t.StackID)
	if !is {
		return handler.Failed(handler.InvalidRequest, "The Handle of a WaitCondition is not the URL of a WaitConditionHandle of this stack: handles of other stacks are not built")
	}
	t.ID = t.StackID + "/" + handle
	_, err := policyOf(t.Properties)
	return err
}

// policyOf is what the properties wait for.
// Source: CloudFormation user guide, AWS::CloudFormation::WaitCondition; the words of refusals are a guess.
func policyOf(properties *document.Value) (signal.Policy, error) {
	p := signal.Policy{Count: 1}
	const longest = int(signal.Longest / time.Second)
	seconds, err := strconv.Atoi(properties.TextOf("Timeout"))
	if err != nil || seconds < 0 || seconds > longest {
		return p, handler.Failed(handler.InvalidRequest, "Timeout has to be a number of seconds, up to %d", longest)
	}
	p.Timeout = time.Duration(seconds) * time.Second
	if count := properties.TextOf("Count"); count != "" {
		if p.Count, err = strconv.Atoi(count); err != nil || p.Count < 0 {
			return p, handler.Failed(handler.InvalidRequest, "Count has to be a whole number")
		}
	}
	return p, nil
}

// waitsAtHandle is what the condition waits for by its properties.
func waitsAtHandle(t *handler.Turn) (*handler.Wait, error) {
	p, err := policyOf(t.Properties)
	if err != nil {
		return nil, err
	}
	return &handler.Wait{Policy: p, Received: t.Sent, Judge: signal.Policy.JudgeHandle}, nil
}

func readWaitCondition(t *handler.Turn) (stable bool, err error) {
	data := waitcondition.Data(append(t.Sent, t.Signals...))
	t.Set("Data", &data)
	t.Set("Id", &t.ID)
	return true, nil
}
